"""The ledger of a workspace: the one way to all lists and outcomes, wherever they are kept."""

from __future__ import annotations

import os
from pathlib import Path

from leadlift.errors import UserError
from leadlift.ledger import Ledger, open_ledger
from leadlift.ledger.places import LEADS
from leadlift.specs import FILE, Workspace, read_workspace
from leadlift.specs.workspace import LEDGER, LEDGER_RULE
from leadlift.tracking.places import whole_uri

URL_VARIABLE = "LEADLIFT_LEDGER"


def ledger_of(ws: Workspace) -> Ledger:
    """The ledger that LEADLIFT_LEDGER or `ledger` of leadlift.yaml names, as it is now; else the workspace's own files.

    Raises UserError for a database that cannot be reached.
    """
    return open_ledger(ledger_url(ws), ws.file.name, ws.root)


def ledger_url(ws: Workspace) -> str | None:
    """The URL of the database; None where the files are the ledger."""
    url = os.environ.get(URL_VARIABLE) or ws.file.ledger
    if url and not LEDGER.match(url):
        # not repeated: it may hold a password
        raise UserError(f"{URL_VARIABLE}: {LEDGER_RULE}")
    return whole_uri(url, ws.root) if url else None


def lists_at(root: Path) -> Path:
    """The folder of all lists of the workspace at this place, as far as it can be read."""
    ws = read_workspace(root)[0] if (root / FILE).is_file() else None
    return (root if ws is None else ledger_of(ws).root) / LEADS
