"""Numbers that rank customers alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def mid_ranks(values: npt.ArrayLike) -> Floats:
    """The rank of each known value, (n,), from 1; equal values share the mean of their ranks. NaN stays NaN."""
    numbers = np.asarray(values, dtype=np.float64)
    ranks = np.full(len(numbers), np.nan)
    known = np.flatnonzero(~np.isnan(numbers))
    order = known[np.argsort(numbers[known], kind="stable")]
    if len(order) == 0:
        return ranks
    ends = np.append(np.flatnonzero(np.diff(numbers[order])), len(order) - 1) + 1
    starts = np.concatenate([[0], ends[:-1]])
    ranks[order] = np.repeat((starts + 1 + ends) / 2.0, ends - starts)
    return ranks


def rank_correlations(columns: npt.ArrayLike) -> Floats:
    """Spearman's rank correlation of every two columns of (n, k): (k, k), from -1 to 1, NaN where a column is constant.

    Exact for columns that are unknown in the same rows. A row that only one column knows counts against the pair: it
    adds to that column's spread and to nothing they share, so columns known of different customers are not alike.
    """
    table = np.asarray(columns, dtype=np.float64)
    centred = np.column_stack([_centred(mid_ranks(table[:, place])) for place in range(table.shape[1])])
    length = np.sqrt(np.einsum("ij,ij->j", centred, centred))
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = centred / length
    found: Floats = np.clip(unit.T @ unit, -1.0, 1.0)
    return found


def _centred(ranks: Floats) -> Floats:
    known = ~np.isnan(ranks)
    mean = ranks[known].mean() if known.any() else 0.0
    centred: Floats = np.where(known, ranks - mean, 0.0)
    return centred
