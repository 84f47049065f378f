"""The engine that a workspace asks for, started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadlift.engines.protocol import Engine
from leadlift.errors import UserError
from leadlift.specs.engine import EngineSpec


@contextmanager
def open_engine(spec: EngineSpec, root: Path, cache: Path, timezone: str, memory: int) -> Iterator[Engine]:
    """The engine as long as the block lasts. root: where relative paths start. memory: bytes that work may take.

    Raises UserError when it cannot be started.
    """
    if spec.kind == "spark":
        try:
            from leadlift.engines.spark.engine import SparkEngine
        except ModuleNotFoundError as missing:
            why = f"leadlift.yaml: engine: spark needs {missing.name}: pip install 'leadlift[spark]', or use duckdb"
            raise UserError(why) from missing
        spark = SparkEngine(root, cache, timezone, memory, spec.master, spec.conf)
        try:
            yield spark
        finally:
            spark.close()
        return
    from leadlift.engines.duckdb import DuckDbEngine

    embedded = DuckDbEngine(root, cache, timezone, memory)
    try:
        yield embedded
    finally:
        embedded.close()
