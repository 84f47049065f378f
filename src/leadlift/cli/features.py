"""leadlift features sql | build; the commands that look things up are in features_catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from leadlift.cli import features_catalogue, features_preview
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


@app.command(short_help="Print the query of a feature.")
def sql(
    name: FeatureName,
    dialect: Annotated[str, typer.Option(help="duckdb or spark.")] = "duckdb",
    workspace: WorkspaceDir = HERE,
) -> None:
    """Print the query that computes a feature for the customers and as-of dates of the table `spine`.

    Example: leadlift features sql days_since_txn_180d --dialect spark
    """
    from leadlift.specs import open_workspace
    from leadlift.workflows.features import sql_text

    say(sql_text(open_workspace(workspace), name, dialect))


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
