"""All definitions of the demo bank on both engines: the same features, cases, scores and faults, row for row."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from leadlift.contracts import judge, last_day, look
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.features import Home, feature_query, open_sources
from leadlift.progress import SILENT
from leadlift.simulate import BankPlan, simulate
from leadlift.specs import Pipeline, Workspace, open_workspace
from leadlift.specs.pipelines import FeatureChoice
from leadlift.training import everyone_spine, training_table

from ..sparks import needs_spark

pytestmark = [needs_spark, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
SPECS = ("leadlift.yaml", "feature_defs", "pipelines")
PIPELINES = sorted(path.stem for path in (ROOT / "pipelines").glob("*.yaml"))
DAYS = [date(2026, 2, 28), date(2026, 6, 30)]


@dataclass(frozen=True)
class Both:
    """The same bank, open on both engines."""

    ws: Workspace
    duckdb: Home
    spark: Home

    def answers(self, ask: Any) -> tuple[Any, Any]:
        return ask(self.duckdb), ask(self.spark)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, spark: Any) -> Iterator[Both]:
    """The root's specs over a bank of 400 customers."""
    from leadlift.engines.spark.engine import SparkEngine

    root = tmp_path_factory.mktemp("bank")
    for name in SPECS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    simulate(BankPlan(customers=400, months=13, end=date(2026, 6, 30), seed=7), root / "data")
    ws = open_workspace(root)
    engines = [make(root, root / make.dialect, ws.file.timezone) for make in (DuckDbEngine, SparkEngine)]
    homes = []
    for engine in engines:
        home, faults = open_sources(engine, root / engine.dialect, ws.sources, ws.file.customer_key)
        assert faults == []
        homes.append(home)
    yield Both(ws, *homes)
    for engine in engines:
        engine.close()


def assert_same(one: pa.Table, other: pa.Table) -> None:
    """Row for row: texts, days and whole numbers equal, others to 1e-9 of themselves, nulls in the same places."""
    assert one.schema.equals(other.schema)
    assert one.num_rows == other.num_rows > 0
    for name in one.column_names:
        a, b = one[name].combine_chunks(), other[name].combine_chunks()
        if not pa.types.is_floating(a.type):
            assert a.equals(b), name
            continue
        assert a.is_null().equals(b.is_null()), name
        np.testing.assert_allclose(
            b.to_numpy(zero_copy_only=False),
            a.to_numpy(zero_copy_only=False),
            rtol=1e-9,
            atol=0,
            err_msg=name,
        )


def test_every_feature_of_everyone_at_two_dates(both: Both):
    def built(home: Home) -> pa.Table:
        query, _ = feature_query(home, both.ws.features, list(both.ws.features), everyone_spine(home, DAYS))
        return home.engine.table(query)

    one, other = both.answers(built)
    assert_same(one, other)
    assert one.num_columns == 2 + len(both.ws.features)


@pytest.mark.parametrize("name", PIPELINES)
def test_the_training_table_of_every_pipeline(both: Both, name: str):
    def made(home: Home) -> pa.Table:
        return training_table(both.ws.pipeline(name), both.ws.features, home, SILENT).table

    assert_same(*both.answers(made))


def test_targets_by_last_touch(both: Both):
    spec = both.ws.pipeline("term_deposit_response")
    target = spec.target.model_copy(update={"last_touch": True})
    last = spec.model_copy(update={"target": target, "features": FeatureChoice(include=("savings_balance",))})

    def made(one: Pipeline) -> Callable[[Home], pa.Table]:
        return lambda home: training_table(one, both.ws.features, home, SILENT).table

    assert_same(*both.answers(made(last)))
    every = made(last.model_copy(update={"target": spec.target}))(both.duckdb)["target"]
    credited = made(last)(both.duckdb)["target"]
    assert 0 < pc.sum(credited).as_py() < pc.sum(every).as_py()


def test_what_breaks_the_contracts_and_by_how_much(both: Both):
    """The bank is sound; the same data under harder rules is not."""
    sources = dict(both.ws.sources)
    harder = {
        "amount": {"min": 0, "max": 100},
        "region": {"allowed": ["North"]},
        "channel": {"pattern": "a.*"},
    }
    for name, source in sources.items():
        columns = {
            column: spec.model_copy(update=harder.get(column, {"required": True}))
            for column, spec in source.columns.items()
        }
        sources[name] = source.model_copy(update={"columns": columns})

    def findings(home: Home) -> list[Any]:
        key = both.ws.file.customer_key
        seen = [look(home.engine, name, source, sources, key) for name, source in sources.items()]
        return [finding for one in seen for finding in judge(one, last_day(seen), asked=False).findings]

    one, other = both.answers(findings)
    assert one == other
    assert sum(finding.failing > 0 for finding in one) > 5
