"""leadlift features plan."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from leadlift.cli.console import print_json, say, size, table, working
from leadlift.cli.options import HERE, Json, WorkspaceDir


def add_to(app: typer.Typer) -> None:
    """Put the command into the group of features."""
    app.command(short_help="What a build would do.")(plan)


def plan(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Features to plan for; all by default.")
    ] = None,
    pipeline: Annotated[
        str | None, typer.Option(metavar="PIPELINE", help="For the training cases of a pipeline.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day; by default the data's last."
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Say what a build would do now: what is built already, and how the rest is computed, from how many rows and bytes.

    Example: leadlift features plan --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.plan import plan as run

    with working("plan") as bar:
        found = run(open_workspace(workspace), names or (), pipeline, as_of.date() if as_of else None, bar)
    if json:
        print_json(found)
        return
    table(
        "",
        [
            {
                "source": part.source,
                "built": part.built,
                "by tiles": part.tiles,
                "by sql": part.sql,
                "scans": part.scans,
                "pieces": part.pieces,
                "rows": "unknown" if part.rows is None else f"{part.rows:,}",
                "read": size(part.bytes),
                "why": part.why,
            }
            for part in found.parts
        ],
    )
    days = f"{found.dates[0]}" if len(found.dates) == 1 else f"{found.dates[0]} to {found.dates[-1]}"
    say(
        f"{found.customers:,} cases as of {days}; {found.cells:,} numbers to write; memory up to {size(found.memory)}"
    )
