"""The problem and its answer: plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]
Price = float | npt.NDArray[np.float64]
NONE = -1


@dataclass(frozen=True, eq=False)
class Cap:
    """A capacity: at most so many assignments of some pairs.

    pairs: (p,), which pairs count. group: (n,), with one every value 0, 1, ... of it has the capacity for itself, such
    as a branch; most is then one number for all of them or an array by value.
    """

    name: str
    most: int | Ints
    pairs: npt.NDArray[np.bool_]
    group: Ints | None = None

    def limits(self) -> npt.NDArray[np.int64]:
        """The capacity of each group, (n_groups,); of the only one without groups."""
        groups = 1 if self.group is None or not len(self.group) else int(self.group.max()) + 1
        most = np.asarray(self.most, dtype=np.int64)
        return np.full(groups, most) if most.ndim == 0 else most[:groups]

    def counted(self, pair: Ints) -> npt.NDArray[np.int64]:
        """How many assignments, (n,) with -1 for none, each group has."""
        counts = (pair != NONE) & self.pairs[np.maximum(pair, 0)]
        group = np.zeros(len(pair), dtype=np.intp) if self.group is None else self.group
        return np.bincount(group[counts], minlength=len(self.limits())).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Allocation:
    """Who gets what.

    pair: (n,), -1 for nothing. total: worth of all assignments. bound: no assignment is worth more. prices: cap -> what
    one more place is worth, for each group where there are groups (dual prices). method: exact or dual.
    """

    pair: npt.NDArray[np.int32]
    total: float
    bound: float
    prices: Mapping[str, Price]
    method: str

    @property
    def gap(self) -> float:
        """How much below the bound, as a share of it: the most that a better assignment could add."""
        return max(0.0, (self.bound - self.total) / self.bound) if self.bound > 0 else 0.0


def total_worth(worth: Floats, pair: Ints) -> float:
    """The worth of an assignment."""
    rows = np.flatnonzero(pair != NONE)
    return float(worth[rows, pair[rows]].sum(dtype=np.float64))


def overfull(caps: Sequence[Cap], pair: Ints) -> list[str]:
    """The names of capacities that an assignment breaks."""
    return [cap.name for cap in caps if (cap.counted(pair) > cap.limits()).any()]
