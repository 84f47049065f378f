"""Outcome files as rows of text, each with its line: what cannot be read is judged later, nothing is dropped here."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.errors import UserError
from leadlift.names import CUSTOMER

CODE, EVENT, AT, AMOUNT = "treatment_code", "event", "at", "amount"
FIELDS = (CODE, CUSTOMER, EVENT, AT, AMOUNT)
NEEDED = (CODE, CUSTOMER, EVENT, AT)
ALSO = {CODE: "触达代码", CUSTOMER: "客户号", EVENT: "结果", AT: "时间", AMOUNT: "金额"}
"""What a field is called in a file that began as a Chinese lead list."""
LINE, FAULT, RAW = "line", "fault", "raw"
DELIMITERS = ",;\t|"


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as they came.

    table: FIELDS as text, empty where missing; line, counted from 1 with the header; fault, in words, of rows that
    could not be told apart into fields, else empty; raw, the row as it stood.
    """

    table: pd.DataFrame
    name: str


def read_outcomes(path: Path, columns: Mapping[str, str]) -> Rows:
    """Read a CSV or Parquet file.

    columns: field -> the file's own name for it, for those that differ. Raises UserError for a file that is missing,
    of another kind, empty, or lacks a column.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such file")
    if path.suffix.lower() in (".parquet", ".pq"):
        return rows_of(_parquet(path), path.name, columns)
    if path.suffix.lower() not in (".csv", ".txt", ".tsv"):
        raise UserError(f"{path}: outcomes are read from .csv or .parquet; save the sheet as CSV (UTF-8)")
    return _csv(path, columns)


def rows_of(table: pa.Table, name: str, columns: Mapping[str, str]) -> Rows:
    """Rows of a table, each value as text. Raises UserError when a column is missing."""
    found = _found(table.column_names, columns, name)
    told = {
        field: [_text(value) for value in table[found[field]].to_pylist()] if field in found else ""
        for field in FIELDS
    }
    frame = pd.DataFrame(told, index=range(table.num_rows), columns=list(FIELDS), dtype=object)
    frame[LINE] = range(1, len(frame) + 1)
    frame[FAULT] = ""
    frame[RAW] = frame[list(FIELDS)].agg(",".join, axis=1) if len(frame) else ""
    return Rows(frame, name)


def _csv(path: Path, columns: Mapping[str, str]) -> Rows:
    # what is no UTF-8 survives as lone surrogates, so that one bad row costs that row alone
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        first = file.readline()
        if not first.strip():
            raise UserError(
                f"{path}: the file is empty; its first line names the columns: {', '.join(FIELDS)}"
            )
        delimiter = max(DELIMITERS, key=first.count)
        header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
        found = _found(header, columns, path.name)
        reader = csv.reader(file, delimiter=delimiter)
        told = [(reader.line_num + 1, fields) for fields in reader if any(field.strip() for field in fields)]
    places = {field: header.index(name) for field, name in found.items()}
    lines = [_line(number, fields, places, len(header), delimiter) for number, fields in told]
    return Rows(pd.DataFrame(lines, columns=[*FIELDS, LINE, FAULT, RAW]), path.name)


def _line(
    number: int, fields: Sequence[str], places: Mapping[str, int], width: int, delimiter: str
) -> tuple[str | int, ...]:
    raw, fault = delimiter.join(fields), ""
    if len(fields) != width:
        fault = f"has {len(fields)} fields where the header has {width}"
    elif not raw.isprintable() and any("\udc80" <= letter <= "\udcff" for letter in raw):
        fault = "holds bytes that are not UTF-8 text"
    whole = not fault
    values = [fields[places[field]].strip() if whole and field in places else "" for field in FIELDS]
    return (*values, number, fault, raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _found(names: Sequence[str], columns: Mapping[str, str], file: str) -> dict[str, str]:
    """Field -> the file's column."""
    for field, name in columns.items():
        if field not in FIELDS:
            raise UserError(f"--column {field}={name}: the fields of an outcome are {', '.join(FIELDS)}")
        if name not in names:
            raise UserError(f"--column {field}={name}: {file} has no such column; it has {', '.join(names)}")
    found = {field: columns.get(field, _usual(field, names)) for field in FIELDS}
    for field in NEEDED:
        if found[field] not in names:
            close = get_close_matches(field, names, n=1, cutoff=0.5)
            hint = f" Is it {close[0]!r}? Then add --column {field}={close[0]}" if close else ""
            raise UserError(f"{file}: no column {field!r}; it has {', '.join(names)}.{hint}")
    return {field: name for field, name in found.items() if name in names}


def _usual(field: str, names: Sequence[str]) -> str:
    return ALSO[field] if field not in names and ALSO[field] in names else field


def _parquet(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(f"{path} is not a whole Parquet file: {error}") from error


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    return str(value).strip()
