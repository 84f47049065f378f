"""The databases that a study may be kept in and that several processes share."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["postgresql", "mysql"])
def shared(request) -> str:
    """The URL of an empty database on a server that is real."""
    return request.getfixturevalue("new_database" if request.param == "postgresql" else "new_mysql")
