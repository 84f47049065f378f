"""leadlift history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, say, table
from leadlift.cli.options import HERE, Json, PipelineName, WorkspaceDir

if TYPE_CHECKING:
    from leadlift.workflows.history import History, VersionHistory

app = typer.Typer()

MOST_SHOWN = 6


@app.command(short_help="Who promoted which version, when and why.")
def history(
    pipeline: PipelineName,
    gates: Annotated[
        bool, typer.Option("--gates", help="Also what each gate found at each promotion.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Show every version of a pipeline: what it learned from, who promoted it when and why, and what it has scored.

    Example: leadlift history term_deposit_response
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.history import history as run

    found = run(open_workspace(workspace), pipeline)
    if json:
        print_json(found)
    elif not found.versions:
        say(f"{pipeline} has no version yet; next: leadlift train {pipeline}")
    else:
        _show(found, gates=gates)


def _show(found: History, *, gates: bool) -> None:
    table(found.pipeline, [_row(one) for one in found.versions])
    for one in reversed(found.versions):
        for line in _lines(one):
            say(line)
        if gates:
            for reign in one.reigns:
                for name, told in reign.gates.items():
                    say(f"    {name}: {told}")


def _row(one: VersionHistory) -> dict[str, object]:
    return {
        "version": one.version,
        "now": ", ".join(one.aliases),
        "trained": _day(one.created),
        "learned from": one.learned or "no dates",
        "judged on": one.judged or "no dates",
        **_measured(one.metrics),
        "days scored": len(one.scored),
        "lead lists": len(one.lists),
    }


def _measured(metrics: Mapping[str, float]) -> dict[str, float | None]:
    """The measures of the version's kind."""
    for name, called in (("qini", "Qini"), ("gini", "Gini")):
        if name in metrics:
            return {called: metrics[name], "lift@10": metrics.get("value_lift_at_10")}
    return {"AUC": metrics.get("auc"), "lift@10": metrics.get("lift_at_10")}


def _lines(one: VersionHistory) -> Iterator[str]:
    """A version's life, oldest first."""
    if not one.reigns:
        yield f"version {one.version}: never promoted"
    for reign in one.reigns:
        instead = f" instead of version {reign.replaced}" if reign.replaced else ""
        why = f": {reign.why}" if reign.why else ", no reason given"
        yield f"version {one.version}: promoted {_moment(reign.when)} by {reign.who}{instead}{why}"
        yield f"  gates: {_summary(reign.gates)}"
        if reign.until is not None:
            yield f"  replaced {_moment(reign.until)} by version {reign.replaced_by}"
    if one.scored:
        days = [f"{day.as_of} ({day.customers:,} customers)" for day in one.scored]
        yield f"  scored: {_some(days)}"
    if one.lists:
        lists = [f"{made.list_id} ({made.leads:,} leads, {made.folder})" for made in one.lists]
        yield f"  lead lists: {_some(lists)}"


def _summary(gates: Mapping[str, str]) -> str:
    """How many gates passed, and those that did not simply pass by name."""
    plain = [name for name, told in gates.items() if told.startswith("passed")]
    rest = [f"{name} {told.partition(':')[0]}" for name, told in gates.items() if name not in plain]
    return ", ".join([f"{len(plain)} of {len(gates)} passed plainly", *rest])


def _some(texts: list[str]) -> str:
    shown = texts[-MOST_SHOWN:]
    return "; ".join(shown) + (f"; and {len(texts) - len(shown)} before" if len(texts) > len(shown) else "")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
