"""A bank of a few customers, written out as CSV, with its specs in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadlift.engines.duckdb import DuckDbEngine
from leadlift.features import Home, open_sources
from leadlift.progress import SILENT
from leadlift.specs import Workspace, open_workspace
from leadlift.training import TrainingTable, training_table


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], tuple[Workspace, Home]]]:
    """Open a workspace given as file name -> text."""
    with ExitStack() as stack:

        def opened(files: dict[str, str]) -> tuple[Workspace, Home]:
            for name, text in files.items():
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(text, encoding="utf-8")
            workspace = open_workspace(tmp_path)
            engine = DuckDbEngine(tmp_path, tmp_path / "cache", workspace.file.timezone)
            stack.callback(engine.close)
            home, faults = open_sources(engine, tmp_path / "cache", workspace.sources, "customer_id")
            assert faults == []
            return workspace, home

        yield opened


@pytest.fixture
def table_of(small: Callable[[dict[str, str]], tuple[Workspace, Home]]) -> Callable[..., TrainingTable]:
    """The training table of the one pipeline of a workspace."""

    def made(files: dict[str, str]) -> TrainingTable:
        workspace, home = small(files)
        (spec,) = workspace.pipelines.values()
        return training_table(spec, workspace.features, home, SILENT)

    return made
