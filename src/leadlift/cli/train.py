"""leadlift train."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadlift.cli.console import print_json, say, table, working
from leadlift.cli.options import HERE, Json, PipelineName, WorkspaceDir
from leadlift.cli.uplift_shown import show_uplift

if TYPE_CHECKING:
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
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Train a pipeline's model and its baseline, judge both out of time, log the run and register the model.

    Example: leadlift train term_deposit_response
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.train import train as run
    from leadlift.workflows.train_uplift import TrainedUplift

    with working("train") as bar:
        found = run(open_workspace(workspace), pipeline, bar, seed)
    if json:
        print_json(found)
    elif isinstance(found, TrainedUplift):
        show_uplift(found)
    else:
        _show(found)


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
    say(f"responders in the test: {found.expected:,.0f} predicted, {found.actual:,.0f} came")
    for text in (*(f"suspect: {one}" for one in found.suspects), *(f"note: {one}" for one in found.notes)):
        say(text)
    say(f"registered as version {found.version}, the challenger; next: leadlift promote {found.pipeline}")
