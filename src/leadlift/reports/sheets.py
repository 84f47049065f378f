"""Small tables as a workbook: one sheet each, texts kept as texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

WIDEST, NARROWEST = 70, 10
PERCENT = "0.0%"


def write_sheets(
    path: Path, sheets: Mapping[str, Sequence[Mapping[str, object]]], percent: Sequence[str] = ()
) -> Path:
    """Write a workbook: name of the sheet -> its rows, with the columns of the first. percent: columns that are shares.

    Ids keep their zeros and no text becomes a formula, whatever it begins with.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    looks = {
        "head": book.add_format(
            {"bold": True, "bg_color": "#1F3A5F", "font_color": "white", "valign": "top"}
        ),
        "percent": book.add_format({"num_format": PERCENT}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
    }
    for title, rows in sheets.items():
        _sheet(book.add_worksheet(title), rows, looks, percent)
    book.close()
    return path


def _sheet(
    sheet: Any, rows: Sequence[Mapping[str, object]], looks: Mapping[str, Any], percent: Sequence[str]
) -> None:
    names = list(rows[0]) if rows else []
    for column, name in enumerate(names):
        widest = max(len(str(row[name])) for row in rows[:200])
        sheet.set_column(column, column, min(max(NARROWEST, len(name) + 3, widest + 2), WIDEST))
        sheet.write_string(0, column, name, looks["head"])
        for place, row in enumerate(rows, start=1):
            _cell(sheet, place, column, row[name], looks, percent=name in percent)
    sheet.freeze_panes(1, 1)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _cell(
    sheet: Any, row: int, column: int, value: object, looks: Mapping[str, Any], *, percent: bool
) -> None:
    if value is None or value != value:  # unknown, or not a number
        return
    if isinstance(value, bool | str):
        sheet.write_string(row, column, str(value))
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, looks["percent"] if percent else None)
    elif hasattr(value, "isoformat"):
        sheet.write_datetime(row, column, value, looks["day"])
    else:
        sheet.write_string(row, column, str(value))
