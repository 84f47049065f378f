"""leadlift promote."""

from __future__ import annotations

from typing import Annotated

import typer

from leadlift.cli.console import print_json, say, table
from leadlift.cli.options import HERE, Json, PipelineName, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Make a version the champion.")
def promote(
    pipeline: PipelineName,
    because: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
    who: Annotated[str, typer.Option(help="Who decides.", show_default="the user of this machine")] = "",
    version: Annotated[str, typer.Option(help="A version number.")] = "challenger",
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GATE", help="Answer for a gate that says no; needs --because. May be repeated."
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Make a trained version the champion, when every gate of the pipeline says yes. Exit code 3 when one says no.

    Example: leadlift promote term_deposit_response --because "June review"
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.promote import promote as run

    found = run(open_workspace(workspace), pipeline, because, who, version, accept or ())
    if json:
        print_json(found)
        return
    table(
        "gates",
        [{"gate": gate.name, "verdict": gate.verdict, "found": gate.sentence} for gate in found.gates],
    )
    instead = f" instead of version {found.replaced}" if found.replaced else ""
    say(f"{pipeline}: version {found.version} is the champion{instead}")
