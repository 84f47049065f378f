"""A segmentation as a workbook: one sheet a subject, plain tables that can be sorted and filtered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import xlsxwriter

from leadlift.segments.profiled import GroupProfile, Profiled
from leadlift.segments.words import WORDS

Row = Sequence[object]


def write_book(path: Path, one: Profiled, language: str = "en") -> None:
    """Write the workbook. Text is written as text, whatever it looks like."""
    words = WORDS[language]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    head = book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "white", "text_wrap": True})
    looks = {
        "share": book.add_format({"num_format": "0.0%"}),
        "number": book.add_format({"num_format": "#,##0.##"}),
    }
    for title, heads, rows in _sheets(one, words):
        sheet = book.add_worksheet(title[:31])
        for column, (text, kind, width) in enumerate(heads):
            sheet.set_column(column, column, width, looks.get(kind))
            sheet.write_string(0, column, text, head)
        for place, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(place, column, value)
                elif value is not None:
                    sheet.write_string(place, column, str(value))
        sheet.freeze_panes(1, 1)
    book.close()


Heads = list[tuple[str, str, int]]


def _sheets(one: Profiled, w: Mapping[str, str]) -> Iterator[tuple[str, Heads, list[Row]]]:
    yield (
        w["groups"],
        [(w["group"], "", 24), ("id", "", 18), (w["customers"], "number", 12), (w["share"], "share", 10),
         (w["mean"], "number", 14), (w["median"], "number", 14), (w["worth_share"], "share", 12),
         (w["strategy"], "", 70), (w["offers"], "", 40)],
        [_group(g, w) for g in one.groups],
    )  # fmt: skip
    yield (
        w["feature"],
        [(w["group"], "", 24), (w["feature"], "", 44), (w["category"], "", 18), (w["here"], "number", 14),
         (w["all"], "number", 14), (w["strength"], "number", 10), (w["decides"], "", 14)],
        [(g.label, m.label, m.category, m.here, m.all, round(m.strength, 3), "x" if m.decides else None)
         for g in one.groups for m in (*g.over, *g.under)],
    )  # fmt: skip
    yield (
        w["responses"],
        [(w["group"], "", 24), (w["pipeline"], "", 26), (w["cases"], "number", 10), (w["outcomes"], "number", 10),
         (w["rate"], "share", 9), (f"{w['interval']} <", "share", 10), (f"{w['interval']} >", "share", 10),
         (w["all"], "share", 9)],
        [(g.label, r.pipeline, r.cases, r.outcomes, r.rate, r.low, r.high, r.all)
         for g in one.groups for r in g.responses],
    )  # fmt: skip
    yield (
        w["answers"],
        [(w["group"], "", 24), (w["campaign"], "", 26), (w["offer"], "", 16), (w["contacted"], "number", 11),
         (w["responded"], "number", 11), (w["promised"], "number", 11), (w["control"], "number", 11),
         (w["responded"], "number", 11), (w["effect"], "share", 11), (f"{w['interval']} <", "share", 11),
         (f"{w['interval']} >", "share", 11)],
        [(g.label, a.campaign, a.offer, a.contacted, a.responded,
          None if a.promised is None else round(a.promised, 1), a.control, a.control_responded,
          a.effect, a.low, a.high) for g in one.groups for a in g.answers],
    )  # fmt: skip
    if len(one.moves.days) > 1:
        yield _moves(one, w)


def _group(g: GroupProfile, w: Mapping[str, str]) -> Row:
    worth = (g.worth.mean, g.worth.median, g.worth.share) if g.worth else (None, None, None)
    return (g.label, g.group, g.customers, g.share, *worth, g.strategy, w["joiner"].join(g.offers))


def _moves(one: Profiled, w: Mapping[str, str]) -> tuple[str, Heads, list[Row]]:
    """One line for each step and pair of groups."""
    labels = {g.group: g.label for g in one.groups}
    names = [*(labels[g] for g in one.moves.groups), w["outside"]]
    rows: list[Row] = [
        (step.before.isoformat(), step.after.isoformat(), names[i], names[j], count)
        for step in one.moves.steps
        for i, row in enumerate(step.moves)
        for j, count in enumerate(row)
        if count
    ]
    before, after = w["from_to"].split(" \\ ")
    heads = [
        (f"{w['month']}, {before}", "", 14),
        (f"{w['month']}, {after}", "", 14),
        (before, "", 26),
        (after, "", 26),
        (w["customers"], "number", 12),
    ]
    return w["moves"], heads, rows
