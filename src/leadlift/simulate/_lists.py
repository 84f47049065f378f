"""The lists that the bank was sent: whom they contact when, and what a contact would truly do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.simulate import _columns as to
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Column, Floats, Ints
from leadlift.simulate._numbering import CUSTOMERS_PER_BLOCK_ID
from leadlift.simulate._plan import date_of

CELLS = ("model", "explore", "control")
WINDOW = 60
"""Days in which a purchase counts, as in truth/effects."""

_MODEL, _EXPLORE, CONTROL = range(3)


@dataclass(frozen=True)
class Lists:
    """Assignments of all lists, one entry each.

    which: position in `ids` and `names`. customer: whole number of the id. Words are positions, days since 1970.
    planned: the day of the contact, or the one a control would have had; 0: the list came too late.
    consented: had consent on the channel when the list came. without, given: true chances, nan when unknown.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    which: Ints
    as_of: Ints
    valid_until: Ints
    customer: Ints
    cell: Ints
    offer: Ints
    channel: Ints
    code: Column
    planned: Ints
    window_from: Ints
    consented: Bools
    without: Floats
    given: Floats

    def __len__(self) -> int:
        """Assignments."""
        return len(self.which)

    @property
    def contacted(self) -> Bools:
        """Whose turn comes: in a cell that is contacted, of a list that came in time."""
        return np.asarray((self.cell != CONTROL) & (self.planned > 0), dtype=np.bool_)

    @property
    def randomised(self) -> Bools:
        """Contacted whatever the score."""
        return np.asarray(self.cell == _EXPLORE, dtype=np.bool_)

    @property
    def window_to(self) -> Ints:
        """The last day on which a purchase counts."""
        return self.window_from + WINDOW - 1

    @property
    def block(self) -> Ints:
        """The customers' blocks."""
        return np.asarray((self.customer - 1) // CUSTOMERS_PER_BLOCK_ID, dtype=np.int64)

    def of_block(self, block: int) -> Ints:
        """Positions of a block's customers."""
        return np.flatnonzero(self.block == block)

    def number(self, rows: Ints) -> Ints:
        """Customers' numbers within their block."""
        return np.asarray((self.customer[rows] - 1) % CUSTOMERS_PER_BLOCK_ID, dtype=np.int64)

    def name(self, which: int) -> str:
        """A list as people name it: campaign and as-of date."""
        return f"{self.names[which]}-{date_of(self.as_of[np.argmax(self.which == which)])}"

    def table(self) -> pa.Table:
        """What tests may know of each assignment."""
        contact_on = np.where(self.contacted, self.planned, 0)
        return pa.table(
            {
                "list_id": to.word(self.which, self.ids),
                "campaign": to.word(self.which, self.names),
                "as_of": to.day(self.as_of),
                "valid_until": to.day(self.valid_until),
                "customer_id": to.code(self.customer, "", 8),
                "cell": to.word(self.cell, CELLS),
                "offer": to.word(self.offer, w.OFFERS),
                "channel": to.word(self.channel, w.CONTACT_CHANNELS),
                "treatment_code": pa.array(self.code, pa.string()),
                "planned_on": to.day(self.planned),
                "contact_on": to.day(contact_on),
                "window_from": to.day(self.window_from),
                "window_to": to.day(np.where(self.window_from > 0, self.window_to, 0)),
                "consented": to.flag(self.consented),
                "chance_without": pa.array(self.without, from_pandas=True),
                "chance_with": pa.array(self.given, from_pandas=True),
            }
        )


def known_lists(path: Path) -> Lists:
    """The lists of truth/lists.parquet; none when there is no such file."""
    table = pq.read_table(path) if path.exists() else _nothing().table()
    ids, which = words_of(table["list_id"])
    first = np.unique(which, return_index=True)[1]
    names = table["campaign"].take(first).to_pylist()
    return Lists(
        ids=tuple(ids),
        names=tuple(names),
        which=which,
        as_of=days(table["as_of"]),
        valid_until=days(table["valid_until"]),
        customer=table["customer_id"].cast(pa.int64()).to_numpy(),
        cell=positions(table["cell"], CELLS),
        offer=positions(table["offer"], w.OFFERS),
        channel=positions(table["channel"], w.CONTACT_CHANNELS),
        code=np.array(table["treatment_code"].to_pylist(), dtype=object),
        planned=days(table["planned_on"]),
        window_from=days(table["window_from"]),
        consented=table["consented"].to_numpy(),
        without=table["chance_without"].to_numpy(),
        given=table["chance_with"].to_numpy(),
    )


def positions(column: pa.ChunkedArray, words: Sequence[str]) -> Ints:
    """The position of each value among the words; -1 for others and for none."""
    seen, which = words_of(column)
    place = np.array([words.index(word) if word in words else -1 for word in seen] + [-1], dtype=np.int64)
    return np.asarray(place[which], dtype=np.int64)


def words_of(column: pa.ChunkedArray) -> tuple[list[Any], Ints]:
    """Different words in their order, and the position of each; -1 for none."""
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    which = coded.indices.fill_null(-1).to_numpy().astype(np.int64)
    return coded.dictionary.to_pylist(), which


def days(column: pa.ChunkedArray) -> Ints:
    """Days since 1970 of dates or times; 0 for none."""
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy().astype(np.int64))


def _nothing() -> Lists:
    none, chances = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Lists(
        (), (), none, none, none, none, none, none, none, none.astype(object), none, none,
        none.astype(np.bool_), chances, chances,
    )  # fmt: skip
