"""Solves the same system as our fit with numpy and scipy, and prints their times as JSON.

Usage: solve.py GRAM CROSS FEATURES TARGETS RIGHT
GRAM:  float32, FEATURES x FEATURES, symmetric positive definite, row-major
CROSS: float32, FEATURES x TARGETS, row-major
RIGHT: float32, our solution, to be compared with
"""
import json
import sys
import time

import numpy
import scipy.linalg


def main() -> None:
    gram_path, cross_path, right_path = sys.argv[1], sys.argv[2], sys.argv[5]
    features, targets = int(sys.argv[3]), int(sys.argv[4])
    gram = numpy.fromfile(gram_path, dtype=numpy.float32).reshape(features, features)
    cross = numpy.fromfile(cross_path, dtype=numpy.float32).reshape(features, targets)
    ours = numpy.fromfile(right_path, dtype=numpy.float32).reshape(features, targets)

    start = time.perf_counter()
    solution = numpy.linalg.solve(gram, cross)
    numpy_seconds = time.perf_counter() - start

    start = time.perf_counter()
    factor = scipy.linalg.cho_factor(gram, lower=True, check_finite=False)
    by_cholesky = scipy.linalg.cho_solve(factor, cross, check_finite=False)
    scipy_seconds = time.perf_counter() - start

    print(json.dumps({
        "numpy": numpy_seconds,
        "scipy": scipy_seconds,
        "largestDifference": float(numpy.abs(ours - by_cholesky).max()),
        "largestCoefficient": float(numpy.abs(by_cholesky).max()),
        "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__},
        "agree": bool(numpy.abs(solution - by_cholesky).max() < 1e-3),
    }))


main()
