"""leadlift affinity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir

if TYPE_CHECKING:  # the workflow is imported when it runs, so that help is instant
    from leadlift.evaluation import Estimate
    from leadlift.workflows.affinity import Affine

app = typer.Typer()
SHOWN = 8


@app.command(short_help="Tell which products go together, and which comes next.")
def affinity(
    as_of: LastDay = None,
    freeze: Annotated[
        bool,
        typer.Option("--freeze", help="Also write the rules as features: feature_defs/needs_affinity.yaml."),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --freeze: in the place of earlier ones.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Tell which products go together, which comes next and in which order, each number with its interval.

    `affinity` in leadlift.yaml names the holdings. Writes affinity/DAY/ (rules as JSON and xlsx, each customer's likely
    next product as Parquet, manifest) and reports/affinity.html.

    Example: leadlift affinity --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.affinity import affinity as run

    day = as_of.date() if as_of is not None else None
    with working("affinity") as bar:
        found = run(open_workspace(workspace), day, freeze=freeze, replace=replace, progress=bar)
    if json:
        print_json(found)
    else:
        _show(found)


def _show(found: Affine) -> None:
    goes = [
        {
            "who holds": " and ".join(one.left),
            "also holds": one.right,
            "customers": one.with_both,
            "confidence": _share(one.confidence),
            "lift": _times(one.lift),
        }
        for one in found.together
        if one.surely
    ]
    table("held together, beyond luck", goes[:SHOWN])
    comes = [
        {
            "holds": " and ".join(one.left),
            "opens next": one.right,
            "cases": one.cases,
            "opened": one.opened,
            "chance": _share(one.chance),
            "lift": _times(one.lift),
        }
        for one in found.rules[:SHOWN]
    ]
    table("what comes next, the surest first", comes)
    order = [
        {
            "after": one.before,
            "came": one.after,
            "customers": one.customers,
            "share": _share(one.share),
            "median days": round(one.median_days),
        }
        for one in found.steps[:SHOWN]
    ]
    table("in which order", order)
    table(
        "suggested next", [{"product": name, "customers": count} for name, count in found.suggested.items()]
    )
    for note in found.notes:
        say(f"note: {note}")
    if found.frozen is not None:
        say(f"features: {relative(found.frozen)}")
    say(
        f"{found.customers:,} customers with a product as of {found.as_of}, {len(found.rules)} rules of what comes next"
    )
    say(f"in {relative(found.folder)}; page: {relative(found.page)}")


def _share(one: Estimate) -> str:
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"


def _times(one: Estimate) -> str:
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"
