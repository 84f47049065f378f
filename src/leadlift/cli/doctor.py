"""leadlift doctor."""

from __future__ import annotations

import typer

from leadlift.cli.console import print_json, say, table
from leadlift.cli.options import HERE, Json, WorkspaceDir
from leadlift.errors import UserError

app = typer.Typer()


@app.command(short_help="Find what is wrong, and how to mend it.")
def doctor(workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Look at versions, paths, engine and store; say what is wrong and how to mend it.

    Example: leadlift doctor
    """
    from leadlift.workflows.doctor import examine

    findings = examine(workspace)
    if json:
        print_json(findings)
    else:
        table(
            "", [{"": "mend" if one.mend else "ok", "what": one.what, "found": one.found} for one in findings]
        )
    ill = [one for one in findings if one.mend]
    if ill:
        raise UserError(
            "\n".join(f"{one.what}: {one.found}. {one.mend[0].upper()}{one.mend[1:]}" for one in ill)
        )
    if not json:
        say("all is well")
