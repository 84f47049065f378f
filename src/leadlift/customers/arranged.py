"""Large sources kept once more in the order of customers: one customer's rows then lie together in each file.

A copy for each piece of a source, under the fingerprint of the piece: a new month's file adds one copy, and what has no
copy yet is read as it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from leadlift.engines import Partition
from leadlift.engines.files import digest, locked
from leadlift.features import Home
from leadlift.features.rows import col, raw_name
from leadlift.progress import SILENT, Progress

FOLDER = "customers"
LEAST_ROWS = 1_000_000
"""Rows of a source below which it is read through sooner than a copy could be opened."""


@dataclass(frozen=True)
class Arranged:
    """A source and its copy. pieces: how many it has. made: how many of them were copied now. bytes: of all copies."""

    source: str
    rows: int
    pieces: int
    made: int
    bytes: int


def arrange(
    home: Home, keys: dict[str, str], least: int = LEAST_ROWS, progress: Progress = SILENT
) -> list[Arranged]:
    """Copy every large source that has no copy yet, piece by piece, and remove copies of what is no more.

    keys: source -> its column with the customer's id, for the sources that have one. least: rows from which a source
    is large. A piece of unknown size counts as large.
    """
    found = []
    with locked(home.cache / FOLDER / "arrange"):
        for name, key in keys.items():
            pieces = home.pieces(name)
            sizes = [piece.rows for piece in pieces]
            rows = sum(size or 0 for size in sizes)
            if rows < least and None not in sizes:
                continue
            progress.step(f"{name} in the order of customers")
            paths = [_path(home, name, piece) for piece in pieces]
            lacking = [at for at, path in enumerate(paths) if not path.exists()]
            for done, at in enumerate(lacking, start=1):
                home.engine.write(_in_order(home, name, key, pieces[at]), paths[at])
                progress.done(done / len(lacking))
            _forget(home, name, paths)
            size = sum(path.stat().st_size for path in paths)
            found.append(Arranged(name, rows, len(pieces), len(lacking), size))
    return found


def read_arranged(home: Home, name: str) -> None:
    """Let a source be read from its copies, and from its own files where a piece has none."""
    if home.engine.spread or not (home.cache / FOLDER).is_dir():
        return
    pieces = [(piece, _path(home, name, piece)) for piece in home.pieces(name)]
    there = [path for _, path in pieces if path.exists()]
    if not there:
        return
    copies = f"copies_of_{name}"
    home.engine.define_files(copies, *there)
    query: exp.Query = exp.select("*").from_(copies)
    for place, piece in enumerate(piece for piece, path in pieces if path not in there):
        query = exp.union(query, _opened(home, name, piece, f"piece_{place}_of_{name}"), distinct=False)
    home.engine.define(raw_name(name), query)


def _in_order(home: Home, name: str, key: str, piece: Partition) -> exp.Select:
    return _opened(home, name, piece, f"piece_of_{name}").order_by(col(key))


def _opened(home: Home, name: str, piece: Partition, called: str) -> exp.Select:
    source = home.sources[name]
    home.engine.open_partition(called, source, piece)
    return exp.select(*(col(column) for column in source.columns)).from_(exp.to_table(called))


def _path(home: Home, name: str, piece: Partition) -> Path:
    declared = home.sources[name].model_dump_json(include={"columns", "csv"})
    return home.cache / FOLDER / f"{name}-{digest(declared + piece.fingerprint)}.parquet"


def _forget(home: Home, name: str, paths: Sequence[Path]) -> None:
    for path in (home.cache / FOLDER).glob(f"{name}-*.parquet"):
        if path not in paths:
            path.unlink(missing_ok=True)
