"""leadlift leads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, AsOf, CampaignName, Json, Today, WorkspaceDir

if TYPE_CHECKING:
    from leadlift.leads import WaterfallRow

GROUP = "leads"


class _ListFirst(TyperGroup):
    """`leadlift leads CAMPAIGN` writes a list: a first word that is no command is a campaign."""

    def resolve_command(self, context: Any, arguments: list[str]) -> Any:
        """Read `CAMPAIGN ...` as `write CAMPAIGN ...`."""
        if arguments and arguments[0] not in self.commands and not arguments[0].startswith("-"):
            arguments = ["write", *arguments]
        return super().resolve_command(context, arguments)


app = typer.Typer(
    cls=_ListFirst,
    help="Write a campaign's lead list, or see that a file is one.\n\n"
    "Example: leadlift leads term_deposit_summer --as-of 2026-06-30",
    short_help="Write a campaign's lead list.",
    no_args_is_help=True,
)


@app.command(short_help="Write a campaign's lead list; `leads CAMPAIGN` does the same.")
def write(
    campaign: CampaignName,
    as_of: AsOf,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write another list; the old one is kept beside it.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="When the list is there already, leave it and say which it is.")
    ] = False,
    score: Annotated[
        bool, typer.Option("--score", help="Score the day first when it has no scores yet.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Write a campaign's lead list: whom to contact, with which offer, on which channel, and why.

    Example: leadlift leads write term_deposit_summer --as-of 2026-06-30
    """
    from leadlift.errors import UserError
    from leadlift.specs import open_workspace
    from leadlift.workflows.leads import leads as run
    from leadlift.workflows.listed import standing_list

    if once and replace:
        raise UserError("--once leaves a list that is there, --replace writes another: give one of them")
    if once and (standing := standing_list(open_workspace(workspace), campaign, as_of.date())):
        if json:
            print_json(standing)
        else:
            say(
                f"there already: list {standing.list_id}, {standing.leads:,} leads, written {standing.written}"
            )
        return
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


@app.command(short_help="See whether a file is a list of ours, unchanged and still valid.")
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file, wherever it lies.")],
    on: Today = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Say whether this is the file we wrote, unchanged, and still valid. Exit code 3 when it is not.

    The file may have been sent, copied and renamed: it is known by its sha256, which the manifests in leads/ hold.

    Example: leadlift leads verify leads.csv
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.verify_list import verify_list

    found = verify_list(open_workspace(workspace), file, on.date() if on else None)
    if json:
        print_json(found)
        return
    say(found.said)


def _row(row: WaterfallRow) -> dict[str, object]:
    """One rule as a line: customers, and what they would have brought."""
    told = {
        "rule": row.rule,
        "removed": row.removed,
        "left": row.left,
        "expected_responders": row.expected_responders,
    }
    return told if row.expected_value is None else {**told, "expected_value": row.expected_value}
