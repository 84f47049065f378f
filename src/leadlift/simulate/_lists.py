"""The lists that the bank was sent: whom they contact when, and what a contact would truly do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.errors import UserError
from leadlift.simulate import _columns as to
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Column, Floats, Ints
from leadlift.simulate._plan import date_of, day_number
from leadlift.simulate._tables import CUSTOMERS_PER_BLOCK_ID

CELLS = ("model", "explore", "control")
WINDOW = 60
"""Days in which a purchase counts, as in truth/effects."""

_MODEL, _EXPLORE, _CONTROL = range(3)
_NEEDED = (
    "customer_id", "cell", "offer", "channel", "treatment_code", "as_of", "valid_until", "list_id",
)  # fmt: skip


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
        return np.asarray((self.cell != _CONTROL) & (self.planned > 0), dtype=np.bool_)

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
    ids, which, _ = _words_of(table["list_id"])
    first = np.unique(which, return_index=True)[1]
    names = table["campaign"].take(first).to_pylist()
    return Lists(
        ids=tuple(ids),
        names=tuple(names),
        which=which,
        as_of=_days(table["as_of"]),
        valid_until=_days(table["valid_until"]),
        customer=table["customer_id"].cast(pa.int64()).to_numpy(),
        cell=_positions(table["cell"], CELLS),
        offer=_positions(table["offer"], w.OFFERS),
        channel=_positions(table["channel"], w.CONTACT_CHANNELS),
        code=np.array(table["treatment_code"].to_pylist(), dtype=object),
        planned=_days(table["planned_on"]),
        window_from=_days(table["window_from"]),
        consented=table["consented"].to_numpy(),
        without=table["chance_without"].to_numpy(),
        given=table["chance_with"].to_numpy(),
    )


def received(leads: Path, known: Lists, first_day: int, last_day: int, seed: int) -> Lists:
    """The known lists and those that have come since, `leads/*/*/kept/assignments.parquet`.

    A contact is planned on a random day from as-of date or `first_day`, the later, to the end of validity. Lists
    of a day after `last_day` are left for later.

    Raises UserError for a list that the bank cannot work: the file, the column and the value are named.
    """
    new = [_read(path, first_day, seed) for path in sorted(leads.glob("*/*/kept/assignments.parquet"))]
    due = [one for one in new if len(one) and one.ids[0] not in known.ids and one.as_of[0] <= last_day]
    return _joined([known, *sorted(due, key=lambda one: (one.as_of[0], one.names, one.ids))])


def _read(path: Path, first_day: int, seed: int) -> Lists:
    table = pq.read_table(path)
    missing = [name for name in _NEEDED if name not in table.column_names]
    if missing:
        raise UserError(f"simulate --advance: {path}: there is no column {missing[0]!r}")
    table = table.sort_by("customer_id")
    ids, _, _ = _words_of(table["list_id"])
    if len(ids) > 1:
        raise UserError(f"simulate --advance: {path}: list_id: one file is one list, not {', '.join(ids[:3])}")
    customer = _customers(path, table)
    as_of, until = (_days(table[name]) for name in ("as_of", "valid_until"))
    cell = _known(path, table, "cell", CELLS)
    opens = np.maximum(as_of, first_day)
    digest = hashlib.sha256("|".join(ids).encode()).digest()
    share = np.random.default_rng([seed, int.from_bytes(digest[:8], "big")]).random(len(table))
    planned = np.where(until >= opens, opens + (share * (until - opens + 1)).astype(np.int64), 0)
    unknown = np.full(len(table), np.nan)
    return Lists(
        ids=tuple(ids),
        names=(path.parents[2].name,) * len(ids),
        which=np.zeros(len(table), dtype=np.int64),
        as_of=as_of,
        valid_until=until,
        customer=customer,
        cell=cell,
        offer=_known(path, table, "offer", w.OFFERS),
        channel=_known(path, table, "channel", w.CONTACT_CHANNELS, needed=cell != _CONTROL),
        code=np.array(table["treatment_code"].to_pylist(), dtype=object),
        planned=planned,
        window_from=np.where(planned > 0, opens, 0),
        consented=np.zeros(len(table), dtype=np.bool_),
        without=unknown,
        given=unknown.copy(),
    )


def _customers(path: Path, table: pa.Table) -> Ints:
    ids = table["customer_id"].to_pylist()
    odd = [one for one in ids if not (isinstance(one, str) and len(one) == 8 and one.isdecimal())]
    if odd:
        raise UserError(f"simulate --advance: {path}: customer_id: the demo bank has no customer {odd[0]!r}")
    numbers = np.array([int(one) for one in ids], dtype=np.int64)
    twice = numbers[1:][numbers[1:] == numbers[:-1]]
    if len(twice):
        raise UserError(f"simulate --advance: {path}: customer_id: {twice[0]:08d} stands there twice")
    return numbers


def _known(
    path: Path, table: pa.Table, name: str, words: Sequence[str], needed: Bools | None = None
) -> Ints:
    """Positions of a column's words; -1 for one that is unknown and not needed."""
    positions = _positions(table[name], words)
    wrong = np.flatnonzero((positions < 0) & (np.True_ if needed is None else needed))
    if len(wrong):
        value = table[name][int(wrong[0])].as_py()
        problem = f"the demo bank knows no {name} {value!r}, only {', '.join(words)}"
        raise UserError(f"simulate --advance: {path}: {name}: {problem}")
    return positions


def _positions(column: pa.ChunkedArray, words: Sequence[str]) -> Ints:
    seen, which, _ = _words_of(column)
    place = np.array([words.index(word) if word in words else -1 for word in seen] + [-1], dtype=np.int64)
    return np.asarray(place[which], dtype=np.int64)


def _words_of(column: pa.ChunkedArray) -> tuple[list[Any], Ints, int]:
    """Different words in their order, and the position of each; -1 for none."""
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    which = coded.indices.fill_null(-1).to_numpy().astype(np.int64)
    return coded.dictionary.to_pylist(), which, len(which)


def _days(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy().astype(np.int64))


def _joined(parts: Sequence[Lists]) -> Lists:
    """All assignments of several, with `which` counted through."""
    shift = np.cumsum([0, *(len(part.ids) for part in parts)])
    columns: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Lists)
        if field.name not in ("ids", "names", "which")
    }
    which = np.concatenate([part.which + first for part, first in zip(parts, shift, strict=False)])
    ids, names = (sum((getattr(part, name) for part in parts), ()) for name in ("ids", "names"))
    return Lists(ids=ids, names=names, which=which, **columns)


def _nothing() -> Lists:
    none, chances = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Lists(
        (), (), none, none, none, none, none, none, none, none.astype(object), none, none,
        none.astype(np.bool_), chances, chances,
    )  # fmt: skip


def file_of(lists: Lists, which: int) -> str:
    """The name of a list's file of answers."""
    as_of: date = date_of(lists.as_of[np.flatnonzero(lists.which == which)[0]])
    return f"{lists.names[which]}-{as_of}.csv"


def first_day_after(end: date) -> int:
    """The day after the last one lived, since 1970."""
    return day_number(end) + 1
