"""leadlift train."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, record, say, table, tell, working
from leadlift.cli.options import HERE, Json, PipelineName, WorkspaceDir
from leadlift.cli.uplift_shown import show_uplift
from leadlift.cli.value_shown import show_value

if TYPE_CHECKING:
    from leadlift.workflows.promote import Promoted
    from leadlift.workflows.train import Trained

SHOWN = (
    "auc",
    "average_precision",
    "lift_at_1",
    "lift_at_5",
    "lift_at_10",
    "lift_at_20",
    "captured_at_10",
    "ks",
    "brier",
    "calibration_error",
)

app = typer.Typer()


@app.command(short_help="Train, judge, log and register a model.")
def train(
    pipeline: PipelineName,
    seed: Annotated[int | None, typer.Option(help="Of the split, instead of the pipeline's own.")] = None,
    accept_leak: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A suspect of the audit to train with all the same; may be given again."
        ),
    ] = None,
    because: Annotated[
        str, typer.Option(metavar="REASON", help="Why it is accepted; the run keeps it.")
    ] = "",
    promote: Annotated[
        bool, typer.Option("--promote", help="Then make it champion, when every gate says yes.")
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Train a pipeline's model and its baseline, judge both out of time, log the run and register the model.

    An audit looks for leaks and shifts first; exit code 3 means that a suspect stands open, and nothing is registered.
    With --promote it means, too, that a gate said no: the version is registered and stays the challenger. With --json
    and --promote the promotion is `promotion` of the one document, null when a gate said no.

    Example: leadlift train term_deposit_response
    """
    from leadlift.specs import open_workspace
    from leadlift.training import Acceptance
    from leadlift.workflows.train import train as run
    from leadlift.workflows.train_uplift import TrainedUplift
    from leadlift.workflows.train_value import TrainedValue

    accepted = Acceptance(tuple(accept_leak or ()), because)
    with working("train") as bar:
        found = run(open_workspace(workspace), pipeline, bar, seed, accepted)
    if not json:
        if isinstance(found, TrainedUplift):
            show_uplift(found)
        elif isinstance(found, TrainedValue):
            show_value(found)
        else:
            _show(found)
    done: Promoted | None = None
    try:
        if promote:
            done = _promoted(workspace, pipeline)
            tell(f"{pipeline}: version {done.version} is the champion")
    finally:  # what was trained is told whatever the gates say
        if json:
            print_json({**record(found), "promotion": done} if promote else found)


def _promoted(workspace: Path, pipeline: str) -> Promoted:
    from leadlift.specs import open_workspace
    from leadlift.workflows.promote import promote as run

    return run(open_workspace(workspace), pipeline, "every gate said yes at training (train --promote)")


def _show(found: Trained) -> None:
    rows = [
        {
            "out of time" if found.test_from else "test": name,
            "model": model.value,
            "95% from": model.low,
            "to": model.high,
            "baseline": simple.value,
        }
        for name in SHOWN
        for model, simple in [(found.metrics[name], found.baseline[name])]
    ]
    table("", rows)
    gain = found.auc_gain
    verdict = "better than" if gain.low > 0 else "worse than" if gain.high < 0 else "as good as"
    say(f"{verdict} the logistic baseline: AUC {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]")
    for rival in found.rivals:
        if rival.name != "logistic":
            say(rival.verdict)
    say(f"responders in the test: {found.expected:,.0f} predicted, {found.actual:,.0f} came")
    for text in (*_audited(found), *(f"note: {one}" for one in found.notes)):
        say(text)
    say(f"registered as version {found.version}, the challenger; next: leadlift promote {found.pipeline}")


def _audited(found: Trained) -> list[str]:
    """Suspects in full; what the audit merely notes by name, since the run holds the rest."""
    told = [f"suspect: {one}" for one in found.findings if one.severity != "note"]
    noted: dict[str, list[str]] = {}
    for one in found.findings:
        if one.severity == "note":
            noted.setdefault(one.kind, []).append(one.name)
    more = {kind: f" and {len(names) - 5} more" if len(names) > 5 else "" for kind, names in noted.items()}
    return told + [f"note: {kind}: {', '.join(names[:5])}{more[kind]}" for kind, names in noted.items()]
