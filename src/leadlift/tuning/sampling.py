"""Fewer rows to search on: every positive, and as many negatives as tell enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.tuning.problem import TuningData

# Fewer are learned from in no time: leaving some out would save nothing.
LEAST_ROWS = 20_000


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows to learn from. weight: (n,), what each counts, None when all count once. share: of all rows."""

    rows: TuningData
    weight: npt.NDArray[np.float64] | None
    share: float


def sample_size(y: npt.NDArray[np.floating[Any]], negatives: float | None) -> int:
    """Return how many rows `sampled` keeps."""
    positives = int((y == 1).sum())
    if negatives is None or positives == 0:
        return len(y)
    return min(len(y), max(positives + int(negatives * positives), LEAST_ROWS))


def sampled(data: TuningData, negatives: float | None, seed: int) -> Sample:
    """Keep every positive and at most `negatives` others for each, drawn evenly; at least 20,000 rows.

    Each negative kept is weighted by how many it stands for. So the response rate, log loss, sums of hessians and
    what `lambda_l2` weighs against them are, up to chance, those of all rows (King and Zeng, 2001, section 4.2):
    parameters found here are good for all rows, and outputs need no correction. A row's own weight multiplies
    what it stands for.
    """
    positive = data.y == 1
    others = np.flatnonzero(~positive)
    size = sample_size(data.y, negatives)
    if size == len(data.y):
        return Sample(data, data.weight, 1.0)
    most = size - int(positive.sum())
    drawn = np.random.default_rng(seed).choice(others, most, replace=False)
    kept = np.sort(np.concatenate([np.flatnonzero(positive), drawn]))
    rows = TuningData(data.matrix[kept], data.y[kept], data.encoding)
    stands = np.where(rows.y == 1, 1.0, len(others) / most)
    weight = stands if data.weight is None else stands * data.weight[kept]
    return Sample(rows, weight, len(kept) / len(data.y))
