"""Writing the tables: streamed block by block into a hidden sibling, which takes its place when complete."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.errors import UserError

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
            writer = pq.ParquetWriter(
                path, schema, use_dictionary=_repeating(schema), write_statistics=_ordered(schema), **_FORMAT
            )
            self._open[path] = self._stack.enter_context(writer)
        return self._open[path]


def _repeating(schema: pa.Schema) -> list[str]:
    """Columns whose values repeat: the rest is written as it is, which is faster than looking for repeats."""
    repeats = (pa.types.is_dictionary, pa.types.is_date)
    return [field.name for field in schema if any(kind(field.type) for kind in repeats)]


def _ordered(schema: pa.Schema) -> list[str]:
    """Columns by whose range a reader may skip row groups."""
    return [field.name for field in schema if pa.types.is_temporal(field.type)]


@contextmanager
def replaced(folder: Path) -> Iterator[TableWriter]:
    """A writer whose tables appear in the folder, all at once, when the block ends without an error.

    Raises UserError when tables of that name are there that no earlier run wrote.
    """
    _refuse_foreign(folder)
    fresh = folder.parent / f".{folder.name}.simulating"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        with ExitStack() as stack:
            yield TableWriter(fresh, stack)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError(f"simulate: {folder} is a file; the demo bank needs a folder")
    found = [name for name in _OWNED if (folder / name).exists()]
    if found and not (folder / "truth" / "latents.parquet").exists():
        problem = f"{folder} holds {found[0]}, which simulate did not write"
        raise UserError(f"simulate: {problem}; choose another folder")


def _swap(fresh: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    old = fresh / "old"
    old.mkdir()
    for name in _OWNED:
        if (folder / name).exists():
            (folder / name).rename(old / name)
        (fresh / name).rename(folder / name)
