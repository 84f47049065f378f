"""leadlift measure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, CampaignName, Json, Today, WorkspaceDir

app = typer.Typer()


@app.command(short_help="What a campaign brought in, against prediction and control.")
def measure(
    campaign: CampaignName,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="One list.", show_default="all lists"
        ),
    ] = None,
    on: Today = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Hold a campaign's lists against what was promised and against their control, with 95 % intervals.

    A list whose outcome window is still open is named and never judged. Writes reports/measure-CAMPAIGN.html.

    Example: leadlift measure term_deposit_summer
    """
    from leadlift.reports.measured import each, money, points, rate, verdict
    from leadlift.specs import open_workspace
    from leadlift.workflows.measure import measure as run

    with working("measure") as bar:
        day, today = (one.date() if one else None for one in (as_of, on))
        found = run(open_workspace(workspace), campaign, day, today, bar)
    if json:
        print_json(found)
        return
    say(verdict(found.promised, found.effect))
    for note in found.notes:
        say(note)
    came = "added" if found.promised and found.promised.added else "responded"
    if found.bands:
        table(
            "",
            [
                {
                    "band": row.name, "contacted": row.customers, "promised": row.expected, came: row.actual,
                    each(found.promised): "{} [{}, {}]".format(
                        *(rate(one, found.promised, 2) for one in (row.rate.value, row.rate.low, row.rate.high))
                    ),
                }
                for row in found.bands
            ],
        )  # fmt: skip
    if found.effect is not None and found.effect.profit is not None:
        say(f"profit of contacting {money(found.effect.profit, '')} after a cost of {found.effect.cost:,.0f}")
    if found.explore is not None:
        say(f"the model's choice over chance: {points(found.explore.response)}")
    for name, closes in found.immature.items():
        say(f"{name} is immature until {closes}: not judged")
    say(relative(found.page) if found.page else "")
