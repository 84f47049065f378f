"""Random definitions over random histories, on Spark: the same plain oracle as for the embedded engine.

Fewer than there, since each takes a second. More: pytest tests/features --engine spark
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ..features import histories as h
from ..features.building import new_engine
from ..features.test_oracle import agree, several
from ..sparks import needs_spark

pytestmark = [needs_spark, pytest.mark.slow]

few = settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, spark: Any) -> Iterator[Any]:
    made = new_engine(tmp_path_factory.mktemp("features"), "spark")
    yield made
    made.close()


@few
@given(h.events(), several(h.event_definitions()))
def test_features_of_events(engine, table, definitions):
    agree(engine, *table, definitions)


@few
@given(h.snapshots(), several(h.snapshot_definitions()))
def test_features_of_snapshots(engine, table, definitions):
    agree(engine, *table, definitions)


@few
@given(h.intervals(), several(h.interval_definitions()))
def test_features_of_intervals(engine, table, definitions):
    agree(engine, *table, definitions)


@few
@given(h.attributes(), several(h.attribute_definitions()))
def test_features_of_attributes(engine, table, definitions):
    agree(engine, *table, definitions)
