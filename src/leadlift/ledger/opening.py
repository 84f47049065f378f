"""Which ledger a workspace has."""

from __future__ import annotations

from pathlib import Path

from leadlift.ledger.files import FileLedger
from leadlift.ledger.protocol import Ledger


def open_ledger(url: str | None, name: str, root: Path) -> Ledger:
    """The workspace's own files, or with a URL the database, read as it is now.

    name: the workspace's, which tells apart those that share a database. Raises UserError, without the URL's password,
    for a database that cannot be reached.
    """
    if url is None:
        return FileLedger(root)
    from leadlift.ledger.shared import open_shared

    return open_shared(url, name, root)
