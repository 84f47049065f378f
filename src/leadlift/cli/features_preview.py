"""leadlift features preview: the rows behind a number."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leadlift.cli.console import print_json, say, table
from leadlift.cli.features_catalogue import FeatureName
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir


def add_to(app: typer.Typer) -> None:
    """Put the command among those of `leadlift features`."""
    app.command(short_help="Show the rows that made a customer's number.")(preview)


def preview(
    name: FeatureName,
    customer: Annotated[str, typer.Option(metavar="ID", help="The customer.")],
    as_of: LastDay = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list rows that do not count, and why.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows of each part that count.")] = 20,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Show one customer's value of a feature, and the source rows that made it, as they were known that day.

    Of a formula each part is shown with its own rows. Columns that are pii or protected read ***.

    Example: leadlift features preview spend_90d --customer 00000037 --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.preview import preview as run

    day = as_of.date() if as_of else None
    found = run(open_workspace(workspace), name, customer, day, everything=everything, limit=limit)
    if json:
        print_json(found)
        return
    say(f"customer {found.customer} as of {found.as_of}")
    _made(found.made, everything)


def _made(made: Any, everything: bool) -> None:
    say()
    unit = f" {made.unit}" if made.unit and made.value is not None else ""
    say(f"{made.feature} = {_number(made.value)}{unit}: {made.label}")
    say(f"  {made.definition}")
    if made.parts:
        for part in made.parts:
            _made(part, everything)
        return
    if made.rows:
        table("", [_row(row, everything) for row in made.rows])
    if made.taken:
        left = "; ".join(f"{count:,} {why}" for why, count in made.left_out.items())
        listed = sum(row.why == "counts" for row in made.rows)
        more = f", {listed:,} listed" if listed < made.counted else ""
        rows = "1 row counts" if made.counted == 1 else f"{made.counted:,} rows count"
        say(f"  {rows}{more} ({made.taken}){f'; left out: {left}' if left else ''}")


def _row(row: Any, everything: bool) -> dict[str, object]:
    told = {**row.columns, "age": row.age, "value": row.value}
    return {**told, "": row.why} if everything else told


def _number(value: object) -> str:
    if value is None:
        return "unknown"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
