"""leadlift score."""

from __future__ import annotations

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, AsOf, Json, PipelineName, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Score everyone eligible on a day.")
def score(pipeline: PipelineName, as_of: AsOf, workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Score everyone eligible on a day with the champion.

    Example: leadlift score term_deposit_response --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.score import score as run

    with working("score") as bar:
        found = run(open_workspace(workspace), pipeline, as_of.date(), bar)
    if json:
        print_json(found)
        return
    table("", [{"band": band, "customers": count} for band, count in found.bands.items()])
    say(
        f"{found.customers:,} customers scored by {found.model}; {found.expected_responders:,.0f} {found.expected_is}"
    )
    say(f"in {relative(found.folder)}")
