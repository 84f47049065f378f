"""leadlift promote."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from leadlift.cli.console import print_json, say, table
from leadlift.cli.options import HERE, Json, PipelineName, WorkspaceDir

app = typer.Typer()


class _NamesTheGates(TyperCommand):
    """`--accept` without a gate asks which gates there are: the promotion answers, since it knows the version."""

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        """Read `--accept` with no name behind it as `--accept ""`."""
        given = []
        for one, behind in zip(arguments, [*arguments[1:], "-"], strict=False):
            given += [one, ""] if one == "--accept" and behind.startswith("-") else [one]
        return super().parse_args(context, given)


@app.command(cls=_NamesTheGates, short_help="Make a version the champion.")
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
