"""leadlift recalibrate."""

from __future__ import annotations

import typer

from leadlift.cli.console import print_json, say, table, working
from leadlift.cli.options import HERE, Json, LastDay, PipelineName, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Refit the champion's calibration to later outcomes.")
def recalibrate(
    pipeline: PipelineName, as_of: LastDay = None, workspace: WorkspaceDir = HERE, json: Json = False
) -> None:
    """Refit the champion's calibration, and nothing else, to the newest scorings whose outcomes are known.

    The result is a challenger: `leadlift promote` holds it against the gates. The order of customers does not change.

    Exit code 3: too few responders.

    Example: leadlift recalibrate term_deposit_response
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.recalibrate import recalibrate as run

    with working("recalibrate") as bar:
        found = run(open_workspace(workspace), pipeline, as_of.date() if as_of is not None else None, bar)
    if json:
        print_json(found)
        return
    days = f"{found.scored[0]} to {found.scored[-1]}" if len(found.scored) > 1 else f"{found.scored[0]}"
    table(
        f"{found.cases:,} cases scored {days}; {found.responders:,} responded",
        [
            {
                "": f"version {found.instead_of}, champion",
                "expected": f"{found.expected_before:,.0f}",
                "calibration error": f"{found.error_before:.4f}",
                "mean chance, last scoring": f"{found.mean_before:.2%}",
            },
            {
                "": f"version {found.version}, challenger",
                "expected": f"{found.expected_after:,.0f}",
                "calibration error": f"{found.error_after:.4f}",
                "mean chance, last scoring": f"{found.mean_after:.2%}",
            },
        ],
    )
    say(f"calibration: {found.calibration}")
    say(f"{pipeline}: version {found.version} is a challenger; next: leadlift promote {pipeline}")
