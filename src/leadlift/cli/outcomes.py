"""leadlift outcomes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table
from leadlift.cli.options import HERE, Json, Today, WorkspaceDir

GROUP = "outcomes"
app = typer.Typer(help="What came back from the lists.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """What came back from the lists."""


@app.command(short_help="Add what call centre and systems report, each row once.")
def add(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A CSV or Parquet file.")] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="A source of leadlift.yaml instead of a file."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="FIELD=NAME", help="The file's own name for a field; once for each."
        ),
    ] = None,
    on: Today = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Add outcomes by treatment code: delivered, answered, refused, bought, with a date and, of a purchase, an amount.

    A row that cannot be counted is written to outcomes/quarantine with its reason; adding a file twice adds nothing.

    Example: leadlift outcomes add answers.csv
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.outcomes import add_outcomes

    names = _names(column or [])
    found = add_outcomes(open_workspace(workspace), file, source, names, on.date() if on else None)
    if json:
        print_json(found)
        return
    say(
        f"{found.name}: {found.rows:,} rows, {found.added:,} added, {found.known:,} known already, "
        f"{found.quarantined:,} put aside"
    )
    if found.quarantine is not None:
        table("", [{"why": kind, "rows": count} for kind, count in found.kinds.items()])
        say(f"each with its reason: {relative(found.quarantine)}")


def _names(given: list[str]) -> dict[str, str]:
    from leadlift.errors import UserError

    for one in given:
        if "=" not in one:
            raise UserError(f"--column {one}: write FIELD=NAME, such as at=called_on")
    return {one.split("=", 1)[0].strip(): one.split("=", 1)[1].strip() for one in given}
