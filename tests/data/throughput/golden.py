#!/usr/bin/env python3
"""Computes golden.json with SciPy: python3 tests/data/throughput/golden.py > tests/data/throughput/golden.json

SciPy has the exact signed-rank test, and neither the Hodges-Lehmann estimate nor its interval. The estimate is the median of the
pairwise means by NumPy; the interval is found without them, by asking SciPy's test which shifts it rejects: between two
neighbouring pairwise means its answer cannot change.
"""

import json

import numpy
from scipy.stats import wilcoxon

generator = numpy.random.default_rng(20240229)


def averages(observations):
    means = [(one + other) / 2 for place, one in enumerate(observations) for other in observations[place:]]
    return numpy.unique(means)


def chance(observations, location):
    return float(wilcoxon(numpy.array(observations) - location, alternative="less", method="exact").pvalue)


def bounds(observations, alpha):
    """The lowest and the highest shift that is not rejected at this one-sided error, on the grid of pairwise means."""
    grid = averages(observations)
    between = numpy.concatenate([[grid[0] - 1], (grid[1:] + grid[:-1]) / 2, [grid[-1] + 1]])
    observations = numpy.array(observations)
    too_low = [wilcoxon(observations - shift, alternative="greater", method="exact").pvalue <= alpha for shift in between]
    too_high = [wilcoxon(observations - shift, alternative="less", method="exact").pvalue <= alpha for shift in between]
    if not any(too_low) or not any(too_high):
        return {"alpha": alpha, "lower": None, "upper": None}
    # The last interval between means that is rejected ends at a mean, where the interval of what is not begins.
    lower = grid[max(place for place, rejected in enumerate(too_low) if rejected)]
    upper = grid[min(place for place, rejected in enumerate(too_high) if rejected) - 1]
    return {"alpha": alpha, "lower": float(lower), "upper": float(upper)}


cases = []
for n, spread in [(6, 0.01), (10, 0.015), (15, 0.05), (20, 0.03), (30, 0.02)]:
    observations = [float(value) for value in numpy.round(generator.normal(-0.02, spread, n), 6)]
    if n == 15:
        observations[3] = 0.71  # An outlier.
    cases.append(
        {
            "observations": observations,
            "estimate": float(
                numpy.median([(one + other) / 2 for i, one in enumerate(observations) for other in observations[i:]])
            ),
            "tests": [{"location": shift, "p": chance(observations, shift)} for shift in (-0.0512933, -0.0200001, 0.0000003)],
            "intervals": [bounds(observations, alpha) for alpha in (0.05, 0.0125, 0.0025)],
        }
    )
print(json.dumps(cases, indent=1))
