"""Customers ranked once, then counted as often as needed: what makes a thousand re-weighted metrics cheap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Customers from the highest value to the lowest, equal values together.

    order: (n,), row numbers, best first. last: (n_groups,), where in `order` each group of equal values ends.
    """

    order: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]

    @classmethod
    def of(cls, value: npt.ArrayLike) -> Self:
        """Rank by a value, (n,), higher is better. Raises ValueError for no rows or NaN."""
        values = np.asarray(value, dtype=np.float64)
        if values.ndim != 1 or len(values) == 0 or np.isnan(values).any():
            raise ValueError(f"ranking needs a one-dimensional array without NaN, got shape {values.shape}")
        order = np.argsort(-values, kind="stable")
        steps = np.flatnonzero(np.diff(values[order]))
        return cls(order, np.append(steps, len(values) - 1))

    def running(self, amount: Floats) -> Floats:
        """Return the total of an amount, (n,), from 0 down to the end of each group, (n_groups + 1,)."""
        totals = np.cumsum(amount[self.order])[self.last]
        return np.concatenate([[0.0], totals])


@dataclass(frozen=True, eq=False)
class Curve:
    """How many customers, and how many responders, lie above each cut.

    customers, responders: (n_groups + 1,), weighted, never falling, from 0 to all.
    """

    customers: Floats
    responders: Floats

    @classmethod
    def of(cls, ranking: Ranking, y: Floats, weight: Floats) -> Self:
        """Count responders `y`, (n,), 0 or 1, each row `weight`, (n,), times."""
        return cls(ranking.running(weight), ranking.running(weight * y))

    def auc(self) -> float:
        """Return the chance that a responder ranks above another customer; an equal rank counts half."""
        self._need("responders", "others")
        others = self.customers - self.responders
        above = (self.responders[1:] + self.responders[:-1]) / 2.0
        return float(np.sum(np.diff(others) * above) / (others[-1] * self.responders[-1]))

    def average_precision(self) -> float:
        """Return the mean, over the responders, of the response rate down to each one's rank."""
        self._need("responders")
        precision = self.responders[1:] / np.maximum(self.customers[1:], np.finfo(np.float64).tiny)
        return float(np.sum(np.diff(self.responders) * precision) / self.responders[-1])

    def captured_at(self, share: float) -> float:
        """Return the share of all responders among the best `share` of customers, in (0, 1]."""
        self._need("responders")
        if not 0.0 < share <= 1.0:
            raise ValueError(f"share must be in (0, 1], is {share}")
        found = np.interp(share * self.customers[-1], self.customers, self.responders)
        return float(found / self.responders[-1])

    def ks(self) -> float:
        """Return the largest lead of the share of responders over the share of others, from the top down."""
        self._need("responders", "others")
        others = self.customers - self.responders
        return float(np.max(self.responders / self.responders[-1] - others / others[-1]))

    def _need(self, *classes: str) -> None:
        if "responders" in classes and not self.responders[-1] > 0.0:
            raise ValueError("nobody responded: there is nothing to rank")
        if "others" in classes and not self.customers[-1] > self.responders[-1]:
            raise ValueError("everybody responded: there is nobody to rank them against")
