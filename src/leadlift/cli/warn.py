"""leadlift warn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir

if TYPE_CHECKING:  # the workflow is imported when it runs, so that help is instant
    from leadlift.warning import Warned

app = typer.Typer()

Pipeline = Annotated[
    str | None,
    typer.Argument(
        metavar="PIPELINE", help="Of kind early_warning.", show_default="the only one of that kind"
    ),
]


@app.command(short_help="Tell who may fall behind, by which signs, and why.")
def warn(
    pipeline: Pipeline = None, as_of: LastDay = None, workspace: WorkspaceDir = HERE, json: Json = False
) -> None:
    """Tell who may fall behind: chance, indicators broken, behaviour unlike the customer's own past, with reasons.

    Writes warnings/PIPELINE/DAY/ (Parquet, CSV, xlsx, manifest) and reports/warnings-PIPELINE.html. A day that was not
    scored yet is scored by the champion.

    Example: leadlift warn arrears_warning --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.warn import warn as run

    with working("warn") as bar:
        found = run(open_workspace(workspace), pipeline, as_of.date() if as_of is not None else None, bar)
    if json:
        print_json(found)
    else:
        _show(found)


def _show(found: Warned) -> None:
    table("", [{"sign": sign, "customers": count} for sign, count in found.by_sign.items()])
    if found.indicators:
        rows = [
            {"indicator": one.indicator, "limit": one.limits, "known of": one.known, "broken": one.broken}
            for one in found.indicators
        ]
        table("indicators", rows)
    for one in found.became:
        rows = [{name.replace("_", " "): value for name, value in row.items()} for row in one.rows]
        table(f"what became of the list of {one.as_of}", rows)
    for row in found.first[:5]:
        count = "1 sign" if row["signs"] == 1 else f"{row['signs']} signs"
        say(f"{row['customer_id']}  {float(str(row['probability'])):6.1%}  band {row['band']}  {count}")
        for sentence in (*_texts(row["told"]), *_texts(row["reasons"])):
            say(f"       - {sentence}")
    for note in found.notes:
        say(f"note: {note}")
    say(f"{found.warned:,} of {found.customers:,} customers told of as of {found.as_of}, by {found.model}")
    say(f"in {relative(found.folder)}; page: {relative(found.page)}")


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
