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

    def params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters with counts of rows made those of this sample: 100 of all are 20 of a fifth."""
        if self.share == 1.0:
            return dict(params)
        counts = {name: params.get(name, usual) * self.share for name, usual in COUNTS.items()}
        return {**params, **{n: max(1, round(v)) if n in WHOLE else v for n, v in counts.items()}}


def sampled(data: TuningData, negatives: float | None, seed: int) -> Sample:
    """Keep every positive and at most `negatives` others for each, drawn evenly; at least 20,000 rows.

    Each negative kept is weighted by how many it stands for. So the response rate, log loss, sums of hessians and
    what `lambda_l2` weighs against them are, up to chance, those of all rows (King and Zeng, 2001, section 4.2):
    parameters found here are good for all rows, and outputs need no correction.
    """
    positive = data.y == 1
    others = np.flatnonzero(~positive)
    n_positive = int(positive.sum())
    most = None if negatives is None else max(int(negatives * n_positive), LEAST_ROWS - n_positive)
    if most is None or most >= len(others) or n_positive == 0:
        return Sample(data, None, 1.0)
    drawn = np.random.default_rng(seed).choice(others, most, replace=False)
    kept = np.sort(np.concatenate([np.flatnonzero(positive), drawn]))
    rows = TuningData(data.matrix[kept], data.y[kept], data.encoding)
    return Sample(rows, np.where(rows.y == 1, 1.0, len(others) / most), len(kept) / len(data.y))
