"""leadlift leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, AsOf, CampaignName, Json, WorkspaceDir

if TYPE_CHECKING:
    from leadlift.leads import WaterfallRow

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
    table("how the list came about", [_row(row) for row in found.waterfall])
    between = f" ({found.between.removeprefix(', ')})" if found.between else ""
    told = f"{found.expected_responders:,.0f} {found.expected_is}{between}"
    say(f"{found.leads:,} leads, {told}: list {found.list_id}")
    if found.expected_value is not None:
        say(f"expected value {found.expected_value:,.0f} {found.currency}".rstrip())
    if found.power:
        say(found.power)
    if found.without_consent:
        say(f"consent was not asked: {found.without_consent}")
    say(f"in {relative(found.folder)}: {', '.join(found.files)}")


def _row(row: WaterfallRow) -> dict[str, object]:
    """One rule as a line: customers, and what they would have brought."""
    told = {
        "rule": row.rule,
        "removed": row.removed,
        "left": row.left,
        "expected_responders": row.expected_responders,
    }
    return told if row.expected_value is None else {**told, "expected_value": row.expected_value}
