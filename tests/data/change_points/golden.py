#!/usr/bin/env python3
"""Computes golden.json with Apache Otava: pip install apache-otava==0.8.0, then
python3 tests/data/change_points/golden.py > tests/data/change_points/golden.json

Each series goes through Otava's divisive detector with the permutation test. Its generator of random numbers is not ours, so a series
stands here only if many seeds agree on its change points: what is left to compare is the algorithm.
"""

import json
import sys

import numpy
from otava.change_point_divisive.calculator import PairDistanceCalculator
from otava.change_point_divisive.detector import ChangePointDetector
from otava.change_point_divisive.significance_test import PermutationsSignificanceTester

SIGNIFICANCE, PERMUTATIONS, SEEDS = 0.001, 999, range(3)
generator = numpy.random.default_rng(20240229)


def steps(levels, spread):
    """Levels with the number of points at each, and normal noise."""
    return numpy.concatenate([generator.normal(level, spread, count) for level, count in levels])


def changes(series, seed):
    tester = PermutationsSignificanceTester(SIGNIFICANCE, PERMUTATIONS, PairDistanceCalculator, seed)
    return ChangePointDetector(tester, PairDistanceCalculator).get_change_points(series)


series = {
    "noise alone": steps([(1.0, 60)], 0.01),
    "one drop of five hundredths": steps([(1.0, 30), (0.95, 30)], 0.01),
    "two drops": steps([(1.0, 25), (0.95, 20), (0.9, 25)], 0.01),
    "there and back": steps([(1.0, 20), (0.9, 15), (1.0, 25)], 0.015),
    "an outlier": steps([(1.0, 40)], 0.01),
    "many points": steps([(1.0, 80), (0.96, 70), (1.02, 50)], 0.012),
    "another spread": numpy.concatenate([steps([(1.0, 50)], 0.005), steps([(1.0, 50)], 0.06)]),
    "few points": steps([(1.0, 9), (0.8, 8)], 0.005),
    "too few points": steps([(1.0, 3), (0.8, 3)], 0.005),
    "megabytes": steps([(24.5e6, 30), (22.1e6, 30)], 4e5),
}
series["an outlier"][17] = 1.4

cases = []
for name, values in series.items():
    values = numpy.array([float(f"{value:.6g}") for value in values])
    found = [changes(values, seed) for seed in SEEDS]
    if any([change.index for change in other] != [change.index for change in found[0]] for other in found):
        sys.exit(f"{name}: the seeds do not agree, so it tells nothing")
    best = PairDistanceCalculator(values).get_candidate_change_point(slice(0, None))
    cases.append(
        {
            "name": name,
            "series": values.tolist(),
            "best": {"index": int(best.index), "qhat": float(best.qhat)},
            "changes": [{"index": int(change.index), "qhat": float(change.qhat)} for change in found[0]],
        }
    )
print(json.dumps(cases))
