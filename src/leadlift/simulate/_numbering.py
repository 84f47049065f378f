"""Ids of customers and of the rows of tables, which no two blocks share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from leadlift.simulate import _columns as to
from leadlift.simulate._arrays import Bools, Column

PREFIXES = {
    "holdings": "H", "transactions": "T", "channel_events": "E", "contacts": "C", "sales": "S", "consents": "N",
    "arrears": "A",
}  # fmt: skip
"""The letter of the ids of each table that numbers its rows."""

CUSTOMERS_PER_BLOCK_ID = 80_000
_ROWS_PER_BLOCK_ID = 10**8


@dataclass(frozen=True)
class Numbering:
    """How a block's numbers become ids that no other block uses.

    keep: who is of the written months. first: rows that the tables have already, whose ids are taken.
    campaigns: whose lists are contacted; none are named by offer and month, as the bank's own.
    """

    block: int
    keep: Bools
    first: Mapping[str, int] = field(default_factory=dict)
    campaigns: Sequence[str] = ()

    def customers(self, numbers: Column) -> pa.Array:
        """Eight-digit customer ids."""
        first = self.block * CUSTOMERS_PER_BLOCK_ID + 1
        ids = to.code(first + np.arange(int(self.keep.sum())), "", 8)
        new = np.cumsum(self.keep)[numbers] - 1
        return pa.DictionaryArray.from_arrays(pa.array(new.astype(np.int32)), ids)

    def rows(self, table: str, count: int) -> pa.Array:
        """Ids of all new rows of a table in their order."""
        return self.ids(PREFIXES[table], np.arange(count) + self.first.get(table, 0))

    def ids(self, prefix: str, rows: Column) -> pa.Array:
        """Ids of given rows."""
        return to.code(rows + self.block * _ROWS_PER_BLOCK_ID, prefix, 12)
