"""leadlift sql: a question over the workspace's views, answered and never able to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.engines.files import matching, whole_file
from leadlift.engines.protocol import Answers
from leadlift.errors import UserError
from leadlift.specs import Workspace
from leadlift.specs.questions import Question, question
from leadlift.workflows.lookups import record_lookup
from leadlift.workflows.session import opened
from leadlift.workflows.views import View, views_of

BATCH = 65_536


@dataclass(frozen=True)
class Written:
    """An answer in a file."""

    rows: int
    path: Path


def views(ws: Workspace) -> list[View]:
    """Every view that a question may read."""
    return list(views_of(ws, with_pii=False).values())


@contextmanager
def answer(ws: Workspace, text: str, *, with_pii: bool = False) -> Iterator[Iterator[pa.RecordBatch]]:
    """The answer in batches, the first of which is empty and says the columns.

    with_pii: personal and protected columns are in the views too; that is written to kept/lookups.jsonl first. Raises
    UserError for what is not a question, and for one that cannot be answered.
    """
    known = views_of(ws, with_pii=with_pii)
    asked = question(text, known)
    named = [known[name] for name in sorted(asked.views)]
    if not with_pii:
        _refuse_hidden(asked, named)
    else:
        record_lookup(ws.root, "sql", [f"{view.name}.{column}" for view in named for column in view.hidden()])
    needs = {source for view in named for source in view.sources}
    lean = ws.file.model_copy(update={"sources": {n: s for n, s in ws.sources.items() if n in needs}})
    with opened(replace(ws, file=lean)) as home:
        for view in named:
            view.define(home, view.name, _wanted(asked, view))
        if not isinstance(home.engine, Answers):
            raise UserError(
                f"sql: the engine {home.engine.dialect} answers no questions; use `engine: duckdb`"
            )
        yield home.engine.ask(asked.query, BATCH)


def write_answer(ws: Workspace, text: str, path: Path, form: str, *, with_pii: bool = False) -> Written:
    """Write the answer as csv or parquet, whole or not at all. Raises UserError for a path that holds a source."""
    taken = {file.resolve() for source in ws.sources.values() for file in matching(ws.root, source.path)}
    if path.resolve() in taken:
        raise UserError(f"--out: {path} holds a source of the workspace, which is never written")
    rows = 0
    with answer(ws, text, with_pii=with_pii) as batches:
        first = next(batches)
        with whole_file(path) as temporary, _writer(temporary, form, first.schema) as writer:
            for batch in _all(first, batches):
                writer.write_batch(batch)
                rows += batch.num_rows
    return Written(rows, path)


def _all(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _writer(path: Path, form: str, schema: pa.Schema) -> pa_csv.CSVWriter | pq.ParquetWriter:
    if form == "parquet":
        return pq.ParquetWriter(path, schema, compression="zstd")
    return pa_csv.CSVWriter(path, schema)


def _wanted(asked: Question, view: View) -> list[str]:
    return [one.name for one in view.columns if asked.everything or one.name in asked.columns]


def _refuse_hidden(asked: Question, named: Sequence[View]) -> None:
    """A hidden column would only be unknown to the engine; say why it is not there."""
    there = {column.name for view in named for column in view.columns if not column.hidden}
    marks: Mapping[str, tuple[str, str]] = {
        column.name: (view.name, column.hidden) for view in named for column in view.columns if column.hidden
    }
    made = {alias.alias for alias in asked.query.find_all(exp.Alias)}
    for name in sorted(asked.columns - there - made):
        if name in marks:
            view, mark = marks[name]
            raise UserError(
                f"sql: column '{name}' of '{view}' is {mark} and not in the view. With --with-pii it is, and the "
                "look-up is written to kept/lookups.jsonl"
            )
