"""leadlift report."""

from __future__ import annotations

import typer

from leadlift.cli.console import print_json, relative, say, table
from leadlift.cli.options import HERE, Json, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Write a page of all models and their states.")
def report(workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Write reports/models.html: every pipeline's model, whether it is healthy, and why, with its report beside it.

    Example: leadlift report
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.portfolio import portfolio as run

    found = run(open_workspace(workspace))
    if json:
        print_json(found)
        return
    rows = [
        {
            "pipeline": one.pipeline,
            "state": one.state,
            "version": "" if one.version is None else str(one.version),
            "why": "; ".join(one.reasons),
        }
        for one in found.models
    ]
    table("", rows)
    say(relative(found.page))
