"""Delimited text, read by DuckDB as its columns are declared, and written as Parquet."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from leadlift.engines import _csv
from leadlift.engines._csv import literal, quoted
from leadlift.engines._encoding import as_utf8, undecodable
from leadlift.engines._faults import absent, ambiguous
from leadlift.engines.files import whole_file
from leadlift.engines.protocol import Fault
from leadlift.specs import Source


def text_as_parquet(
    con: duckdb.DuckDBPyConnection, source: Source, paths: list[Path], kept: Path
) -> list[Fault]:
    """Write what the files say to `kept`, whole or not at all; return what is not as declared."""
    encoding = source.csv.encoding
    try:
        with as_utf8(paths, encoding, kept.parent) as texts:
            return _parse(con, source, texts, kept)
    except csv.Error:
        return [Fault(("path",), f"'{source.path}' cannot be read: line 1: a quote is left open")]
    except (UnicodeDecodeError, duckdb.Error):
        wrong = undecodable(paths, encoding)
        if wrong is None:
            raise
        why = f"'{wrong.name}' is not {encoding} text; name its encoding, such as gb18030 or cp1250"
        return [Fault(("csv", "encoding"), why)]


def _parse(con: duckdb.DuckDBPyConnection, source: Source, paths: list[Path], kept: Path) -> list[Fault]:
    form = source.csv
    declared = [column.from_ or name for name, column in source.columns.items()]
    headers = [_csv.header(path, form) if form.header else declared for path in paths]
    if faults := absent(source, headers[0]) + ambiguous(source, headers):
        return faults
    # by place: names may stand twice, or differ in case alone, which SQL does not tell apart
    fields = {
        name: _field(headers[0].index(wanted)) for name, wanted in zip(source.columns, declared, strict=True)
    }
    raw = _csv.raw_rows(paths, form, [_field(place) for place in range(len(headers[0]))])
    con.execute(f"CREATE OR REPLACE TEMP VIEW raw_text AS {raw}")
    if faults := _unparsed(con, source, fields):
        return faults
    with whole_file(kept) as temporary:
        chosen = ", ".join(
            f"{_csv.typed(fields[name], column, form)} AS {quoted(name)}"
            for name, column in source.columns.items()
        )
        con.execute(f"COPY (SELECT {chosen} FROM raw_text) TO {literal(str(temporary))} (FORMAT parquet)")
    return []


def _field(place: int) -> str:
    return f"__{place}"


def _unparsed(con: duckdb.DuckDBPyConnection, source: Source, fields: dict[str, str]) -> list[Fault]:
    """Values that are not of the declared type: how many, and one of them. fields: the raw one of each column."""
    tests = {}
    for name, column in source.columns.items():
        if column.type != "string":
            text, value = _csv.present(fields[name], source.csv), _csv.typed(fields[name], column, source.csv)
            tests[name] = f"CASE WHEN ({value}) IS NULL THEN {text} END"
    if not tests:
        return []
    told = ", ".join(f"count({test}), min({test})" for test in tests.values())
    row = con.execute(f"SELECT {told}, count(*) FROM raw_text").fetchone() or ()
    faults = []
    for index, name in enumerate(tests):
        count, example = row[2 * index], row[2 * index + 1]
        if count:
            kind = source.columns[name].type
            many = f"{count:,} value{'s' * (count > 1)}"
            example = None if source.columns[name].pii else example
            shown = "" if example is None else f", such as {example!r}"
            why = f"{many} of '{name}' cannot be read as {kind}{shown}"
            faults.append(Fault(("columns", name, "type"), why, count, row[-1], example))
    return faults
