"""Words that several commands share."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

WorkspaceDir = Annotated[
    Path,
    typer.Option(
        "--workspace", "-w", metavar="DIR", help="The folder with leadlift.yaml.", show_default="this folder"
    ),
]
PipelineName = Annotated[str, typer.Argument(metavar="PIPELINE", help="The name in pipelines/*.yaml.")]
CampaignName = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The name in pipelines/campaigns/*.yaml.")
]
AsOf = Annotated[
    datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day we stand on.")
]
LastDay = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day we stand on.",
        show_default="the day the data ends",
    ),
]
Today = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day we stand on.", show_default="today"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

HERE = Path()
