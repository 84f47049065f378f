"""One engine for all tests of segments."""

from __future__ import annotations

import pytest

from leadlift.engines.duckdb import DuckDbEngine


@pytest.fixture(scope="session")
def engine(tmp_path_factory) -> DuckDbEngine:
    folder = tmp_path_factory.mktemp("segments")
    made = DuckDbEngine(folder, folder / "cache")
    yield made
    made.close()
