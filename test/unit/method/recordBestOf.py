"""Rewards of text style transfer, worked out with NumPy: writes bestOf.json beside this file.

32 samples x 4 bootstraps as published: the best of each quarter, their mean, the z-score over all bests of the prompts of the
same input with population deviation + 1e-4, then [0, 1] -> [-20, 80]. Scores are in [0, 100] here, as the rewards are.
"""
import json
import pathlib

import numpy as np

random = np.random.default_rng(12)
cases = []
for prompts, per_input, samples, bootstraps in [(8, 4, 32, 4), (6, 4, 5, 3), (4, 4, 1, 1)]:
    scores = np.round(100 * random.beta(2, 3, (prompts, bootstraps, samples)), 3)
    inputs = [b // per_input for b in range(prompts)]
    bests = scores.max(axis=2)
    rewards = bests.mean(axis=1)
    signals = np.zeros(prompts)
    for i in set(inputs):
        own = np.array([b for b in range(prompts) if inputs[b] == i])
        z = (rewards[own] - bests[own].mean()) / (bests[own].std() + 1e-4)
        signals[own] = -20 + z * (80 - -20)
    cases.append({
        "bootstraps": bootstraps,
        "inputs": inputs,
        "scores": scores.reshape(prompts, -1).tolist(),
        "rewards": rewards.tolist(),
        "signals": signals.tolist(),
    })
pathlib.Path(__file__).with_name("bestOf.json").write_text(json.dumps(cases) + "\n")
