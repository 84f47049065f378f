"""leadlift cache list | arrange | clean."""

from __future__ import annotations

from typing import Annotated

import typer

from leadlift.cli.console import print_json, say, size, table, working
from leadlift.cli.options import HERE, Json, WorkspaceDir

GROUP = "cache"

app = typer.Typer(
    help="See what the cache holds, and make room in it.\n\nExample: leadlift cache list",
    no_args_is_help=True,
)


@app.command("list", short_help="What the cache holds.")
def list_(workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Say what the cache holds, by kind, how much room it takes and when it was last used.

    Example: leadlift cache list
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.cache import cached

    kept = cached(open_workspace(workspace))
    if json:
        print_json(kept)
        return
    rows = [
        {"kind": k.kind, "holds": k.what, "entries": k.entries, "size": size(k.bytes), "used": k.newest}
        for k in kept
    ]
    table("", rows)
    say(f"{size(sum(one.bytes for one in kept))} in all; it may be deleted at any time, and is built again")


@app.command(short_help="Keep large sources in the order of customers too.")
def arrange(workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Keep sources of a million rows and more once more in the order of customers, for `leadlift customer` to read.

    Without it a page reads the customer's key of every row. Run it again when data has come: only new or changed files
    are copied. It takes about as much room as the sources' own files.

    Example: leadlift cache arrange
    """
    from leadlift.customers.arranged import LEAST_ROWS
    from leadlift.specs import open_workspace
    from leadlift.workflows.arrange import arrange_sources

    with working("arrange") as bar:
        found = arrange_sources(open_workspace(workspace), progress=bar)
    if json:
        print_json(found)
        return
    rows = [
        {
            "source": one.source,
            "rows": f"{one.rows:,}",
            "pieces": one.pieces,
            "copied now": one.made,
            "size": size(one.bytes),
        }
        for one in found
    ]
    table("", rows)
    if not found:
        say(f"no source has {LEAST_ROWS:,} rows: pages are read from their files soon enough")


@app.command(short_help="Remove what the cache holds.")
def clean(
    older_than: Annotated[
        int | None,
        typer.Option("--older-than", min=0, metavar="DAYS", help="Only what was not used for so long."),
    ] = None,
    workspace: WorkspaceDir = HERE,
    json: Json = False,
) -> None:
    """Remove what the cache holds, or what has not been used for some days. Nothing is lost: it is built again.

    Example: leadlift cache clean --older-than 90
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.cache import clean as run

    gone = run(open_workspace(workspace), older_than)
    if json:
        print_json(gone)
        return
    say(f"{gone.entries} entries removed, {size(gone.bytes)}")
