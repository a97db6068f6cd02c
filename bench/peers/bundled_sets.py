"""Prints a classification set that comes with scikit-learn as JSON: {"rows": [[number, ...], ...], "labels": [...]}.

Usage: bundled_sets.py NAME     digits, iris, wine or breast_cancer
"""
import json
import sys

from sklearn import datasets


def main() -> None:
    data = getattr(datasets, f"load_{sys.argv[1]}")()
    print(json.dumps({"rows": data.data.tolist(), "labels": data.target.tolist()}))


main()
