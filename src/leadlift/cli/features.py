"""leadlift features sql | build; the group's other commands have files of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from leadlift.cli import features_catalogue, features_plan, features_preview, features_verify
from leadlift.cli.console import print_json, relative, say, working
from leadlift.cli.options import HERE, AsOf, Json, WorkspaceDir

GROUP = "features"
FeatureName = Annotated[str, typer.Argument(metavar="NAME", help="The feature's name.")]

app = typer.Typer(
    help="List, show, profile and build features.\n\nExample: leadlift features list --subject risk",
    no_args_is_help=True,
)


features_catalogue.add_to(app)
features_preview.add_to(app)
features_plan.add_to(app)
features_verify.add_to(app)


@app.command(short_help="Print the query of a feature.")
def sql(
    name: FeatureName,
    dialect: Annotated[str, typer.Option(help="duckdb or spark.")] = "duckdb",
    workspace: WorkspaceDir = HERE,
) -> None:
    """Print the query that computes a feature for the customers and as-of dates of the table `spine`.

    Where a build may take tiles instead (see `leadlift features plan`), what is then read of each row follows as a
    comment.

    Example: leadlift features sql days_since_txn_180d --dialect spark
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.features import sql_text, tile_text

    ws = open_workspace(workspace)
    say(sql_text(ws, name, dialect))
    if dialect == "duckdb" and (read := tile_text(ws, name)):
        lines = [f"-- {line}".rstrip() for line in read.splitlines()]
        say(
            "\n".join(
                ["", "-- by tiles, this is read of each row, once for each file of the source:", *lines]
            )
        )


@app.command(short_help="Build every feature as of a day.")
def build(as_of: AsOf, workspace: WorkspaceDir = HERE, json: Json = False) -> None:
    """Build every feature of every customer as of a day.

    Example: leadlift features build --as-of 2026-06-30
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.features import build as run

    with working("features") as bar:
        built = run(open_workspace(workspace), as_of.date(), bar)
    if json:
        print_json(built)
        return
    say(
        f"{built.features} features of {built.customers:,} customers as of {built.as_of}: {relative(built.path)}"
    )
