"""Prices of capacities for millions of customers: each capacity's price in turn, until none moves.

Lagrangian relaxation (Fisher, 1981): at given prices everybody takes what is worth most above its price, and the sum
of these gains and of what the capacities cost is a bound for any assignment. With the other prices given, the best
price of one capacity is the gain of the first customer who no longer finds room: a selection, not a search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.leads.allocation.problem import NONE, Cap, Floats, Price

ROUNDS, STILL = 60, 1e-6
PATIENCE = 6


@dataclass(eq=False)
class Market:
    """The customers and the prices they see. worth: (p, n), a row for each pair, so that passes are over whole rows."""

    worth: npt.NDArray[np.float32]
    caps: Sequence[Cap]
    prices: list[npt.NDArray[np.float64]]

    @classmethod
    def of(cls, worth: Floats, caps: Sequence[Cap]) -> Market:
        """A market in which everything is free."""
        turned = np.ascontiguousarray(worth.T, dtype=np.float32)
        return cls(turned, caps, [np.zeros(len(cap.limits())) for cap in caps])

    def settle(self) -> None:
        """Set each price in turn until the bound no longer falls."""
        before = self.bound()
        for _ in range(ROUNDS):
            for place in range(len(self.caps)):
                self._price(place)
            now = self.bound()
            if before - now <= STILL * max(abs(now), 1e-12):
                return
            before = now

    def polish(self, worth_of: float, steps: int) -> None:
        """Bring the bound down from where no price alone can move it: subgradient steps, the best prices kept.

        worth_of: what an assignment in hand is worth, which no bound can pass. Step lengths after Polyak (1969), each
        price in the measure of its capacity, halved when they bring nothing.
        """
        best, kept, length, idle = self.bound(), [price.copy() for price in self.prices], 1.0, 0
        for _ in range(steps):
            slope = self._slope()
            size = sum(float((one**2 / np.maximum(cap.limits(), 1)).sum()) for one, cap in self._with(slope))
            if size == 0 or best - worth_of <= STILL * abs(best):
                break
            step = length * (self.bound() - worth_of) / size
            self.prices = [
                np.maximum(0.0, price - step * one / np.maximum(cap.limits(), 1))
                for price, (one, cap) in zip(self.prices, self._with(slope), strict=True)
            ]
            now = self.bound()
            idle = 0 if now < best else idle + 1
            if now < best:
                best, kept = now, [price.copy() for price in self.prices]
            if idle == PATIENCE:
                length, idle, self.prices = length / 2, 0, [price.copy() for price in kept]
        self.prices = kept

    def _with(self, slope: Sequence[npt.NDArray[np.float64]]) -> list[tuple[npt.NDArray[np.float64], Cap]]:
        return list(zip(slope, self.caps, strict=True))

    def _slope(self) -> list[npt.NDArray[np.float64]]:
        """How the bound rises with each price: the room that is left when everybody takes what is worth most."""
        _, pair = self.best()
        return [(cap.limits() - cap.counted(pair)).astype(np.float64) for cap in self.caps]

    def bound(self) -> float:
        """No assignment is worth more."""
        best, _ = self.best()
        paid = sum(
            float((price * cap.limits()).sum()) for price, cap in zip(self.prices, self.caps, strict=True)
        )
        return float(np.maximum(best, 0).sum(dtype=np.float64)) + paid

    def best(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
        """What each customer's best pair is worth above its price, (n,), and which it is; -1 where nothing pays."""
        most = np.full(self.worth.shape[1], -np.inf, dtype=np.float32)
        which = np.full(len(most), NONE, dtype=np.int32)
        for pair in range(len(self.worth)):
            gain = self._gain(pair)
            better = gain > np.maximum(most, 0)
            most[better], which[better] = gain[better], pair
        return most, which

    def margin(self) -> npt.NDArray[np.float32]:
        """By how much each customer's choice beats the next best or nothing, (n,): small where it is a close call."""
        first = np.zeros(self.worth.shape[1], dtype=np.float32)
        second = np.full_like(first, -np.inf)
        for pair in range(len(self.worth)):
            gain = self._gain(pair)
            second = np.maximum(second, np.minimum(first, gain))
            first = np.maximum(first, gain)
        return first - second

    def gains(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        """What every pair is worth to some customers above its price, (len(rows), p)."""
        return np.stack([self._gain(pair)[rows] for pair in range(len(self.worth))], axis=1)

    def told(self) -> dict[str, Price]:
        """The prices by name."""
        return {
            cap.name: float(price[0]) if cap.group is None else price
            for cap, price in zip(self.caps, self.prices, strict=True)
        }

    def _gain(self, pair: int, without: int | None = None) -> npt.NDArray[np.float32]:
        """The pair's worth above the prices of its capacities, (n,); one of them may be taken for free."""
        gain: npt.NDArray[np.float32] = self.worth[pair].copy()
        for place, cap in enumerate(self.caps):
            if place != without and cap.pairs[pair] and self.prices[place].any():
                price = self.prices[place].astype(np.float32)
                gain -= price[0] if cap.group is None else price[cap.group]
        return gain

    def _price(self, place: int) -> None:
        cap = self.caps[place]
        inside = np.full(self.worth.shape[1], -np.inf, dtype=np.float32)
        outside = np.zeros_like(inside)
        for pair in range(len(self.worth)):
            side = inside if cap.pairs[pair] else outside
            np.maximum(side, self._gain(pair, place), out=side)
        gains = inside - outside
        limits = cap.limits()
        if cap.group is None:
            self.prices[place] = np.array([_cut(gains, int(limits[0]))])
            return
        rows = np.flatnonzero(gains > 0)
        order = rows[np.lexsort((-gains[rows], cap.group[rows]))]
        starts = np.searchsorted(cap.group[order], np.arange(len(limits) + 1))
        self.prices[place] = np.array(
            [
                _cut(gains[order[a:b]], int(most))
                for a, b, most in zip(starts, starts[1:], limits, strict=False)
            ]
        )


def _cut(gains: npt.NDArray[np.float32], most: int) -> float:
    """The price at which `most` of them pay: between the last one's gain and the next one's, 0 where there is room."""
    paying = int((gains > 0).sum())
    if paying <= most:
        return 0.0
    if most == 0:
        return float(gains.max())
    part = np.partition(gains, (len(gains) - most - 1, len(gains) - most))
    return float(np.float64(part[len(gains) - most - 1]) + np.float64(part[len(gains) - most])) / 2
