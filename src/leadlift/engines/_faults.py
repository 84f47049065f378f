"""What can be wrong with a source's files, in words: columns that are not there, types, and DuckDB's own errors."""

from __future__ import annotations

import re

from leadlift.engines.protocol import Fault
from leadlift.specs import Column, Source
from leadlift.specs.base import nearest

_PHYSICAL = {
    "string": ("VARCHAR", "UUID", "ENUM", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER"),
    "integer": (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "HUGEINT",
    ),
    "boolean": ("BOOLEAN",),
    "date": ("DATE", "TIMESTAMP"),
    "timestamp": ("TIMESTAMP", "DATE"),
}
_NUMBERS = (*_PHYSICAL["integer"], "FLOAT", "DOUBLE", "DECIMAL")


class NotReadable(Exception):  # noqa: N818  # it holds faults, and says so
    """What is wrong with a table of a database, or with the way to it."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(fault.message for fault in faults))


def absent(source: Source, found: list[str]) -> list[Fault]:
    """Declared columns that are not in the file."""
    faults = []
    for name, column in source.columns.items():
        wanted = column.from_ or name
        if wanted not in found:
            faults.append(
                Fault(("columns", name), f"no column '{wanted}' in '{source.place}'.{nearest(wanted, found)}")
            )
    return faults


def ambiguous(source: Source, headers: list[list[str]]) -> list[Fault]:
    """Headers in which a declared column stands twice, or that differ from file to file."""
    faults = []
    for name, column in source.columns.items():
        wanted = column.from_ or name
        if headers[0].count(wanted) > 1:
            faults.append(Fault(("columns", name), f"column '{wanted}' stands twice in '{source.path}'"))
    if any(header != headers[0] for header in headers[1:]):
        faults.append(Fault(("path",), f"the files of '{source.path}' have different headers"))
    return faults


def readable(physical: str, column: Column) -> bool:
    """Whether a column of this type in the file can be read as declared."""
    if column.type in ("number", "decimal"):
        return physical.startswith(_NUMBERS)
    return physical.startswith(_PHYSICAL[column.type])


def cannot_reach(source: Source) -> str:
    """Why a path that is an address is not read, and what to do; empty for a path that is."""
    if "://" not in source.path or source.in_bucket:
        return ""
    return (
        f"'{source.path}' is an address, and leadlift reads files of this machine and of buckets that speak S3 "
        "(s3://BUCKET/...): mount what it names and give the folder's path; tables of databases: `database`"
    )


def plain(error: Exception) -> str:
    """DuckDB's error in one line, without the line of the file, which may be of a person."""
    text = str(error).strip()
    if line := re.search(r"CSV Error on Line: (\d+)", text):
        if fields := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text):
            return f"line {line[1]} has {fields[2]} field{'s' * (fields[2] != '1')}, not {fields[1]}"
        reason = "a quote is left open" if "unterminated quote" in text else "not as the format says"
        return f"line {line[1]}: {reason}"
    return re.sub(r"^(\w+ )+Error: ", "", text.splitlines()[0]).rstrip(".")
