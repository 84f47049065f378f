"""leadlift customer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from leadlift.cli.console import print_json, relative, say, without_collecting, working
from leadlift.cli.options import HERE, Json, LastDay, WorkspaceDir
from leadlift.errors import UserError

app = typer.Typer()
MODELS = ".leadlift/cache/models"


@app.command(short_help="Tell all that is known of one customer.")
def customer(
    customer: Annotated[
        str | None, typer.Argument(metavar="ID", help="The customer's id, as text.", show_default=False)
    ] = None,
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
    serve: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            metavar="PORT",
            help="Answer a browser on this machine, customer after customer, until Ctrl-C; 0 takes a free port.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Show one customer as known on a day: who, what they hold, activity, scores with reasons, what may be offered.

    Nothing known later is used. Personal columns are not shown unless asked for; that is written to kept/lookups.jsonl.

    Example: leadlift customer 00000042 --as-of 2026-06-30

    Example: leadlift customer --serve 8600
    """
    if serve is not None:
        _serve(workspace, serve, alone=not (customer or as_of or html or with_pii or json))
    elif customer is None:
        raise UserError(
            "customer: name one by its id, or look them up in a browser: leadlift customer --serve 8600"
        )
    else:
        day = as_of.date() if as_of is not None else None
        _tell(workspace, customer, day, html, with_pii=with_pii, json=json)


def _tell(
    root: Path, customer: str, day: date | None, html: Path | None, *, with_pii: bool, json: bool
) -> None:
    """Make the page, and show or write it."""
    from leadlift.workflows.aside import beside, settle_arrow

    # for a second or two: looking for garbage would take a fifth of it
    with without_collecting():
        with working("customer") as bar, beside(root / MODELS) as aside:
            from leadlift.specs import open_workspace
            from leadlift.workflows.customer import customer as run

            settle_arrow()
            ws = open_workspace(root)
            found = run(ws, customer, day, with_pii=with_pii, aside=aside, progress=bar)
        if html is not None:
            from leadlift.workflows.customer_page import write_page

            say(relative(write_page(ws, found, html)))
        if json:
            print_json(found)
        elif html is None:
            from leadlift.cli.customer_shown import show

            show(found, ws.file.language)


def _serve(root: Path, port: int, *, alone: bool) -> None:
    """Answer until Ctrl-C. alone: whether nothing else was asked for."""
    if not alone:
        raise UserError(
            "--serve asks in the browser for customer and day, and never shows personal columns; give it alone"
        )
    from leadlift.workflows.aside import settle_arrow
    from leadlift.workflows.customer_served import serve

    settle_arrow()
    try:
        serve(root, port, lambda address: say(f"{address}  (for this machine alone; Ctrl-C ends it)"))
    except OSError as error:
        raise UserError(
            f"--serve {port}: {error.strerror}. Name another port, or 0 for a free one"
        ) from error
    except KeyboardInterrupt:
        say("ended")
