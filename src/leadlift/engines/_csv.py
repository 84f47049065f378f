"""Delimited text into typed columns, as DuckDB expressions. Values that do not parse are counted."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from leadlift.specs import Column, CsvFormat

_TYPES = {
    "string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP",
}  # fmt: skip


_WITH_COMMA = r"[+-]?([1-9][0-9]{0,2}(\.[0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?"


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def duckdb_type(column: Column) -> str:
    """The DuckDB type that a declared type is read as."""
    return f"DECIMAL(18,{column.scale})" if column.type == "decimal" else _TYPES[column.type]


def header(path: Path, form: CsvFormat) -> list[str]:
    """The names in the first record of the file; a name in quotes may hold line breaks.

    Raises csv.Error when a quote among them is left open.
    """
    if form.delimiter == "blanks":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.readline().split()
    return [name.strip() for name in _first_record(path, form)[0]]


def _first_record(path: Path, form: CsvFormat) -> tuple[list[str], list[str]]:
    """The fields of the first record, and the lines of the file that it takes."""
    lines: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            return _record(_noted(file, lines), form, strict=True), lines
        except csv.Error:
            if len(lines) > 1:
                raise
    # quotes that stand oddly on one line
    return _record(lines, form, strict=False), lines


def _record(lines: Iterable[str], form: CsvFormat, *, strict: bool) -> list[str]:
    delimiter = "\t" if form.delimiter == "tab" else form.delimiter
    return next(csv.reader(lines, delimiter=delimiter, quotechar=form.quote or None, strict=strict), [])


def _noted(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line


def _line_end(path: Path, form: CsvFormat) -> str:
    """How records end, where DuckDB would take a line break inside a name for it; empty where it finds out itself."""
    lines = _first_record(path, form)[1] if form.header else []
    end = lines[-1][len(lines[-1].rstrip("\r\n")) :] if len(lines) > 1 else ""
    return f", new_line = '{end}'".replace("\r", "\\r").replace("\n", "\\n") if end else ""


def raw_rows(paths: list[Path], form: CsvFormat, names: list[str]) -> str:
    """A query that gives every field of every line as text, under `names`, in the order of the lines."""
    files = "[" + ", ".join(literal(str(path)) for path in paths) + "]"
    skip = "header = true" if form.header else "header = false"
    if form.delimiter == "blanks":
        fields = ", ".join(f"part[{i + 1}] AS {quoted(name)}" for i, name in enumerate(names))
        lines = (
            f"read_csv({files}, columns = {{'line': 'VARCHAR'}}, delim = '\x1f', quote = '', escape = '', "
            f"{skip}, auto_detect = false)"
        )
        parts = f"SELECT string_split_regex(trim(line), '\\s+') AS part FROM {lines} WHERE trim(line) <> ''"
        return f"SELECT {fields} FROM ({parts})"
    delimiter = "\t" if form.delimiter == "tab" else form.delimiter
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    return (
        f"SELECT * FROM read_csv({files}, columns = {columns}, delim = {literal(delimiter)}, "
        f"quote = {literal(form.quote)}, escape = {literal(form.quote)}, {skip}, auto_detect = false"
        f"{_line_end(paths[0], form)})"
    )


def present(name: str, form: CsvFormat) -> str:
    """The field as text, or null where it is one of the words for not available."""
    field = quoted(name)
    words = ", ".join(literal(word) for word in form.na) or "NULL"
    return f"CASE WHEN trim({field}) IN ({words}) THEN NULL ELSE {field} END"


def typed(name: str, column: Column, form: CsvFormat) -> str:
    """The field in its declared type; null where it does not parse."""
    text = present(name, form)
    if column.type == "string":
        return text
    trimmed = f"trim({text})"
    if column.type in ("number", "decimal", "integer"):
        if form.decimal == ",":
            # a point that parts no thousands is the other sign for decimals, not a tenfold number
            fits = f"regexp_full_match({trimmed}, {literal(_WITH_COMMA)})"
            trimmed = f"CASE WHEN {fits} THEN replace(replace({trimmed}, '.', ''), ',', '.') END"
        if column.type == "integer":
            # TRY_CAST would round 1.5 to 2 in silence
            whole = f"regexp_full_match({trimmed}, '[+-]?[0-9]+')"
            return f"CASE WHEN {whole} THEN TRY_CAST({trimmed} AS BIGINT) END"
        return f"TRY_CAST({trimmed} AS {duckdb_type(column)})"
    if column.type == "date" and form.date_format:
        return f"CAST(try_strptime({trimmed}, {literal(form.date_format)}) AS DATE)"
    if column.type == "timestamp" and (form.timestamp_format or form.date_format):
        return f"try_strptime({trimmed}, {literal(form.timestamp_format or form.date_format or '')})"
    return f"TRY_CAST({trimmed} AS {duckdb_type(column)})"
