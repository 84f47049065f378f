"""Writing the tables: streamed block by block into a hidden sibling, which takes its place when complete."""

from __future__ import annotations

import json
import os
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

_IN_TRUTH = ("latents", "chances", "effects", "lists", "state")
_OWNED = (
    "customers.parquet", "holdings.parquet", "balances.parquet", "transactions", "channel_events.parquet",
    "contacts.parquet", "experiments.parquet", "sales.parquet", "consents.parquet", "arrears.parquet", "answers",
    "truth",
)  # fmt: skip
_COMPLETE = "complete.json"


def place_of(name: str) -> Path:
    """Where a table that is one file lies in the bank's folder."""
    return Path("truth" if name in _IN_TRUTH else ".") / f"{name}.parquet"


class TableWriter:
    """Appends Arrow tables, one row group each, to the files of a folder. rows: what was written, by table."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self._open: dict[Path, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}

    def write(self, block: int, tables: dict[str, pa.Table], part: str = "part") -> None:
        """Append a block's tables. part: how the names of the files of transactions begin."""
        for name, table in tables.items():
            path = place_of(name)
            if name == "transactions":
                path = Path("transactions") / f"{part}-{block // BLOCKS_PER_PART:04d}.parquet"
            self._writer(self.folder / path, table.schema).write_table(table, row_group_size=_ONE_GROUP)
            self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def keep(self, old: Path, name: str) -> None:
        """Take a file or folder of the old bank over as it is."""
        if (old / name).is_dir():
            shutil.copytree(old / name, self.folder / name, copy_function=_linked)
        elif (old / name).exists():
            _linked(old / name, self.folder / name)

    def _writer(self, path: Path, schema: pa.Schema) -> pq.ParquetWriter:
        if path not in self._open:
            path.parent.mkdir(exist_ok=True)
            writer = pq.ParquetWriter(
                path, schema, use_dictionary=_repeating(schema), write_statistics=_ordered(schema), **_FORMAT
            )
            self._open[path] = self._stack.enter_context(writer)
        return self._open[path]


def _linked(old: str | Path, new: str | Path) -> None:
    """The same file under another name where the disk can do so, else a copy: it is never changed."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


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
    finish_swap(folder)
    _refuse_foreign(folder)
    fresh = _beside(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        with ExitStack() as stack:
            yield TableWriter(fresh, stack)
        (fresh / "old").mkdir()
        names = [name for name in _OWNED if (fresh / name).exists()]
        (fresh / "listed").write_text(json.dumps(names), encoding="utf-8")
        (fresh / "listed").rename(fresh / _COMPLETE)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    finish_swap(folder)


def finish_swap(folder: Path) -> None:
    """Put complete new tables in the place of the old ones, also those of a command that was killed at it."""
    fresh = _beside(folder)
    if not (fresh / _COMPLETE).exists():
        return
    new = json.loads((fresh / _COMPLETE).read_text(encoding="utf-8"))
    folder.mkdir(exist_ok=True)
    for name in _OWNED:
        waiting = (fresh / name).exists()
        if (waiting or name not in new) and (folder / name).exists():
            (folder / name).rename(fresh / "old" / name)
        if waiting:
            (fresh / name).rename(folder / name)
    (fresh / _COMPLETE).unlink()
    shutil.rmtree(fresh, ignore_errors=True)


def _beside(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.simulating"


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError(f"simulate: {folder} is a file; the demo bank needs a folder")
    found = [name for name in _OWNED if (folder / name).exists()]
    if found and not (folder / "truth" / "latents.parquet").exists():
        problem = f"{folder} holds {found[0]}, which simulate did not write"
        raise UserError(f"simulate: {problem}; choose another folder")
