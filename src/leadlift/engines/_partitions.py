"""The pieces of a source on disk, and what their files say of them without being read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines._csv import literal
from leadlift.engines.files import stat_fingerprint
from leadlift.engines.protocol import Partition
from leadlift.specs import Source

PARQUET = (".parquet", ".pq")


def parquet(paths: Sequence[Path]) -> str:
    """The relation that holds the rows of Parquet files."""
    return "read_parquet([" + ", ".join(literal(str(path)) for path in paths) + "], union_by_name = true)"


def partitions_of(source: Source, paths: list[Path]) -> list[Partition]:
    """One partition for each Parquet file, where all have the same columns; otherwise one of all files."""
    if not paths:
        return []
    footers = _footers(source, paths)
    if footers is None:
        size = sum(path.stat().st_size for path in paths)
        return [Partition(source.path, tuple(paths), stat_fingerprint(paths), None, size, {}, {})]
    return [
        Partition(
            path.name,
            (path,),
            stat_fingerprint([path]),
            footer.num_rows,
            path.stat().st_size,
            _days(source, footer),
            _column_bytes(source, footer),
        )
        for path, footer in zip(paths, footers, strict=True)
    ]


def _footers(source: Source, paths: list[Path]) -> list[pq.FileMetaData] | None:
    if source.table is not None or any(path.suffix not in PARQUET for path in paths):
        return None
    try:
        footers = [pq.read_metadata(path) for path in paths]
    except (pa.ArrowInvalid, OSError):
        return None
    first = footers[0].schema.to_arrow_schema()
    alike = all(footer.schema.to_arrow_schema().equals(first) for footer in footers[1:])
    return footers if alike else None


def _places(source: Source, footer: pq.FileMetaData) -> dict[str, int]:
    """Declared column -> its place in the file."""
    found = {footer.schema.column(place).path: place for place in range(footer.num_columns)}
    declared = {name: column.from_ or name for name, column in source.columns.items()}
    return {name: found[wanted] for name, wanted in declared.items() if wanted in found}


def _column_bytes(source: Source, footer: pq.FileMetaData) -> dict[str, int]:
    groups = range(footer.num_row_groups)
    return {
        name: sum(footer.row_group(group).column(place).total_compressed_size for group in groups)
        for name, place in _places(source, footer).items()
    }


def _days(source: Source, footer: pq.FileMetaData) -> Mapping[str, tuple[date, date]]:
    """First and last day of every date or time, where each row group tells its bounds."""
    told = {}
    for name, place in _places(source, footer).items():
        if source.columns[name].type not in ("date", "timestamp"):
            continue
        groups = [footer.row_group(group).column(place) for group in range(footer.num_row_groups)]
        bounds = [_bounds(group.statistics) for group in groups]
        known = [bound for bound in bounds if bound is not None]
        if known and len(known) == len(bounds):
            told[name] = (min(low for low, _ in known), max(high for _, high in known))
    return told


def _bounds(statistics: Any) -> tuple[date, date] | None:
    if statistics is None or not statistics.has_min_max:
        return None
    low, high = statistics.min, statistics.max
    if isinstance(low, datetime) and isinstance(high, datetime):
        # a time with a zone is told in universal time: its local day may be the one before or after
        slack = timedelta(days=1 if low.tzinfo is not None else 0)
        return (low - slack).date(), (high + slack).date()
    return (low, high) if isinstance(low, date) and isinstance(high, date) else None
