"""leadlift features verify."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, say, table, working
from leadlift.cli.options import HERE, Json, WorkspaceDir
from leadlift.errors import GateError

if TYPE_CHECKING:  # the workflow is imported when it runs, so that help is instant
    from leadlift.workflows.verified import Difference, Read, Verified

MOST_ROWS = 20


def add_to(app: typer.Typer) -> None:
    """Put the command into the group of features."""
    app.command(short_help="Prove that no feature knows the future.")(verify)


def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Features; all by default.")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=1, help="At most so many pairs of a customer and an as-of date.")
    ] = 1000,
    as_of: Annotated[
        list[datetime] | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="An as-of date; may be given several times. By default some over all the time of the data.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other customers.")] = 1,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Compute features once more by a second, plain way and compare: values built, as SQL and as tiles give them.

    For each sampled customer and as-of date every source is cut back to what was known then, one customer at a time.
    Prints what was proved, or the first value that differs with the source rows behind it.

    Exit code 0: all are equal. 3: one differs.

    Example: leadlift features verify --sample 1000
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.verify import verify as run

    days = [day.date() for day in as_of or ()]
    with working("verify") as bar:
        found = run(open_workspace(workspace), names or (), sample, days, seed, bar)
    if json:
        print_json(found)
    elif found.difference is None:
        _proved(found)
    else:
        _shown(found.difference)
    if found.difference is not None:
        raise GateError(_said(found.difference))


def _proved(found: Verified) -> None:
    for note in found.notes:
        say(f"note: {note}")
    if not found.pairs:
        return
    table("rows of the sampled customers", [_line(read) for read in found.sources])
    first, last = found.dates[0], found.dates[-1]
    say(f"as of {first}" if first == last else f"{len(found.dates)} as-of dates from {first} to {last}")
    customers = "1 customer" if found.customers == 1 else f"{found.customers:,} customers"
    say(
        f"{found.pairs:,} pairs of {customers} and a date: {found.late:,} with rows that had happened and were not "
        f"known yet, {found.without:,} without any row"
    )
    compared = ", ".join(f"{count:,} {way}" for way, count in found.values.items())
    say(
        f"proved: {found.features} features, {sum(found.values.values()):,} values compared ({compared}), all equal"
    )


def _line(read: Read) -> dict[str, object]:
    apart = ("not happened yet", "not known yet", "replaced")
    told: dict[str, object] = {"source": read.source, "rows": read.rows, "known at the dates": read.known}
    told |= {"end hidden": read.ends_hidden} | {why: read.left.get(why, 0) for why in apart}
    return told | {"otherwise left out": sum(rows for why, rows in read.left.items() if why not in apart)}


def _shown(one: Difference) -> None:
    say(f"customer {one.customer} as of {one.as_of}: {one.feature}")
    table(
        "",
        [
            {"": "parts the two" if row.parting else "", **row.columns, "the row": row.why}
            for row in one.rows[:MOST_ROWS]
        ],
    )
    if len(one.rows) > MOST_ROWS:
        say(f"and {len(one.rows) - MOST_ROWS:,} rows more")


def _said(one: Difference) -> str:
    return (
        f"{one.feature} of customer {one.customer} as of {one.as_of}: {_value(one.built)} {one.way}, "
        f"{_value(one.rebuilt)} by the second way. {one.how}"
    )


def _value(value: object) -> str:
    if value is None:
        return "unknown"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
