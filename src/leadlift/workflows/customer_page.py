"""The page of a customer as a file."""

from __future__ import annotations

from pathlib import Path

from leadlift.customers.facts import Customer
from leadlift.customers.page import customer_page
from leadlift.engines.files import write_text
from leadlift.specs import Workspace


def write_page(ws: Workspace, found: Customer, path: Path) -> Path:
    """Write the page, whole or not at all. Returns its path."""
    return write_text(path, customer_page(found, ws.file.language))
