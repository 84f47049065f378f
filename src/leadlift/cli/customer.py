"""leadlift customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, without_collecting, working
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir

app = typer.Typer()
MODELS = ".leadlift/cache/models"


@app.command(short_help="Tell all that is known of one customer.")
def customer(
    customer: Annotated[str, typer.Argument(metavar="ID", help="The customer's id, as text.")],
    as_of: LastDay = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the page to FILE, with pictures.")
    ] = None,
    with_pii: Annotated[
        bool,
        typer.Option(
            "--with-pii", help="Show personal and protected columns too; the look-up goes on record."
        ),
    ] = False,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Show one customer as known on a day: who, what they hold, activity, scores with reasons, what may be offered.

    Nothing known later is used. Personal columns are not shown unless asked for; that is written to kept/lookups.jsonl.

    Example: leadlift customer 00000042 --as-of 2026-06-30
    """
    from leadlift.workflows.aside import beside, settle_arrow

    day = as_of.date() if as_of is not None else None
    # for a second or two: looking for garbage would take a fifth of it
    with without_collecting():
        with working("customer") as bar, beside(workspace / MODELS) as aside:
            from leadlift.specs import open_workspace
            from leadlift.workflows.customer import customer as run

            settle_arrow()
            ws = open_workspace(workspace)
            found = run(ws, customer, day, with_pii=with_pii, aside=aside, progress=bar)
        if html is not None:
            from leadlift.workflows.customer_page import write_page

            say(relative(write_page(ws, found, html)))
        if json:
            print_json(found)
        elif html is None:
            from leadlift.cli.customer_shown import show

            show(found, ws.file.language)
