"""leadlift cache arrange: large sources in the order of customers too, so that one customer's page reads few rows."""

from __future__ import annotations

from leadlift.customers.arranged import LEAST_ROWS, Arranged, arrange
from leadlift.errors import UserError
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace
from leadlift.workflows.customer_home import key_of
from leadlift.workflows.session import opened


def arrange_sources(ws: Workspace, least: int = LEAST_ROWS, progress: Progress = SILENT) -> list[Arranged]:
    """Copy what is large and has no copy yet. Raises UserError on an engine whose rows lie elsewhere."""
    with opened(ws) as home:
        if home.engine.spread:
            raise UserError(
                "cache arrange: with engine: spark rows stay where they are; arrange the tables there"
            )
        named = {name: key_of(source, home.customer_key) for name, source in home.sources.items()}
        return arrange(home, {name: key for name, key in named.items() if key is not None}, least, progress)
