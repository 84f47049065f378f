"""The lead files: csv, parquet and xlsx, one row per customer, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadlift.leads.words import Words
from leadlift.specs.exports import Export

if TYPE_CHECKING:
    import xlsxwriter

# a spreadsheet may run a text that begins with one of these (OWASP, CSV injection; ASVS 5.0, 1.2.10 adds the null);
# an East Asian one reads the full-width signs alike
FORMULA = re.compile(r"^[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
NARROWEST, WIDEST = 10, 90
# Of a sheet of facts: the width of its second column in letters, and the height of one of several lines in points.
ROOM, LINE = 90, 17
WIDE = r"[\x{1100}-\x{115f}\x{2e80}-\x{a4cf}\x{ac00}-\x{d7a3}\x{f900}-\x{faff}\x{fe30}-\x{fe6f}\x{ff00}-\x{ff60}]"
LOOKS = {"probability": "percent", "rank": "centre", "percentile": "centre", "band": "centre"}


def harmless(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it: what looks like a formula gets an apostrophe before it."""
    return f"'{text}" if FORMULA.match(text) else text


def write_leads(
    folder: Path,
    leads: pa.Table,
    export: Export,
    words: Words,
    summary: Sequence[tuple[str, object]],
) -> list[Path]:
    """Write the lead list in each format into `folder`, which is the caller's to put in place.

    words: of the language that its readers speak; Parquet, which programs read, keeps the columns' own names.
    summary: facts about the list.
    """
    written = []
    if "csv" in export.formats:
        path = folder / "leads.csv"
        written.append(write_csv(path, leads, export.encoding, export.delimiter, words.headers))
    if "parquet" in export.formats:
        pq.write_table(leads, folder / "leads.parquet", compression="zstd")
        written.append(folder / "leads.parquet")
    if "xlsx" in export.formats:
        written.append(_xlsx(folder / "leads.xlsx", leads, words, summary))
    return written


def write_rows(path: Path, rows: Sequence[Mapping[str, object]], encoding: str = "utf-8") -> Path:
    """A small table as CSV; the columns are those of the first row."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_csv(
    path: Path,
    table: pa.Table,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """A table as CSV for people: no text begins like a formula. headers: column -> what stands above it instead."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([headers.get(name, name) for name in table.column_names])
        for batch in table.to_batches(max_chunksize=10_000):
            columns = [_texts(column) for column in batch.columns]
            writer.writerows(zip(*columns, strict=True))
    return path


def _texts(column: pa.Array) -> list[str]:
    values = column.to_pylist()
    if pa.types.is_string(column.type):
        return ["" if value is None else harmless(value) for value in values]
    if pa.types.is_floating(column.type):
        return ["" if value is None else f"{value:.6g}" for value in values]
    return ["" if value is None else str(value) for value in values]


def _xlsx(path: Path, leads: pa.Table, words: Words, summary: Sequence[tuple[str, object]]) -> Path:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    looks = {
        "head": book.add_format(
            {"bold": True, "bg_color": "#1F3A5F", "font_color": "white", "valign": "top", "text_wrap": True}
        ),
        "percent": book.add_format({"num_format": "0.00%"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top", "align": "left"}),
        "bold": book.add_format({"bold": True, "valign": "top"}),
        "centre": book.add_format({"align": "center"}),
        "": None,
    }
    _leads_sheet(book, looks, leads, words)
    facts = [(_heading(words.facts.get(name, name)), _plain(value, words)) for name, value in summary]
    _facts_sheet(book, looks, words.sheets[1], words.summary_heads, facts)
    told = [(words.headers.get(name, name), words.meaning.get(name, "")) for name in leads.column_names]
    _facts_sheet(book, looks, words.sheets[2], words.column_heads, told)
    book.close()
    return path


def _leads_sheet(
    book: xlsxwriter.Workbook, looks: Mapping[str, object], leads: pa.Table, words: Words
) -> None:
    sheet = book.add_worksheet(words.sheets[0])
    for index, name in enumerate(leads.column_names):
        column = leads[name]
        look = LOOKS.get(name) or ("day" if pa.types.is_date(column.type) else "")
        head = words.headers.get(name, name)
        sheet.set_column(index, index, _width(head, column))
        sheet.write_string(0, index, head, looks["head"])
        for row, value in enumerate(column.to_pylist(), start=1):
            _cell(sheet, row, index, value, looks[look])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, leads.num_rows, leads.num_columns - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)


def _width(name: str, column: pa.ChunkedArray) -> int:
    """Wide enough for the name with its filter button and for every text, within reason."""
    texts = [column] if pa.types.is_string(column.type) else []
    longest: int = max((pc.max(_places(one)).as_py() or 0 for one in texts), default=0)
    head: int = _places(pa.scalar(name)).as_py()
    return min(max(NARROWEST, head + 4, longest + 2), WIDEST)


def _places(text: pa.ChunkedArray | pa.Scalar) -> pa.ChunkedArray | pa.Scalar:
    """How many Latin letters' room a text takes: an East Asian letter takes that of two."""
    return pc.add(pc.utf8_length(text), pc.count_substring_regex(text, WIDE))


def _facts_sheet(
    book: xlsxwriter.Workbook,
    looks: Mapping[str, object],
    title: str,
    head: tuple[str, str],
    rows: Sequence[tuple[str, object]],
) -> None:
    sheet = book.add_worksheet(title)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, ROOM)
    for index, text in enumerate(head):
        sheet.write_string(0, index, text, looks["head"])
    for row, (name, value) in enumerate(rows, start=1):
        sheet.write_string(row, 0, name, looks["bold"])
        if (lines := _lines(value)) > 1:  # not every program makes room for wrapped text by itself
            sheet.set_row(row, LINE * lines)
        _cell(sheet, row, 1, value, looks["wrap"])
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, look: object) -> None:
    """Text is written as text, whatever it looks like: ids keep their zeros and nothing runs."""
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value, look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    elif hasattr(value, "isoformat"):
        sheet.write_datetime(row, column, value, look)
    else:
        sheet.write_string(row, column, str(value), look)


def _heading(label: str) -> str:
    return label[:1].upper() + label[1:]


def _lines(value: object) -> int:
    """How many lines a value takes in the second column of a sheet of facts."""
    from rich.cells import cell_len

    texts = value.split("\n") if isinstance(value, str) else [""]
    return sum(max(1, -(-cell_len(text) // ROOM)) for text in texts)


def _plain(value: object, words: Words) -> object:
    """Several facts as lines of text in the language, one fact as it is."""
    many = isinstance(value, Mapping | Sequence) and not isinstance(value, str)
    return in_lines(value, words.facts) if many else value


def in_lines(value: object, names: Mapping[str, str] | None = None) -> str:
    """Several facts as people read them, one a line: no brackets and quotes of a programming language.

    names: what parts of facts are called, where that is not their own name.
    """
    names = names or {}
    if isinstance(value, Mapping):
        return "\n".join(f"{names.get(name, name)}: {_in_line(one, names)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(_in_line(one, names) for one in value)
    return _in_line(value, names)


def _in_line(value: object, names: Mapping[str, str]) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1_000 else f"{value:,.0f}"
    if isinstance(value, Mapping):
        told = (
            (names.get(name, name.replace("_", " ")), _in_line(one, names)) for name, one in value.items()
        )
        return ", ".join(f"{name} {one}" for name, one in told)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_in_line(one, names) for one in value)
    return str(value)
