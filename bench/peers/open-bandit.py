"""Evaluates policies on the Open Bandit Dataset with the Open Bandit Pipeline (obp) and prints JSON.

Usage: open-bandit.py DATA POLICIES
DATA:     a folder laid out as obp expects: {bts,random}/{men,women}/{men,women}.csv
POLICIES: JSON, a list of {"logged": "bts", "campaign": "men", "probabilities": PATH, "predictions": PATH,
          "limits": [..]}; PATH names float64 values, row-major, decisions x actions

obp reads the rows itself. What a policy would do and what a model predicts are taken from the files, so that
both sides evaluate the same inputs.
"""
import json
import sys
import types
from pathlib import Path

import numpy


def stand_in_for_torch() -> None:
    """obp imports torch for its neural policies, which are not used here: 2 GB need not be installed."""

    class Anything(types.ModuleType):
        def __getattr__(self, name: str) -> type:
            return type(name, (), {})

    for name in ["torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils"]:
        sys.modules[name] = Anything(name)
    sys.modules["torch.utils.data"] = Anything("torch.utils.data")
    sys.modules["torch"].nn = sys.modules["torch.nn"]
    sys.modules["torch"].optim = sys.modules["torch.optim"]
    sys.modules["torch"].utils = sys.modules["torch.utils"]
    sys.modules["torch.utils"].data = sys.modules["torch.utils.data"]


stand_in_for_torch()

import obp  # noqa: E402
from obp.dataset import OpenBanditDataset  # noqa: E402
from obp.ope import (  # noqa: E402
    DirectMethod,
    DoublyRobust,
    DoublyRobustWithShrinkage,
    InverseProbabilityWeighting,
    SelfNormalizedDoublyRobust,
    SelfNormalizedInverseProbabilityWeighting,
    SwitchDoublyRobust,
)


def evaluate(data: Path, policy: dict) -> dict:
    dataset = OpenBanditDataset(policy["logged"], policy["campaign"], data)
    log = dataset.obtain_batch_bandit_feedback()
    shape = (log["n_rounds"], log["n_actions"])
    places = int(log["position"].max()) + 1

    def per_place(path: str) -> numpy.ndarray:
        # obp sorts rows by time; the files are in the order of the data.
        values = numpy.fromfile(path, dtype=numpy.float64).reshape(shape)[dataset.data.index]
        return numpy.repeat(values[:, :, numpy.newaxis], places, axis=2)

    inputs = {
        "reward": log["reward"],
        "action": log["action"],
        "pscore": log["pscore"],
        "position": log["position"],
        "action_dist": per_place(policy["probabilities"]),
        "estimated_rewards_by_reg_model": per_place(policy["predictions"]),
    }

    def value(estimator) -> float:
        return float(estimator.estimate_policy_value(**inputs))

    return {
        "rows": log["n_rounds"],
        "earned": float(log["reward"].mean()),
        "propensityMean": float(log["pscore"].mean()),
        "values": {
            "ips": value(InverseProbabilityWeighting()),
            "snips": value(SelfNormalizedInverseProbabilityWeighting()),
            "dm": value(DirectMethod()),
            "dr": value(DoublyRobust()),
            "sndr": value(SelfNormalizedDoublyRobust()),
            **{
                f"{name}:{limit}": value(make(lambda_=limit))
                for limit in policy["limits"]
                for name, make in [
                    ("clipped-ips", InverseProbabilityWeighting),
                    ("switch-dr", SwitchDoublyRobust),
                    ("shrunk-dr", DoublyRobustWithShrinkage),
                ]
            },
        },
    }


def main() -> None:
    data = Path(sys.argv[1])
    policies = json.loads(Path(sys.argv[2]).read_text())
    print(json.dumps({
        "versions": {"obp": obp.__version__, "numpy": numpy.__version__},
        "policies": [evaluate(data, policy) for policy in policies],
    }))


main()
