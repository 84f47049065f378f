"""Holding histories as arrays: who held what on a day, and what was opened afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
EPOCH = date(1970, 1, 1)
SAME = 0.99
"""Of the holders of a set of products: a larger set that so many of them hold says no more, such as one with what
nearly everyone holds."""


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


@dataclass(frozen=True, eq=False)
class Histories:
    """Every holding known on a day.

    customers: ids in the order of the alphabet, (n,). products: names likewise, (p,). customer, product: places of each
    holding. opened, closed: days since 1970, NEVER for what is still held.
    """

    customers: Sequence[str]
    products: tuple[str, ...]
    customer: npt.NDArray[np.intp]
    product: npt.NDArray[np.intp]
    opened: Days
    closed: Days

    @classmethod
    def of(
        cls,
        customers: Sequence[str],
        products: Sequence[str],
        opened: Sequence[date],
        closed: Sequence[date | None],
    ) -> Self:
        """From one entry for each holding, in any order."""
        ids, who = np.unique(np.asarray(customers, dtype=object).astype(str), return_inverse=True)
        names, what = np.unique(np.asarray(products, dtype=object).astype(str), return_inverse=True)
        begin = np.array([day_number(day) for day in opened], dtype=np.int64)
        end = np.array([NEVER if day is None else day_number(day) for day in closed], dtype=np.int64)
        return cls(ids.tolist(), tuple(names.tolist()), who.astype(np.intp), what.astype(np.intp), begin, end)

    def held_on(self, day: int) -> Bools:
        """Who holds what at the beginning of a day, (n, p): opened before it and not closed before it."""
        held = np.zeros((len(self.customers), len(self.products)), dtype=np.bool_)
        here = (self.opened < day) & (self.closed >= day)
        held[self.customer[here], self.product[here]] = True
        return held

    def opened_within(self, first: int, last: int) -> Bools:
        """Who opened what from `first` to before `last`, (n, p)."""
        found = np.zeros((len(self.customers), len(self.products)), dtype=np.bool_)
        here = (self.opened >= first) & (self.opened < last)
        found[self.customer[here], self.product[here]] = True
        return found

    def first_openings(self) -> Days:
        """The day each customer first opened each product, (n, p); NEVER for those never opened."""
        first = np.full((len(self.customers), len(self.products)), NEVER, dtype=np.int64)
        np.minimum.at(first, (self.customer, self.product), self.opened)
        return first
