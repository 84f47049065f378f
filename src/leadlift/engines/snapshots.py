"""Snapshots: what was read of a table of a database, as one Parquet file in the cache.

A snapshot is named after its content: when a table is read anew and holds the same, the file stays, and with it all
features that were built from it. `taken.json` says which one counts, when it was taken, and what the table answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines._faults import NotReadable
from leadlift.engines.databases import arrow_schema, open_table
from leadlift.engines.files import digest, locked, sha256_of, sweep, whole_file, write_text
from leadlift.engines.protocol import Fault
from leadlift.specs import Source

SNAPSHOTS, TAKEN = "snapshots", "taken.json"


def snapshot(root: Path, cache: Path, source: Source, timezone: str) -> tuple[Path | None, list[Fault]]:
    """The file that holds the table as it is to be read now, taken anew when it must be.

    With `watch` the database is asked each time, and another answer than last time means a new snapshot. Without, a
    snapshot counts for `keep_for` days, the day on which it was taken included, and the database is not asked.
    """
    folder = _folder(cache, source)
    today = datetime.now(ZoneInfo(timezone)).date()
    try:
        with locked(folder):
            return _current(root, folder, source, timezone, today), []
    except NotReadable as error:
        return None, error.faults


def standing(cache: Path, source: Source) -> list[Path]:
    """The file that counts, without asking the database; none when nothing was read yet."""
    told = _taken(_folder(cache, source))
    return [told[0]] if told else []


def _current(root: Path, folder: Path, source: Source, timezone: str, today: date) -> Path:
    assert source.database is not None
    sweep(folder)
    told = _taken(folder)
    if told and source.database.watch is None:
        days = (today - told[1]).days
        if 0 <= days < (source.database.keep_for or 1):
            return told[0]
    with open_table(root, source, timezone) as table:
        answer = table.answer()
        if told and source.database.watch is not None and answer == told[2]:
            return told[0]
        with closing(table.tables()) as rows:
            path = _written(folder, rows, arrow_schema(source))
    kept = {"file": path.name, "day": today.isoformat(), "answer": answer}
    write_text(folder / TAKEN, json.dumps({**kept, "before": told[0].name if told else None}))
    # the one before may still be read by a command that began with it
    for other in folder.glob("*.parquet"):
        if other != path and (told is None or other != told[0]):
            other.unlink(missing_ok=True)
    return path


def _written(folder: Path, tables: Iterable[pa.Table], schema: pa.Schema) -> Path:
    rows = folder / "rows"
    with whole_file(rows) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as file:
        for table in tables:
            file.write_table(table.cast(schema))
    path = folder / f"{sha256_of(rows)[:16]}.parquet"
    if path.exists():  # the same content: the file stays as old as it is, and what was built from it counts
        rows.unlink()
    else:
        rows.rename(path)
    return path


def _taken(folder: Path) -> tuple[Path, date, str | None] | None:
    """The file, the day on which it was taken, and the answer; None when there is none or it is gone."""
    try:
        told = json.loads((folder / TAKEN).read_text("utf-8"))
        path = folder / told["file"]
        return (path, date.fromisoformat(told["day"]), told["answer"]) if path.is_file() else None
    except (OSError, ValueError, KeyError):
        return None


def _folder(cache: Path, source: Source) -> Path:
    return cache / SNAPSHOTS / digest(source.declared_table)
