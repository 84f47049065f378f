"""leadlift monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, relative, say, table, working
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir
from leadlift.errors import GateError

if TYPE_CHECKING:  # the workflow is imported when it runs, so that help is instant
    from leadlift.monitoring import Monitored, Watched

app = typer.Typer()

Pipeline = Annotated[
    str | None,
    typer.Argument(metavar="PIPELINE", help="The name in pipelines/*.yaml.", show_default="all of them"),
]


@app.command(short_help="Tell whether champions are still what they were.")
def monitor(
    pipeline: Pipeline = None, as_of: LastDay = None, workspace: WorkspaceDir = HERE, json: Json = False
) -> None:
    """Hold champions against what they were at training: features, sources, chances, ranking. Say what to do.

    The verdict is nothing, look, recalibrate or retrain, each with its evidence. Pages: reports/monitor*.html.

    Exit code 0: nothing to do. 3: an alert.

    Example: leadlift monitor
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.monitor import monitor as run

    with working("monitor") as bar:
        found = run(open_workspace(workspace), pipeline, as_of.date() if as_of is not None else None, bar)
    if json:
        print_json(found)
    else:
        _show(found)
    if found.alarming:
        raise GateError("\n".join(found.alarming))
    if not json:
        say("nothing to do" if found.watched else "nothing to watch")


def _show(found: Monitored) -> None:
    rows = [
        {
            "pipeline": one.pipeline,
            "verdict": one.verdict,
            "scored": str(one.scorings[-1].as_of) if one.scorings else "never",
            "largest PSI": f"{one.features[0].last.excess:.2f}" if one.features and one.scorings else "",
            "responders": _responders(one),
        }
        for one in found.watched
    ]
    if rows:
        table(f"champions on {found.as_of}", rows)
    evidence = [
        {
            "pipeline": one.pipeline,
            "alert": alert.name,
            "what": item.about,
            "since": str(item.since or ""),
            "seen": item.says,
        }
        for one in found.watched
        for alert in one.raised
        for item in alert.evidence
    ]
    if evidence:
        table("evidence", evidence)
    for watched in found.watched:
        for note in watched.notes:
            say(f"{watched.pipeline}: {note}")
    for other in found.others:
        say(f"not watched: {other.pipeline}: {other.why}")
    for page in [one.page for one in found.watched] if found.page is None else [found.page]:
        say(f"page: {relative(page)}")


def _responders(one: Watched) -> str:
    """The last scoring whose outcomes are known."""
    if not one.judged.months:
        return ""
    month = one.judged.months[-1]
    return f"{month.responders:,} of {month.expected:,.0f} expected ({month.as_of})"
