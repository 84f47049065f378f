"""leadlift explain."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, working
from leadlift.cli.options import HERE, Json, PipelineName, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Say what drives the scores.")
def explain(
    pipeline: PipelineName,
    customer: Annotated[
        str | None, typer.Option(metavar="ID", help="Why this one customer has this score.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="With --customer.",
            show_default="the day after the last event",
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Write a page on what the model looks at or, with --customer, on why one customer has this score.

    Example: leadlift explain term_deposit_response --customer 00000042
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.explain import explain as run

    with working("explain") as bar:
        found = run(open_workspace(workspace), pipeline, customer, as_of.date() if as_of else None, bar)
    if json:
        print_json(found)
        return
    if found.probability is not None:
        say(
            f"customer {found.customer} as of {found.as_of}: {found.said}, "
            f"percentile {found.percentile}, band {found.band}"
        )
        for place, reason in enumerate(found.reasons, start=1):
            say(f"  {place}. {reason.sentence}")
    say(relative(found.page))
