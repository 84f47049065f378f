"""leadlift check."""

from __future__ import annotations

import typer

from leadlift.cli.console import print_json, say, working
from leadlift.cli.options import HERE, Json, WorkspaceDir
from leadlift.errors import GateError

app = typer.Typer()


@app.command(short_help="Tell every fault of specs and data.")
def check(workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Read every spec and look at all data; tell every fault at once, with file and line.

    Exit code 0: nothing to mend. 2: specs or files must be mended. 3: data breaks its contract.

    Example: leadlift check
    """
    from leadlift.workflows.check import check as run

    with working("check") as bar:
        found = run(workspace, bar)
    if json:
        print_json(found)
    else:
        for note in found.notes:
            say(f"note: {note}")
        say(
            f"{found.workspace}: {found.sources} sources, {found.features} features, {found.pipelines} pipelines, "
            f"{found.campaigns} campaigns"
        )
    if found.broken:
        raise GateError("\n".join(str(problem) for problem in found.broken))
    if not json:
        say("no faults")
