"""What happened in one block, table by table, until it is written."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from leadlift.simulate._arrays import Column

_KEPT_FROM_BURN_IN = frozenset({"customers", "holdings", "consents", "arrears"})


class Ledger:
    """Chunks of columns by table. While `writing` is false (the burn-in) only tables with a past are kept.

    counts: rows that the tables have already, so that positions go on where they ended.
    """

    def __init__(self, writing: bool = False, counts: Mapping[str, int] | None = None) -> None:
        self.writing = writing
        self._chunks: dict[str, list[dict[str, Column]]] = {}
        self._counts: dict[str, int] = dict(counts or {})

    def add(self, table: str, **columns: Column) -> None:
        """Append rows: columns of one length, coded as numbers."""
        if not self.writing and table not in _KEPT_FROM_BURN_IN:
            return
        rows = len(next(iter(columns.values())))
        if rows:
            self._chunks.setdefault(table, []).append(columns)
            self._counts[table] = self.count(table) + rows

    def count(self, table: str) -> int:
        """Rows so far, those of earlier ledgers among them."""
        return self._counts.get(table, 0)

    def seen(self, table: str) -> dict[str, Column]:
        """All rows of a table, which keeps them; no columns when nothing happened."""
        chunks = self._chunks.get(table, [])
        return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in (chunks or [{}])[0]}

    def take(self, table: str) -> dict[str, Column]:
        """All rows of a table, which then holds none; no columns when nothing happened."""
        rows = self.seen(table)
        self._chunks.pop(table, None)
        return rows
