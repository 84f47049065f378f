"""leadlift schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadlift.cli.console import relative, say

app = typer.Typer()


@app.command(short_help="Write JSON Schemas of the specs.")
def schema(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to.")] = Path("schemas"),
) -> None:
    """Write the JSON Schema of every kind of spec file, so that an editor completes and checks them.

    Name one in the first line of a file: # yaml-language-server: $schema=schemas/pipeline.schema.json

    Example: leadlift schema --out schemas
    """
    from leadlift.workflows.schema import write_schemas

    for path in write_schemas(out):
        say(relative(path))
