"""Files that executors write, each a part of an answer in its order, and the declared columns of files they read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines._csv import literal
from leadlift.specs import Column, Source

BATCH_ROWS = 122_880
_PLAIN = {
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.uint8(): "SMALLINT",
    pa.uint16(): "INT",
    pa.uint32(): "BIGINT",
    pa.uint64(): "DECIMAL(20,0)",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.string(): "STRING",
    pa.large_string(): "STRING",
    pa.string_view(): "STRING",
    pa.date32(): "DATE",
}
_TYPES = {
    "string": "STRING", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP_NTZ",
}  # fmt: skip
_PARTITIONED = re.compile(r"([^/=]+)=[^/]*")


@dataclass(frozen=True)
class Readable:
    """Parquet files as Spark reads them. schema: the declared columns as they are kept. base: where folders that are
    named `column=value` begin. chosen: the declared columns, each in its declared type, as SQL."""

    files: tuple[Path, ...]
    schema: str
    base: Path | None
    chosen: tuple[str, ...]


def readable(source: Source, files: Sequence[Path], timezone: str) -> Readable | None:
    """How Spark reads these files as the source; None when they hold a type that it cannot read."""
    kept = pa.unify_schemas([pq.read_schema(file) for file in files], promote_options="permissive")
    base, folders = _folders(files)
    fields: list[str] = []
    chosen: list[str] = []
    for name, column in source.columns.items():
        wanted = column.from_ or name
        kind = "STRING" if wanted in folders else None
        if wanted in kept.names:
            kind = _kind(kept.field(wanted).type)
        if kind is None:
            return None
        if not any(field.startswith(f"{ticked(wanted)} ") for field in fields):
            fields.append(f"{ticked(wanted)} {kind}")
        chosen.append(f"{_cast(ticked(wanted), kind, column, timezone)} AS {ticked(name)}")
    return Readable(tuple(files), ", ".join(fields), base if folders else None, tuple(chosen))


def ticked(name: str) -> str:
    """A name as Spark's SQL quotes it."""
    return "`" + name.replace("`", "``") + "`"


def _kind(kind: pa.DataType) -> str | None:
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_decimal(kind) and kind.precision <= 38:
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind) and kind.unit in ("ms", "us"):
        return "TIMESTAMP" if kind.tz else "TIMESTAMP_NTZ"
    return _PLAIN.get(kind)


def _cast(field: str, kind: str, column: Column, timezone: str) -> str:
    if kind == "TIMESTAMP":  # the session stands in universal time
        field = f"convert_timezone('UTC', {literal(timezone)}, CAST({field} AS TIMESTAMP_NTZ))"
    to = f"DECIMAL(18,{column.scale})" if column.type == "decimal" else _TYPES[column.type]
    return f"CAST({field} AS {to})"


def _folders(files: Sequence[Path]) -> tuple[Path, set[str]]:
    """The columns that folders are named after, and the folder above the first of them."""
    parts = files[0].parent.parts
    named = [place for place, part in enumerate(parts) if _PARTITIONED.fullmatch(part)]
    if not named:
        return files[0].parent, set()
    return Path(*parts[: named[0]]), {parts[place].partition("=")[0] for place in named}


def parts_of(folder: Path) -> list[Path]:
    """The files that executors wrote, in the order of the answer."""
    return sorted(folder.glob("part-*.parquet"))


def number_of(part: Path) -> int:
    """Which of Spark's partitions a file holds rows of."""
    return int(part.name.split("-")[1])


def batches_of(folder: Path, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of all parts in their order."""
    for part in parts_of(folder):
        with pq.ParquetFile(part) as file:
            yield from file.iter_batches(rows)


def gather(folder: Path, path: Path) -> int:
    """Write all parts as one file and return its number of rows."""
    parts = parts_of(folder)
    schema, rows = pq.read_schema(parts[0]).remove_metadata(), 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for batch in batches_of(folder, BATCH_ROWS):
            writer.write_batch(batch.cast(schema))
            rows += batch.num_rows
    return rows
