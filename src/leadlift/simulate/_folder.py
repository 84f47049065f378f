"""Writing the tables: streamed block by block into a hidden sibling, which takes its place when complete."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BLOCKS_PER_PART = 10
"""Blocks in one file of transactions."""

_ONE_GROUP = 1 << 30
# plain strings and no Arrow schema inside: every reader sees the same types
_FORMAT: dict[str, Any] = {"compression": "zstd", "store_schema": False, "store_decimal_as_integer": True}

_IN_TRUTH = ("latents", "chances", "effects")
_OWNED = (
    "customers.parquet", "holdings.parquet", "balances.parquet", "transactions", "channel_events.parquet",
    "contacts.parquet", "sales.parquet", "consents.parquet", "arrears.parquet", "truth",
)  # fmt: skip


class TableWriter:
    """Appends Arrow tables, one row group each, to the files of a folder."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._open: dict[Path, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}

    def write(self, block: int, tables: dict[str, pa.Table]) -> None:
        """Append a block's tables."""
        for name, table in tables.items():
            self._writer(self._path(name, block), table.schema).write_table(table, row_group_size=_ONE_GROUP)
            self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def _path(self, name: str, block: int) -> Path:
        if name == "transactions":
            return self._folder / "transactions" / f"part-{block // BLOCKS_PER_PART:04d}.parquet"
        return self._folder / ("truth" if name in _IN_TRUTH else ".") / f"{name}.parquet"

    def _writer(self, path: Path, schema: pa.Schema) -> pq.ParquetWriter:
        if path not in self._open:
            path.parent.mkdir(exist_ok=True)
            self._open[path] = self._stack.enter_context(pq.ParquetWriter(path, schema, use_dictionary=_repeating(schema), **_FORMAT))
        return self._open[path]


def _repeating(schema: pa.Schema) -> list[str]:
    """Columns whose values repeat: the rest is written as it is, which is faster than looking for repeats."""
    return [field.name for field in schema if pa.types.is_dictionary(field.type) or pa.types.is_date(field.type)]


@contextmanager
def replaced(folder: Path) -> Iterator[TableWriter]:
    """A writer whose tables appear in the folder, all at once, when the block ends without an error."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with ExitStack() as stack:
            yield TableWriter(fresh, stack)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, folder: Path) -> None:
    old = fresh / ".old"
    old.mkdir()
    for name in _OWNED:
        if (folder / name).exists():
            (folder / name).rename(old / name)
        (fresh / name).rename(folder / name)
