"""leadlift leads."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, AsOf, CampaignName, Json, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Write a campaign's lead list.")
def leads(
    campaign: CampaignName,
    as_of: AsOf,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write another list; the old one is kept beside it.")
    ] = False,
    score: Annotated[
        bool, typer.Option("--score", help="Score the day first when it has no scores yet.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Write a campaign's lead list: whom to contact, with which offer, on which channel, and why.

    Example: leadlift leads term_deposit_summer --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.leads import leads as run

    with working("leads") as bar:
        found = run(
            open_workspace(workspace),
            campaign,
            as_of.date(),
            replace=replace,
            score_first=score,
            progress=bar,
        )
    if json:
        print_json(found)
        return
    table("how the list came about", [asdict(row) for row in found.waterfall])
    between = f" ({found.between.removeprefix(', ')})" if found.between else ""
    told = f"{found.expected_responders:,.0f} {found.expected_is}{between}"
    say(f"{found.leads:,} leads, {told}: list {found.list_id}")
    if found.without_consent:
        say(f"consent was not asked: {found.without_consent}")
    say(f"in {relative(found.folder)}: {', '.join(found.files)}")
