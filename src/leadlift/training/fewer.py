"""Fewer training cases than there are: every positive, and as many others as tell enough."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


def fewer(train: Rows, y: Floats, negatives: float, seed: int) -> tuple[Rows, Floats]:
    """Keep every positive of the training cases and at most `negatives` others for each, drawn evenly.

    y: (n_cases,). The second value: (n_cases,), how many each case stands for: 1, and more for the others kept. So the
    chances that trees learn are those of all cases, up to luck, and need no correction (King and Zeng, 2001, section
    4.2); stopping on validation cases, which are all there, stays right too.
    """
    stands, positive = np.ones(len(y)), y[train] == 1
    others = train[~positive]
    most = int(negatives * positive.sum())
    if most == 0 or most >= len(others):
        return train, stands
    drawn = np.random.default_rng(seed).choice(others, most, replace=False)
    stands[drawn] = len(others) / most
    return np.sort(np.concatenate([train[positive], drawn])), stands
