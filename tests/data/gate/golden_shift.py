#!/usr/bin/env python3
"""Computes golden_shift.json with SciPy: python3 tests/data/gate/golden_shift.py > tests/data/gate/golden_shift.json

SciPy has the exact Mann-Whitney test, and no interval for the shift that belongs to it. As in golden.py the interval is found by asking
the test which shifts it rejects: between two neighbouring differences its answer cannot change.
"""

import json

import numpy
from scipy.stats import mannwhitneyu

generator = numpy.random.default_rng(20240301)


def bounds(before, after, alpha):
    grid = numpy.unique([late - early for late in after for early in before])
    between = numpy.concatenate([[grid[0] - 1], (grid[1:] + grid[:-1]) / 2, [grid[-1] + 1]])

    def rejected(shift, alternative):
        return mannwhitneyu(numpy.array(after) - shift, before, alternative=alternative, method="exact").pvalue <= alpha

    too_low = [rejected(shift, "greater") for shift in between]
    too_high = [rejected(shift, "less") for shift in between]
    if not any(too_low) or not any(too_high):
        return {"alpha": alpha, "lower": None, "upper": None}
    lower = grid[max(place for place, far in enumerate(too_low) if far)]
    upper = grid[min(place for place, far in enumerate(too_high) if far) - 1]
    return {"alpha": alpha, "lower": float(lower), "upper": float(upper)}


cases = []
for n, m, spread in [(2, 3, 0.01), (4, 6, 0.02), (10, 10, 0.015), (15, 10, 0.05), (30, 20, 0.02)]:
    before = [float(value) for value in numpy.round(generator.normal(0.01, spread, n), 6)]
    after = [float(value) for value in numpy.round(generator.normal(-0.05, spread, m), 6)]
    cases.append(
        {
            "from": before,
            "to": after,
            "estimate": float(numpy.median([late - early for late in after for early in before])),
            "intervals": [bounds(before, after, alpha) for alpha in (0.05, 0.01)],
        }
    )
print(json.dumps(cases, indent=1))
