"""What all tests share: a finished workspace, and the option that writes golden files anew."""

from __future__ import annotations

import os

# before LightGBM is imported: its idle threads must not spin, nor two workers fight for two processors
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from .buckets import s3
from .servers import mysql, new_database, new_mysql, postgres
from .sparks import spark
from .workspaces import bank, finished, leadlift, starter

# fixtures for every room
__all__ = [
    "bank",
    "finished",
    "leadlift",
    "mysql",
    "new_database",
    "new_mysql",
    "postgres",
    "s3",
    "spark",
    "starter",
]

# a slow machine is no fault of a law
settings.register_profile("leadlift", deadline=None)
settings.load_profile("leadlift")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew; read the diff"
    )
    parser.addoption(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help="where the tests of features build them",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests go first: what is left for the end is short, so that no processor waits for the other."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of this name, or write it anew with --update-golden."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no golden file {name}: run pytest --update-golden and read what it wrote"
        assert text == path.read_text(encoding="utf-8"), (
            f"{name} has drifted; if meant: pytest --update-golden"
        )

    return compare
