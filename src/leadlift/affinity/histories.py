"""Holding histories as arrays: who held what on a day, and what was opened afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.names import CUSTOMER

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
    def of(cls, rows: pa.Table) -> Self:
        """From one row for each holding, in any order: customer_id, product, opened, closed (null: still held)."""
        who, customers = _coded(rows[CUSTOMER])
        what, products = _coded(rows["product"])
        return cls(customers, tuple(products), who, what, _days(rows["opened"]), _days(rows["closed"]))

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


def _coded(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.intp], list[str]]:
    """The place of each row's text among the different ones, in the order of the alphabet, and these."""
    coded = pc.cast(column, pa.string()).combine_chunks().dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return place[coded.indices.to_numpy()], coded.dictionary.take(pa.array(order)).to_pylist()


def _days(column: pa.ChunkedArray) -> Days:
    days = pc.cast(pc.cast(column, pa.date32()), pa.int32()).combine_chunks()
    return np.asarray(pc.fill_null(pc.cast(days, pa.int64()), NEVER).to_numpy(), dtype=np.int64)
