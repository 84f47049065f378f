"""What happened in one block, table by table, until it is written."""

from __future__ import annotations

import numpy as np

from leadlift.simulate._arrays import Column

_KEPT_FROM_BURN_IN = frozenset({"customers", "holdings", "consents", "arrears"})


class Ledger:
    """Chunks of columns by table. While `writing` is false (the burn-in) only tables with a past are kept."""

    def __init__(self) -> None:
        self.writing = False
        self._chunks: dict[str, list[dict[str, Column]]] = {}
        self._counts: dict[str, int] = {}

    def add(self, table: str, **columns: Column) -> None:
        """Append rows: columns of one length, coded as numbers."""
        if not self.writing and table not in _KEPT_FROM_BURN_IN:
            return
        rows = len(next(iter(columns.values())))
        if rows:
            self._chunks.setdefault(table, []).append(columns)
            self._counts[table] = self.count(table) + rows

    def count(self, table: str) -> int:
        """Rows so far."""
        return self._counts.get(table, 0)

    def take(self, table: str) -> dict[str, Column]:
        """All rows of a table, which then holds none; no columns when nothing happened."""
        chunks = self._chunks.pop(table, [])
        if not chunks:
            return {}
        return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
