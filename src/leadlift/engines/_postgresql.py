"""Rows of PostgreSQL by COPY: text that Arrow parses, some twenty times as fast as rows that Python looks at."""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from leadlift.engines.protocol import Fault
from leadlift.specs import Column, Source

BLOCK = 8 << 20
# what is parsed strictly by Arrow stays as PostgreSQL writes it
_CASTS = {"string": "text", "number": "double precision", "date": "date", "timestamp": "timestamp"}


class CannotParse(Exception):  # noqa: N818  # it holds a fault, and says so
    """A value that is not of its declared type."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


def read_once(source: Source) -> dict[str, tuple[str, Column]]:
    """The database's own name of a column -> under which name, and as what, it is declared first."""
    found: dict[str, tuple[str, Column]] = {}
    for name, column in source.columns.items():
        found.setdefault(column.from_ or name, (name, column))
    return found


def copied(
    driver: Any, relation: str, source: Source, schema: pa.Schema, timezone: str
) -> Generator[pa.Table, None, None]:
    """The declared columns of all rows, some at a time. driver: psycopg's connection, in its transaction.

    A time with a zone becomes the workspace's local time. Raises CannotParse, and psycopg's own errors.
    """
    with driver.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [timezone])
        fields = ", ".join(_field(wanted, column) for wanted, (_, column) in read_once(source).items())
        asked = f"COPY (SELECT {fields} FROM {relation}) TO STDOUT (FORMAT csv)"
        with cursor.copy(asked) as rows:
            yield from _parsed(io.BufferedReader(_Bytes(iter(rows)), BLOCK), source, schema)


def _parsed(file: Any, source: Source, schema: pa.Schema) -> Generator[pa.Table, None, None]:
    if not file.peek(1):
        return
    convert = pa_csv.ConvertOptions(
        column_types=schema,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["t", "1"],
        false_values=["f", "0"],
    )
    read = pa_csv.ReadOptions(column_names=schema.names, block_size=BLOCK)
    try:
        parse = pa_csv.ParseOptions(newlines_in_values=True)
        with pa_csv.open_csv(file, read, parse, convert) as reader:
            for batch in reader:
                yield pa.Table.from_batches([batch])
    except pa.ArrowInvalid as error:
        # Arrow repeats the value, which may be of a person: only the number of the column is taken from it
        place = re.search(r"column #(\d+)", str(error))
        if place is None:
            raise
        wanted, (name, column) = list(read_once(source).items())[int(place[1])]
        why = f"values of '{wanted}' in the database cannot be read as {column.type}"
        raise CannotParse(Fault(("columns", name, "type"), why)) from None


def _field(wanted: str, column: Column) -> str:
    name = '"' + wanted.replace('"', '""') + '"'
    if column.type == "decimal":
        return f"{name}::numeric(18, {column.scale})"
    return f"{name}::{_CASTS[column.type]}" if column.type in _CASTS else name


class _Bytes(io.RawIOBase):
    """What comes in pieces, as a file."""

    def __init__(self, pieces: Iterator[Any]) -> None:
        self._pieces, self._left = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
