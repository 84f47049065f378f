"""Features built as commands build them, from files, blocks and caches, whichever way they are computed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.engines.duckdb import DuckDbEngine
from leadlift.features import Home, Spine, feature_query, keep_spine, open_sources, together
from leadlift.specs import FeatureDef, Source

from .building import Case, Row, arrow

FACTS = "facts"


def lay(folder: Path, source: Source, pieces: Mapping[str, Sequence[Row]]) -> Source:
    """Write each piece of a source as a Parquet file of its own; the source that reads them."""
    (folder / FACTS).mkdir(exist_ok=True)
    for name, rows in pieces.items():
        pq.write_table(arrow(source, rows), folder / FACTS / f"{name}.parquet")
    return source.model_copy(update={"path": f"{FACTS}/*.parquet"})


@contextmanager
def home_in(folder: Path, source: Source, way: str, memory: int | None = None, zone: str = "UTC"):
    """The source, open, with a cache in the folder. zone: the workspace's."""
    engine = DuckDbEngine(folder, folder / "cache", zone, memory)
    try:
        home, faults = open_sources(engine, folder / "cache", {FACTS: source}, "customer_id", way)
        assert faults == []
        yield home
    finally:
        engine.close()


def spine_of(home: Home, cases: Sequence[Case], *, by_day: bool) -> Spine:
    """The cases as a spine: a block for each day, or all in one."""
    days = sorted({day for _, day in cases}) if by_day else [None]
    spines = []
    for day in days:
        mine = [case for case in cases if day in (None, case[1])]
        table = pa.table(
            {"customer_id": [who for who, _ in mine], "as_of": pa.array([d for _, d in mine], pa.date32())}
        )
        home.engine.define_table("wanted", table)
        spines.append(keep_spine(home, exp.select("*").from_("wanted"), [str(sorted(mine))]))
    return together(home, spines)


def features_in(
    home: Home, features: Mapping[str, FeatureDef], cases: Sequence[Case], *, by_day: bool = True
) -> dict[Case, dict[str, object]]:
    """Every feature of every case."""
    query, _ = feature_query(home, features, list(features), spine_of(home, cases, by_day=by_day))
    rows = home.engine.table(query).to_pylist()
    assert [(row["as_of"], row["customer_id"]) for row in rows] == sorted((d, who) for who, d in cases)
    return {(row.pop("customer_id"), row.pop("as_of")): row for row in rows}


@contextmanager
def built_by(way: str, source: Source, pieces: Mapping[str, Sequence[Row]]):
    """A home in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        declared = lay(Path(folder), source, pieces)
        with home_in(Path(folder), declared, way) as home:
            yield home
