"""leadlift simulate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, Json, WorkspaceDir
from leadlift.errors import UserError

app = typer.Typer()


_OF_A_NEW_BANK = ("customers", "months", "end", "seed")


@app.command(short_help="Make the demo bank's tables, or let the bank live on.")
def simulate(
    context: typer.Context,
    customers: Annotated[int, typer.Option(min=1, help="How many.")] = 20_000,
    months: Annotated[int, typer.Option(min=1, help="How many months of life.")] = 24,
    end: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day.")
    ] = datetime(2026, 6, 30),
    seed: Annotated[int, typer.Option(help="The same seed gives the same bank, to the last bit.")] = 1,
    advance: Annotated[
        str | None,
        typer.Option(
            metavar="SPAN",
            help="Let the bank live on for so long, such as 30d or 2m, to a month end, and answer the lists in leads/.",
            show_default="a new bank",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to; with --advance where the bank is.",
            show_default="data/ of the workspace",
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Make the demo bank: customers with causes, and the tables a bank would have of them.

    With --advance the bank in the folder lives on from where its data ends. It has no campaigns of its own any more:
    whom the lists of the workspace name is contacted while the list is valid, and answers.

    Example: leadlift simulate --customers 20000

    Example: leadlift simulate --advance 30d
    """
    from leadlift.simulate import BankPlan
    from leadlift.simulate import simulate as run

    folder = out or workspace / "data"
    if advance is not None:
        _refuse_plan(context)
        _advance(advance, folder, workspace, json)
        return
    with working("simulate") as bar:
        rows = run(BankPlan(customers=customers, months=months, end=end.date(), seed=seed), folder, bar.done)
    if json:
        print_json({"folder": folder, "rows": rows})
        return
    table("", [{"table": name, "rows": count} for name, count in rows.items()])
    say(f"in {relative(folder)}")


def _refuse_plan(context: typer.Context) -> None:
    """A bank that lives on stays as it was planned."""
    sources = {name: context.get_parameter_source(name) for name in _OF_A_NEW_BANK}
    said = [name for name, source in sources.items() if source is not None and source.name != "DEFAULT"]
    if said:
        raise UserError(
            f"simulate: --{said[0]} is for a new bank; with --advance the bank lives on as it was made"
        )


def _advance(span: str, folder: Path, workspace: Path, json: bool) -> None:
    from leadlift.simulate import advance, whole_months
    from leadlift.workflows.ledger import lists_at

    leads = lists_at(workspace)
    with working("simulate") as bar:
        told = advance(folder, whole_months(span), leads, bar.done)
    if json:
        print_json({"folder": folder, "end": told.end, "rows": told.rows, "lists": told.lists})
        return
    table("", [{"table": name, "rows": count} for name, count in told.rows.items()])
    if told.lists:
        answers = [{"list": one.name, "contacted": one.contacted, "bought": one.bought} for one in told.lists]
        table("", answers)
    say(f"in {relative(folder)}, which now ends on {told.end}")
