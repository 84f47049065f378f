"""The views that questions read: sources, features, scores, leads, outcomes, segments; defined when they are named."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.errors import UserError
from leadlift.features import Home
from leadlift.features.built import built_features
from leadlift.features.rows import col, opened
from leadlift.ledger.places import ASSIGNED, EVENTS, KEPT, LEADS, OUTCOMES, is_day
from leadlift.names import AS_OF, CUSTOMER, MANIFEST
from leadlift.specs import Source, Workspace, column_types, marked_columns
from leadlift.workflows import view_columns as told
from leadlift.workflows.customer_segments import SEGMENT, segment_files
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.places import SCORES, SUPPRESSED, list_files
from leadlift.workflows.view_columns import SQL_TYPES, Columns, ViewColumn, columns_of

OURS = "leadlift_"
NUMBERS = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float64(), pa.bool_())
Define = Callable[[Home, str, Collection[str]], None]
"""Makes a view readable under a name. It is given the columns that the question names, or all."""


@dataclass(frozen=True)
class View:
    """One view. sources: those of the workspace that must be open for it."""

    name: str
    what: str
    columns: tuple[ViewColumn, ...]
    define: Define
    sources: tuple[str, ...] = ()

    def hidden(self) -> list[str]:
        """Its personal and protected columns."""
        return [column.name for column in self.columns if column.hidden]


def views_of(ws: Workspace, *, with_pii: bool) -> dict[str, View]:
    """Every view by name, sources first. A source keeps its name; ours of the same name is called leadlift_NAME."""
    views = {name: _source_view(ws, name, with_pii=with_pii) for name in ws.sources}
    for view in _ours(ws, with_pii=with_pii):
        name = f"{OURS}{view.name}" if view.name in views else view.name
        views[name] = replace(view, name=name)
    return views


def _source_view(ws: Workspace, name: str, *, with_pii: bool) -> View:
    source, kinds = ws.sources[name], column_types(ws.sources[name], ws.sources)
    marks = {mark: marked_columns(source, ws.sources, mark) for mark in ("protected", "pii")}
    columns = []
    for column, kind in kinds.items():
        hidden = next((mark for mark, names in marks.items() if column in names), "")
        columns.append(ViewColumn(column, kind, _meaning(ws, source, column), hidden))
    shown = [one.name for one in columns if with_pii or not one.hidden]

    def define(home: Home, view: str, wanted: Collection[str]) -> None:
        rows = opened(name, source, home.sources)
        home.engine.define(view, exp.select(*(col(one) for one in shown)).from_(rows.subquery("s")))

    needs = (name, *(join.source for join in source.joins))
    return View(name, source.description or f"source of kind {source.kind}", tuple(columns), define, needs)


def _meaning(ws: Workspace, source: Source, column: str) -> str:
    if column in source.columns:
        return source.columns[column].description
    lookup = next((join.source for join in source.joins if column in join.columns), None)
    return ws.sources[lookup].columns[column].description if lookup else ""


def _ours(ws: Workspace, *, with_pii: bool) -> Iterable[View]:
    if ws.features:
        yield _features_view(ws, with_pii=with_pii)
    yield _files_view("scores", "scores of every day", told.SCORES, lambda: _scores(ws.root))
    yield _files_view(
        "leads", "who was on which list, controls included", told.LEADS, lambda: _leads(ledger_of(ws).root)
    )
    yield _files_view(
        "suppressed", "whom a rule kept from a list", told.SUPPRESSED, lambda: _suppressed(ledger_of(ws).root)
    )
    yield _table_view("lists", "the lists", told.LISTS, lambda: _lists(ledger_of(ws).root))
    yield _files_view(
        "outcomes", "what came back from lists", told.OUTCOMES, lambda: _outcomes(ledger_of(ws).root)
    )
    yield _files_view("segments", "who is in which group", told.SEGMENTS, lambda: _segments(ws))


def _features_view(ws: Workspace, *, with_pii: bool) -> View:
    columns = [
        ViewColumn(CUSTOMER, "string", "the customer"),
        ViewColumn(AS_OF, "date", "the day: what was known at its start was used"),
    ]
    for one in ws.features.values():
        unit = f", {one.unit}" if one.unit else ""
        columns.append(
            ViewColumn(one.name, "string" if one.is_text else "number", one.label + unit, one.hidden or "")
        )
    shown = [one.name for one in columns[2:] if with_pii or not one.hidden]

    def define(home: Home, view: str, wanted: Collection[str]) -> None:
        names = [name for name in shown if name in wanted] or shown[:1]
        query = built_features(home, ws.features, names)
        if query is None:
            raise UserError(
                "sql: none of these features is built by today's definitions and data. `leadlift score` and `leadlift "
                "features build` build them"
            )
        home.engine.define(view, query)

    return View("features", "features that are built, by day", tuple(columns), define, tuple(ws.sources))


@dataclass(frozen=True)
class Part:
    """Files of equal columns, and what is the same in all of their rows. melt: of a segmentation, whose groups."""

    files: Sequence[Path]
    constants: dict[str, str]
    columns: Sequence[str]
    renamed: dict[str, exp.Expr]


def _files_view(name: str, what: str, columns: Columns, parts: Callable[[], list[Part]]) -> View:
    def define(home: Home, view: str, wanted: Collection[str]) -> None:
        query: exp.Query | None = None
        for place, part in enumerate(parts()):
            place_name = f"part_{name}_{place}"
            home.engine.define_files(place_name, *part.files)
            chosen = exp.select(*(_field(one, kind, part) for one, (kind, _) in columns.items()))
            one = chosen.from_(place_name)
            query = one if query is None else exp.union(query, one, distinct=False)
        if query is None:
            _define_rows(home, view, columns, [])
        else:
            home.engine.define(view, query)

    return View(name, what, columns_of(columns), define)


def _field(name: str, kind: pa.DataType, part: Part) -> exp.Expr:
    if name in part.renamed:
        value = part.renamed[name].copy()
    elif name in part.constants:
        value = exp.Literal.string(part.constants[name])
    else:
        value = col(name) if name in part.columns else exp.null()
    return exp.cast(value, SQL_TYPES[kind]).as_(name, quoted=True)


def _table_view(name: str, what: str, columns: Columns, rows: Callable[[], list[dict[str, Any]]]) -> View:
    return View(
        name, what, columns_of(columns), lambda home, view, _: _define_rows(home, view, columns, rows())
    )


def _define_rows(home: Home, name: str, columns: Columns, rows: list[dict[str, Any]]) -> None:
    schema = pa.schema([(one, kind) for one, (kind, _) in columns.items()])
    home.engine.define_table(f"rows_{name}", pa.Table.from_pylist(rows, schema=schema))
    home.engine.define(name, exp.select("*").from_(f"rows_{name}"))


def _part(
    files: Sequence[Path], constants: dict[str, str], renamed: dict[str, exp.Expr] | None = None
) -> Part:
    return Part(files, constants, pq.read_schema(files[0]).names, renamed or {})


def _scores(root: Path) -> list[Part]:
    """The files of each pipeline that have the same columns, together."""
    groups: dict[tuple[str, tuple[str, ...]], list[Path]] = {}
    for path in sorted((root / "scores").glob(f"*/*/{SCORES}")):
        if is_day(path.parent.name) and (path.parent / MANIFEST).is_file():
            key = path.parents[1].name, tuple(pq.read_schema(path).names)
            groups.setdefault(key, []).append(path)
    return [_part(files, {"pipeline": pipeline}) for (pipeline, _), files in groups.items()]


def _leads(root: Path) -> list[Part]:
    return [_part([path], {"campaign": campaign}) for campaign, _, path in list_files(root, ASSIGNED)]


def _suppressed(root: Path) -> list[Part]:
    return [
        _part([path], {"campaign": campaign, AS_OF: day.isoformat()})
        for campaign, day, path in list_files(root, SUPPRESSED)
    ]


def _outcomes(root: Path) -> list[Part]:
    return [_part([path], {}) for path in sorted((root / OUTCOMES).glob(EVENTS))]


def _lists(root: Path) -> list[dict[str, Any]]:
    rows = []
    for campaign, day, path in list_files(root, ASSIGNED):
        told_of = json.loads(
            (root / LEADS / campaign / day.isoformat() / MANIFEST).read_text(encoding="utf-8")
        )
        cells = pq.read_table(path, columns=["cell"])["cell"].to_pylist()
        rows.append(
            {
                "campaign": campaign,
                AS_OF: day,
                "list_id": told_of.get("list_id"),
                "valid_until": date.fromisoformat(told_of["valid_until"])
                if "valid_until" in told_of
                else None,
                "leads": told_of.get("leads"),
                "control": sum(cell == "control" for cell in cells),
                "expected_responders": told_of.get("expected_responders"),
                "expected_value": told_of.get("expected_value"),
                "model": told_of.get("model"),
            }
        )
    return rows


def _segments(ws: Workspace) -> list[Part]:
    """A part for each file, or for each group of a file in which groups are columns of 0 and 1."""
    parts = []
    for name, days in segment_files(ws.root).items():
        for day, files in days:
            for path in files:
                schema = pq.read_schema(path)
                same = {"segmentation": name, AS_OF: day.isoformat()}
                key = CUSTOMER if CUSTOMER in schema.names else ws.file.customer_key
                renamed = {CUSTOMER: col(key)} if key in schema.names else {}
                group = next((one for one in (name, SEGMENT) if one in schema.names), None)
                if group is not None:
                    parts.append(_part([path], same, {**renamed, SEGMENT: col(group)}))
                    continue
                for column in schema.names:
                    if column not in (key, AS_OF) and schema.field(column).type in NUMBERS:
                        word = exp.Literal.string(column.removeprefix(f"{name}_"))
                        there = exp.EQ(this=exp.cast(col(column), "INT"), expression=exp.Literal.number(1))
                        one = exp.Case().when(there, word)
                        parts.append(_part([path], same, {**renamed, SEGMENT: one}))
    return parts


__all__ = ["KEPT", "View", "views_of"]
