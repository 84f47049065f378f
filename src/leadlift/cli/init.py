"""leadlift init."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, relative, say, working
from leadlift.cli.options import Json

if TYPE_CHECKING:
    from leadlift.workflows.from_table import Drafted

app = typer.Typer()

CUSTOMERS, MONTHS = 3_000, 24


@app.command(short_help="Write a small workspace that runs, or one for a table of yours.")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made when it is not there.")],
    data: Annotated[bool, typer.Option(help="Simulate a small bank into DIR/data.")] = True,
    from_table: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A CSV or Parquet file: infer a workspace that learns from it."),
    ] = None,
    target: Annotated[str, typer.Option(metavar="COLUMN", help="With --from-table: what to predict.")] = "",
    positive: Annotated[
        list[str] | None,
        typer.Option(metavar="VALUE", help="The target's value that means yes; may be repeated."),
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="COLUMN", help="The customer's id.")] = None,
    time: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The day of each row: the test is then the latest.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="response, propensity or churn.", show_default="by the name"),
    ] = None,
    score_table: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The rows to score.", show_default="those of the table itself"),
    ] = None,
    consent: Annotated[
        str | None, typer.Option(metavar="SQL", help='Who agreed to be contacted, such as "opt_in = 1".')
    ] = None,
    without_consent: Annotated[
        str | None, typer.Option(metavar="WHY", help="Ask nobody for consent, and say in every list why.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a small commented workspace that runs, with a small simulated bank in it.

    With --from-table the workspace learns from a table of yours: types, roles, likely leaks, ids and personal data are
    inferred, and each inference stands in the YAML beside its evidence. The table is neither copied nor changed.

    Example: leadlift init my-bank --from-table calls.csv --target y --positive yes
    """
    if from_table is None:
        _starter(folder, data=data)
        return
    from leadlift.workflows.from_table import Wishes, init_from_table

    wishes = Wishes(
        from_table, target, tuple(positive or ()), key, time, score_table, consent, without_consent, kind
    )
    with working("init") as bar:
        found = init_from_table(folder, wishes, bar)
    if json:
        print_json(found)
    else:
        _show(found)


def _starter(folder: Path, *, data: bool) -> None:
    from leadlift.simulate import BankPlan, simulate
    from leadlift.workflows.init import init as run

    for path in run(folder):
        say(relative(path))
    if data:
        with working("simulate") as bar:
            simulate(BankPlan(customers=CUSTOMERS, months=MONTHS), folder / "data", bar.done)
        say(f"{relative(folder / 'data')}: a bank of {CUSTOMERS:,} customers")
    say(f"next: cd {folder} && leadlift check && leadlift train fund_purchase")


def _show(found: Drafted) -> None:
    for path in found.files:
        say(relative(path))
    called = f"by {found.key}" if found.key else "by their place in the file"
    say(
        f"{found.rows:,} rows known {called}, {found.positives:,} with yes ({found.positives / found.rows:.2%}), "
        f"{found.features} features"
    )
    for text in found.look_at:
        say(f"look at {text}")
    say(f"next: cd {found.folder} && leadlift train {found.pipeline} --promote")
    say(f"then: leadlift leads {found.campaign} --as-of YYYY-MM-DD --score")
