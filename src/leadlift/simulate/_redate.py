"""Rows that were open when the bank was last written, and have ended since or are still open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.simulate._arrays import Ints
from leadlift.simulate._numbering import Numbering
from leadlift.simulate._written import changed


@dataclass(frozen=True)
class Dated:
    """A table whose rows may be open. key: what tells its open rows apart; end: empty while a row is open."""

    key: tuple[str, ...]
    end: str
    id: str = ""


DATED = {
    "customers": Dated(("customer_id", "valid_from"), "valid_to"),
    "holdings": Dated(
        ("customer_id", "product", "opened_on", "matures_on", "amount", "rate"), "closed_on", "holding_id"
    ),
    "consents": Dated(("customer_id", "channel", "given_on"), "withdrawn_on", "consent_id"),
}
_ORDER = (("customer_id", pa.int64()), ("valid_from", pa.int32()))


def redated(name: str, old: pa.Table, told: pa.Table, numbering: Numbering) -> tuple[pa.Table, int]:
    """A table with what a month tells of it: rows that ended carry their end, new rows follow. And how many are new.

    old: as last written. told: every row that was open before the month or began in it, open or ended. Rows of
    `old` keep their ids and places, those of customers their order by customer and day.

    Raises UserError when `told` does not name every open row of `old`: somebody else has changed the table.
    """
    dated = DATED[name]
    open_rows = np.flatnonzero(old[dated.end].is_null().to_numpy())
    at_old, at_told = _same_rows(old.take(open_rows).select(dated.key), told.select(dated.key))
    if len(at_old) != len(open_rows):
        raise changed(Path(f"{name}.parquet"))
    ends = old[dated.end].to_numpy().copy()
    ends[open_rows[at_old]] = told[dated.end].to_numpy()[at_told]
    place = old.column_names.index(dated.end)
    old = old.set_column(place, old.schema.field(place), pa.array(ends.astype("datetime64[D]")))
    new = told.take(np.setdiff1d(np.arange(len(told)), at_told))
    if dated.id:
        new = new.set_column(0, told.schema.field(dated.id), numbering.rows(name, len(new)))
    both = pa.concat_tables([old, new])
    if name == "customers":
        customer, day = (both[column].cast(kind).to_numpy() for column, kind in _ORDER)
        both = both.take(np.lexsort([day, customer]))
    return both, len(new)


def replaced_customers(old: pa.Table, told: pa.Table) -> pa.Table:
    """The table without the customers who are told of anew, and then these."""
    again = pc.is_in(
        old["customer_id"].cast(pa.string()), told["customer_id"].combine_chunks().cast(pa.string())
    )
    return pa.concat_tables([old.filter(pc.invert(again)), told])


def _same_rows(left: pa.Table, right: pa.Table) -> tuple[Ints, Ints]:
    """Positions of the rows that both tables hold; of equal rows the first is the first, and so on."""
    both = pa.concat_tables([left, right]).unify_dictionaries()
    codes = np.zeros(len(both), dtype=np.int64)
    for column in both.itercolumns():
        codes = _dense(codes * (len(both) + 1) + _codes(column))
    first, second = _numbered(codes[: len(left)], len(both)), _numbered(codes[len(left) :], len(both))
    _, at_left, at_right = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return at_left, at_right


def _codes(column: pa.ChunkedArray) -> Ints:
    """A small number for each value, the same for equal ones; 0 for none."""
    whole = column.combine_chunks()
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    return np.asarray(coded.indices.fill_null(-1).to_numpy().astype(np.int64) + 1)


def _dense(codes: Ints) -> Ints:
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)


def _numbered(codes: Ints, most: int) -> Ints:
    """Codes made unlike by how many equal ones came before."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    before = np.empty(len(codes), dtype=np.int64)
    before[order] = np.arange(len(codes)) - np.repeat(begins, np.diff(begins, append=len(codes)))
    return np.asarray(codes * (most + 1) + before, dtype=np.int64)
