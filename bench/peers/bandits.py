"""Plays bandit rounds with Vowpal Wabbit and prints what came of it as JSON.

Usage: bandits.py ROUNDS SEED OPTIONS...
ROUNDS: a file with one JSON object a line:
  {"lines": [text, ...], "first": 0 or 1, "rewards": [number, ...], "expected": [number, ...]}
  lines: an example in VW's text format, the shared line first where `first` is 1
OPTIONS: each a command line for VW; all play the same rounds, drawing with the same seed.
"""
import json
import random
import sys
import time

import vowpalwabbit


def play(rounds: list, options: str, seed: int) -> dict:
    workspace = vowpalwabbit.Workspace(options + " --quiet --random_seed " + str(seed))
    draws = random.Random(seed)
    reward = 0.0
    expected = 0.0
    start = time.perf_counter()
    for each in rounds:
        lines, first, rewards = each["lines"], each["first"], each["rewards"]
        probabilities = workspace.predict(lines)
        chosen = draw(probabilities, draws.random())
        reward += rewards[chosen]
        expected += each["expected"][chosen]
        at = first + chosen
        label = f"0:{-rewards[chosen]}:{probabilities[chosen]} "
        workspace.learn(lines[:at] + [label + lines[at]] + lines[at + 1:])
    seconds = time.perf_counter() - start
    workspace.finish()
    return {"reward": reward, "expected": expected, "seconds": seconds}


def draw(probabilities: list, uniform: float) -> int:
    left = uniform * sum(probabilities)
    for at, probability in enumerate(probabilities):
        left -= probability
        if left < 0:
            return at
    return len(probabilities) - 1


def main() -> None:
    path, seed, options = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    with open(path, encoding="utf-8") as file:
        rounds = [json.loads(line) for line in file]
    played = {option: play(rounds, option, seed) for option in options}
    print(json.dumps({"version": vowpalwabbit.__version__, "played": played}))


main()
