"""leadlift ui."""

from __future__ import annotations

from typing import Annotated

import typer

from leadlift.cli.console import say
from leadlift.cli.options import HERE, WorkspaceDir

app = typer.Typer()


@app.command(short_help="Open the MLflow pages.")
def ui(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on this machine.")] = 5000,
    workspace: WorkspaceDir = HERE,
) -> None:
    """Open the MLflow pages on this workspace's runs, for this machine only. End it with Ctrl-C.

    Example: leadlift ui --port 5001
    """
    import os
    import subprocess

    from leadlift.specs import open_workspace
    from leadlift.tracking import QUIET, open_tracker, ui_address, ui_command

    ws = open_workspace(workspace)
    command = ui_command(ws.file.tracking_uri, ws.root, port)
    open_tracker(ws.file.tracking_uri, ws.root, ws.file.name)
    say(f"{ui_address(port)}  (ready in about ten seconds; Ctrl-C ends it)")
    try:
        subprocess.run(command, env={**os.environ, **QUIET}, check=False)
    except KeyboardInterrupt:
        say("ended")
