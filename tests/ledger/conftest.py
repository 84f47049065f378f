"""Databases to keep a ledger in."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("new_database")


@pytest.fixture(params=["files", "sqlite", "postgresql"])
def place(request, tmp_path) -> str | None:
    """Where a ledger may be: the URL of an empty database, or None for the workspace's files."""
    if request.param == "files":
        return None
    return (
        f"sqlite:///{tmp_path / 'l.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("new_database")
    )
