"""leadlift tune."""

from __future__ import annotations

from typing import Annotated

import typer

from leadlift.cli.console import print_json, say, working
from leadlift.cli.options import HERE, Json, PipelineName, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Search LightGBM's parameters.")
def tune(
    pipeline: PipelineName,
    trials: Annotated[int | None, typer.Option(min=1, help="Instead of the pipeline's own number.")] = None,
    seconds: Annotated[int | None, typer.Option(min=1, help="Be done after about this time.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes side by side; they share the processors.")
    ] = 1,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Search LightGBM's parameters with Optuna; `leadlift train` then uses the best ones.

    Finished trials are kept: after a kill, or with more --trials, the same command goes on. Changed data, features or
    settings begin a new study.

    Example: leadlift tune term_deposit_response --trials 50
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.tune import tune as run

    with working("tune") as bar:
        found = run(open_workspace(workspace), pipeline, bar, trials, seconds, workers)
    if json:
        print_json(found)
        return
    say(
        f"{pipeline}: best {found.metric} of {found.trials} trials on {found.measured_on}: {found.best_value:.4f}"
    )
    say(f"  {found.earlier} trials were there before, {found.pruned} ended early; study: {found.study}")
    for name, value in found.params.items():
        say(f"  {name}: {value:.6g}" if isinstance(value, float) else f"  {name}: {value}")
    say(f"next: leadlift train {pipeline}")
