"""Reading the lists that the bank was sent, and planning the day of each contact."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.errors import UserError
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Ints
from leadlift.simulate._lists import CELLS, CONTROL, Lists, days, positions, words_of

_NEEDED = (
    "customer_id", "cell", "offer", "channel", "treatment_code", "as_of", "valid_until", "list_id",
)  # fmt: skip


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
    ids, _ = words_of(table["list_id"])
    if len(ids) > 1:
        raise UserError(
            f"simulate --advance: {path}: list_id: one file is one list, not {', '.join(ids[:3])}"
        )
    customer = _customers(path, table)
    as_of, until = (days(table[name]) for name in ("as_of", "valid_until"))
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
        channel=_known(path, table, "channel", w.CONTACT_CHANNELS, needed=cell != CONTROL),
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


def _known(path: Path, table: pa.Table, name: str, words: Sequence[str], needed: Bools | None = None) -> Ints:
    """Positions of a column's words; -1 for one that is unknown and not needed."""
    found = positions(table[name], words)
    wrong = np.flatnonzero((found < 0) & (np.True_ if needed is None else needed))
    if len(wrong):
        value = table[name][int(wrong[0])].as_py()
        problem = f"the demo bank knows no {name} {value!r}, only {', '.join(words)}"
        raise UserError(f"simulate --advance: {path}: {name}: {problem}")
    return found


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
