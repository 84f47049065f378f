"""The engines that the contract suite runs on: a new engine joins by being named here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from leadlift.engines import Engine, Fault
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.specs import Source

from ..sparks import needs_spark


def _on_spark(root: Path, timezone: str) -> Engine:
    from leadlift.engines.spark.engine import SparkEngine

    return SparkEngine(root, root / "cache", timezone)


ENGINES: dict[str, Callable[[Path, str], Any]] = {
    "duckdb": lambda root, timezone: DuckDbEngine(root, root / "cache", timezone),
    "spark": _on_spark,
}


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=needs_spark)])
def new_engine(request, tmp_path) -> Iterator[Callable[..., Engine]]:
    """Make an engine that stands in tmp_path: new_engine(timezone="Asia/Shanghai")."""
    made: list[Any] = []
    if request.param == "spark":
        request.getfixturevalue("spark")

    def make(timezone: str = "UTC") -> Engine:
        made.append(ENGINES[request.param](tmp_path, timezone))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(new_engine) -> Engine:
    return new_engine()


def source(columns: str, path: str = "data.csv", **more: Any) -> Source:
    """A flat source whose columns are written `id:string amount:decimal`."""
    types = {name: {"type": kind} for name, kind in (column.split(":") for column in columns.split())}
    return Source.model_validate({"path": path, "kind": "flat", "columns": types, **more})


Read = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def faults(engine, tmp_path) -> Callable[..., list[Fault]]:
    """What opening this file as this source finds wrong."""

    def opened(
        content: str | bytes,
        columns: str,
        *,
        path: str = "data.csv",
        using: Engine | None = None,
        **more: Any,
    ):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return (using or engine).open_source("it", source(columns, path, **more))

    return opened


@pytest.fixture
def read(engine, faults) -> Read:
    """The rows of a file, read as this source; any fault is the test's own."""

    def rows(
        content: str | bytes, columns: str, *, using: Engine | None = None, **more: Any
    ) -> list[tuple[Any, ...]]:
        assert faults(content, columns, using=using, **more) == []
        return all_rows(using or engine, "it")

    return rows


def all_rows(engine: Engine, name: str) -> list[tuple[Any, ...]]:
    found = engine.table(exp.select("*").from_(exp.to_table(name)))
    return [tuple(row.values()) for row in found.to_pylist()]
