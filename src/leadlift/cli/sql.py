"""leadlift sql."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from leadlift.cli.console import print_json, relative, say, table, tell, working
from leadlift.cli.options import HERE, Json, WorkspaceDir
from leadlift.errors import UserError

if TYPE_CHECKING:  # the workflow is imported when it runs, so that help is instant
    import pyarrow as pa

    from leadlift.specs import Workspace

app = typer.Typer()
SHOWN = 100


@app.command(short_help="Answer a question over sources, features, scores and leads.")
def sql(
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="One select.", show_default="with --list: none")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the views and their columns.")] = False,
    format_: Annotated[
        Literal["table", "csv", "parquet"],
        typer.Option("--format", help="How to answer; --out FILE.csv or FILE.parquet says it too."),
    ] = "table",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the answer to FILE.")] = None,
    with_pii: Annotated[
        bool,
        typer.Option(
            "--with-pii", help="Personal and protected columns are in the views; the look-up goes on record."
        ),
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Answer one question in SQL. Nothing is ever written but the answer, and no other file can be read.

    The views are the sources by their names, features, scores, leads, suppressed, lists, outcomes and segments.

    Example: leadlift sql "select band, count(*) as customers from scores group by band order by band"
    """
    from leadlift.specs import open_workspace

    ws = open_workspace(workspace)
    if list_:
        _list(ws, json=json)
        return
    if query is None:
        raise UserError('sql: give a question, such as "select count(*) from scores", or --list')
    if out is not None:
        from leadlift.workflows.ask import write_answer

        with working("sql"):
            written = write_answer(ws, query, out, _form(format_, out), with_pii=with_pii)
        if json:
            print_json(written)
        else:
            say(f"{written.rows:,} rows in {relative(written.path)}")
    elif format_ == "parquet":
        raise UserError("sql: --format parquet needs --out FILE")
    else:
        _print(ws, query, format_, with_pii=with_pii, json=json)


def _form(form: str, out: Path) -> str:
    return form if form != "table" else "parquet" if out.suffix in (".parquet", ".pq") else "csv"


def _print(ws: Workspace, query: str, form: str, *, with_pii: bool, json: bool) -> None:
    from leadlift.workflows.ask import answer

    with working("sql"), answer(ws, query, with_pii=with_pii) as batches:
        if form == "csv":
            _csv(batches)
            return
        rows: list[dict[str, object]] = []
        names: list[str] = []
        for batch in batches:
            names = batch.schema.names
            rows += batch.to_pylist()
            if len(rows) > SHOWN and not json:
                break
    if json:
        print_json(rows)
        return
    table("", rows[:SHOWN]) if rows else say(f"no rows ({', '.join(names)})")
    if len(rows) > SHOWN:
        tell(f"the first {SHOWN} rows; all of them: --out FILE")


def _csv(batches: Iterator[pa.RecordBatch]) -> None:
    import io

    import pyarrow.csv as pa_csv

    for place, batch in enumerate(batches):
        text = io.BytesIO()
        pa_csv.write_csv(batch, text, pa_csv.WriteOptions(include_header=place == 0))
        sys.stdout.write(text.getvalue().decode())


def _list(ws: Workspace, *, json: bool) -> None:
    from leadlift.workflows.ask import views

    found = views(ws)
    if json:
        print_json(
            [
                {
                    "view": view.name,
                    "what": view.what,
                    "columns": [vars(column) for column in view.columns],
                }
                for view in found
            ]
        )
        return
    for view in found:
        say(f"{view.name}: {view.what}")
        rows = [
            {"column": one.name, "type": one.type, "meaning": _meaning(one.meaning, one.hidden)}
            for one in view.columns
        ]
        table("", rows)


def _meaning(meaning: str, hidden: str) -> str:
    return f"{meaning} [{hidden}: only with --with-pii]".strip() if hidden else meaning
