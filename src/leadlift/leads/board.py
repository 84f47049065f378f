"""Every customer beside every (offer, channel) pair: what each would be worth, and what is still allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.leads.waterfall import WaterfallRow

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
NOBODY = -1
UNPRICED = np.float32(-1e30)
"""What a contact is worth by money where the customer has no value yet: less than any other, until a rule says so."""
PREFERENCE = np.float32(1e-5)
"""How much more a preferred channel is worth: enough where two are alike, and nothing else."""


@dataclass(frozen=True, eq=False)
class Terms:
    """The pairs of a campaign.

    pairs: (offer, channel) names. offer: (p,), the place of each pair's offer among the offers. response: (p,), the
    share of the chance that holds on its channel. cost: (p,), of a contact. money: whether every offer has a value.
    """

    pairs: tuple[tuple[str, str], ...]
    offer: npt.NDArray[np.intp]
    response: npt.NDArray[np.float64]
    cost: npt.NDArray[np.float64]
    money: bool

    def of(self, offers: Sequence[str] | None = None, channel: str | None = None) -> Bools:
        """Which pairs are of these offers (None: any) and this channel (None: any), (p,)."""
        return np.array(
            [
                (offers is None or offer in offers) and (channel is None or by == channel)
                for offer, by in self.pairs
            ],
            dtype=np.bool_,
        )


@dataclass(frozen=True, eq=False)
class Rates:
    """What is known of each customer and offer.

    chance: (n, o), NaN where not scored. value: (n, o), NaN where the offer has none, or its model none of them.
    """

    chance: Floats
    value: Floats


@dataclass(frozen=True, eq=False)
class Removed:
    """What one rule did. gone: rows of those it removed; closed: offer -> rows of those who lost that offer alone."""

    rule: str
    gone: npt.NDArray[np.intp]
    closed: Mapping[int, npt.NDArray[np.intp]]


class Board:
    """Customers x pairs while rules are applied; each customer's best pair still allowed is kept beside."""

    def __init__(
        self,
        customers: pa.ChunkedArray,
        terms: Terms,
        rates: Rates,
        by_money: bool,
        preferred: Bools | None = None,
        counts: Floats | None = None,
    ) -> None:
        """Begin with every pair whose offer was scored.

        by_money: the best is that of the highest expected value. preferred: (n, p), by which channels customers are
        reached for choice. counts: (n, p), how much of a contact's worth counts when ranked, above 0; all by default.
        """
        self.customers, self.terms, self.rates, self._by_money = customers, terms, rates, by_money
        self._preferred, self._counts = preferred, counts
        self.allowed: Bools = ~np.isnan(rates.chance)[:, terms.offer]
        self.best = np.full(len(customers), NOBODY, dtype=np.int32)
        self._refresh(np.arange(len(customers)))
        self.removed: list[Removed] = []
        self.rows = [self._row("scored", 0, (0.0, 0.0))]

    @property
    def alive(self) -> Bools:
        """Who may still get something, (n,)."""
        return np.asarray(self.best != NOBODY)

    def responders(self, rows: npt.NDArray[np.intp], pair: npt.NDArray[np.integer]) -> Floats:
        """The chance of these customers with these pairs."""
        offer = self.terms.offer[pair]
        return np.asarray(self.rates.chance[rows, offer] * self.terms.response[pair].astype(np.float32))

    def value(self, rows: npt.NDArray[np.intp], pair: npt.NDArray[np.integer]) -> Floats:
        """The expected value of these contacts, after their cost; NaN where an offer has no value."""
        worth = self.rates.value[rows, self.terms.offer[pair]]
        return np.asarray(self.responders(rows, pair) * worth - self.terms.cost[pair].astype(np.float32))

    def worth(self, rows: npt.NDArray[np.intp]) -> Floats:
        """What ranks: expected value or chance of every pair, (len(rows), p); -inf where it is not allowed."""
        told = np.empty((len(rows), len(self.terms.pairs)), dtype=np.float32)
        for place in range(told.shape[1]):
            pair = np.full(len(rows), place)
            told[:, place] = self.value(rows, pair) if self._by_money else self.responders(rows, pair)
        if self._by_money:
            told[np.isnan(told)] = UNPRICED
        if self._preferred is not None:
            told += np.abs(told) * PREFERENCE * self._preferred[rows]
        if self._counts is not None:
            # what loses already is no better for counting less
            told -= np.abs(told) * (1 - self._counts[rows])
        told[~self.allowed[rows]] = -np.inf
        return told

    def remove(self, rule: str, hit: Bools, pairs: Bools | None = None) -> Bools:
        """Take pairs (all by default) from the customers hit; who has none left is removed. Returns who, (n,)."""
        before = self.alive
        rows = np.flatnonzero(hit & before)
        left = self.allowed[rows]
        left[:, slice(None) if pairs is None else pairs] = False
        return self._take(rule, rows, left, before)

    def keep_pairs(self, rule: str, keep: Bools) -> Bools:
        """Take every pair that is not kept, (n, p). Returns whom it removed, (n,)."""
        before = self.alive
        rows = np.flatnonzero((self.allowed & ~keep).any(axis=1) & before)
        return self._take(rule, rows, self.allowed[rows] & keep[rows], before)

    def note(self, rule: str, gone: Bools) -> None:
        """Tell of customers removed otherwise, such as by capacity."""
        rows = np.flatnonzero(gone & self.alive)
        self._take(rule, rows, np.zeros((len(rows), self.allowed.shape[1]), dtype=np.bool_), self.alive)

    def _take(self, rule: str, rows: npt.NDArray[np.intp], left: Bools, before: Bools) -> Bools:
        then, closed = self._sums(rows), self._closed(rows, left)
        self.allowed[rows] = left
        self._refresh(rows)
        now = self._sums(rows)
        gone = np.asarray(before & ~self.alive)
        self.removed.append(Removed(rule, np.flatnonzero(gone), closed))
        self.rows.append(self._row(rule, int(gone.sum()), (then[0] - now[0], then[1] - now[1])))
        return gone

    def _closed(self, rows: npt.NDArray[np.intp], left: Bools) -> dict[int, npt.NDArray[np.intp]]:
        """Offer -> those who lose its last channel and keep another offer."""
        stay, told = left.any(axis=1), {}
        for offer in np.unique(self.terms.offer):
            pairs = self.terms.offer == offer
            lost = self.allowed[rows][:, pairs].any(axis=1) & ~left[:, pairs].any(axis=1) & stay
            if lost.any():
                told[int(offer)] = rows[lost]
        return told

    def _refresh(self, rows: npt.NDArray[np.intp], at_once: int = 500_000) -> None:
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            worth = self.worth(part)
            best = worth.argmax(axis=1).astype(np.int32)
            best[np.isneginf(worth[np.arange(len(part)), best])] = NOBODY
            self.best[part] = best

    def _sums(self, rows: npt.NDArray[np.intp] | None = None) -> tuple[float, float]:
        """Expected responders and value over the best pairs of these customers, or of all; unknown values are 0."""
        here = np.flatnonzero(self.alive) if rows is None else rows[self.best[rows] != NOBODY]
        pair = self.best[here]
        value = float(np.nansum(self.value(here, pair), dtype=np.float64)) if self.terms.money else 0.0
        return float(self.responders(here, pair).sum(dtype=np.float64)), value

    def _row(self, rule: str, removed: int, less: tuple[float, float]) -> WaterfallRow:
        responders, value = self._sums()
        money = (value, less[1]) if self.terms.money else (None, None)
        return WaterfallRow(rule, removed, int(self.alive.sum()), responders, less[0], *money)
