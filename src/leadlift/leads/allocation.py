"""Which customer gets which pair: at most one each, the most worth in all, within the caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Cap:
    """At most so many assignments of these pairs; with group, in each of its values."""

    name: str
    most: int | npt.NDArray[np.integer]
    pairs: npt.NDArray[np.bool_]
    group: npt.NDArray[np.integer] | None = None


@dataclass(frozen=True, eq=False)
class Allocation:
    """pair: (n,), -1 for none."""

    pair: npt.NDArray[np.int32]
    total: float
    bound: float
    gap: float
    prices: Mapping[str, float | npt.NDArray[np.float64]]
    method: str


def allocate(worth: npt.NDArray[np.floating], caps: Sequence[Cap]) -> Allocation:
    """Greedy for now: the most worth first."""
    n, p = worth.shape
    pair = np.full(n, -1, dtype=np.int32)
    left = [
        np.broadcast_to(
            np.asarray(c.most), (1,) if c.group is None else (int(c.group.max(initial=0)) + 1,)
        ).copy()
        for c in caps
    ]
    flat = np.argsort(-worth, axis=None, kind="stable")
    total = 0.0
    for one in flat:
        row, place = divmod(int(one), p)
        if worth[row, place] == -np.inf:
            break
        if pair[row] >= 0:
            continue
        spots = [0 if c.group is None else int(c.group[row]) for c in caps]
        if any(c.pairs[place] and left[k][spots[k]] <= 0 for k, c in enumerate(caps)):
            continue
        for k, c in enumerate(caps):
            left[k][spots[k]] -= int(c.pairs[place])
        pair[row] = place
        total += float(worth[row, place])
    return Allocation(pair, total, total, 0.0, {}, "greedy")
