"""Fewer rows to search on: every positive, and as many negatives as tell enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.models import DEFAULT_PARAMS
from leadlift.tuning.problem import TuningData

# Fewer are learned from in no time: leaving some out would save nothing.
LEAST_ROWS = 20_000
# Parameters that count rows, with LightGBM's own default where DEFAULT_PARAMS has none. Whole numbers or not.
COUNTS: Mapping[str, float] = {
    "min_data_in_leaf": DEFAULT_PARAMS["min_data_in_leaf"],
    "path_smooth": DEFAULT_PARAMS["path_smooth"],
    "min_data_per_group": 100,
}
WHOLE = frozenset({"min_data_in_leaf", "min_data_per_group"})


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows to learn from. weight: (n,), what each stands for, None when all rows are here. share: of all rows."""

    rows: TuningData
    weight: npt.NDArray[np.float64] | None
    share: float


def for_sample(params: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Return the parameters with counts of rows made those of a sample: 100 of all rows are 20 of a fifth."""
    if share == 1.0:
        return dict(params)
    counts = {name: params.get(name, usual) * share for name, usual in COUNTS.items()}
    return {**params, **{n: max(1, round(v)) if n in WHOLE else v for n, v in counts.items()}}


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
    parameters found here are good for all rows, and outputs need no correction.
    """
    positive = data.y == 1
    others = np.flatnonzero(~positive)
    size = sample_size(data.y, negatives)
    if size == len(data.y):
        return Sample(data, None, 1.0)
    most = size - int(positive.sum())
    drawn = np.random.default_rng(seed).choice(others, most, replace=False)
    kept = np.sort(np.concatenate([np.flatnonzero(positive), drawn]))
    rows = TuningData(data.matrix[kept], data.y[kept], data.encoding)
    return Sample(rows, np.where(rows.y == 1, 1.0, len(others) / most), len(kept) / len(data.y))
