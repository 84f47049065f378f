"""leadlift simulate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, Json, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Make the demo bank's tables.")
def simulate(
    customers: Annotated[int, typer.Option(min=1, help="How many.")] = 20_000,
    months: Annotated[int, typer.Option(min=1, help="How many months of life.")] = 24,
    end: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day.")
    ] = datetime(2026, 6, 30),
    seed: Annotated[int, typer.Option(help="The same seed gives the same bank, to the last bit.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to.", show_default="data/ of the workspace")
    ] = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Make the demo bank: customers with causes, and the tables a bank would have of them.

    Example: leadlift simulate --customers 20000
    """
    from leadlift.simulate import BankPlan
    from leadlift.simulate import simulate as run

    folder = out or workspace / "data"
    with working("simulate") as bar:
        rows = run(BankPlan(customers=customers, months=months, end=end.date(), seed=seed), folder, bar.done)
    if json:
        print_json({"folder": folder, "rows": rows})
        return
    table("", [{"table": name, "rows": count} for name, count in rows.items()])
    say(f"in {relative(folder)}")
