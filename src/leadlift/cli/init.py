"""leadlift init."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadlift.cli.console import relative, say, working

app = typer.Typer()

CUSTOMERS, MONTHS = 3_000, 24


@app.command(short_help="Write a small workspace that runs.")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made when it is not there.")],
    data: Annotated[bool, typer.Option(help="Simulate a small bank into DIR/data.")] = True,
) -> None:
    """Write a small commented workspace that runs, with a small simulated bank in it.

    Example: leadlift init my-bank
    """
    from leadlift.simulate import BankPlan, simulate
    from leadlift.workflows.init import init as run

    for path in run(folder):
        say(relative(path))
    if data:
        with working("simulate") as bar:
            simulate(BankPlan(customers=CUSTOMERS, months=MONTHS), folder / "data", bar.done)
        say(f"{relative(folder / 'data')}: a bank of {CUSTOMERS:,} customers")
    say(f"next: cd {folder} && leadlift check && leadlift train fund_purchase")
