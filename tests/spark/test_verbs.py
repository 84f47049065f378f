"""Commands on Spark in the session that is open: the proof of features, the plan, a scoring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ..sparks import needs_spark
from ..workspaces import DAY, PIPELINE
from .test_cluster import SCORES

pytestmark = [needs_spark, pytest.mark.slow]


@pytest.fixture
def on_spark(bank: Path, spark: Any) -> Path:
    """The finished workspace, from now on on Spark; what was scored stays as the embedded engine left it."""
    file = bank / "leadlift.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "engine: spark\n", encoding="utf-8")
    return bank


def test_features_are_proved_one_way(leadlift, on_spark):
    said = leadlift("features", "verify", "--sample", "10", "--json", at=on_spark)
    assert said.code == 0, said.out
    assert "by SQL" in said.json["values"]
    assert "by tiles" not in said.json["values"]


def test_a_plan_says_why_nothing_is_arranged(leadlift, on_spark):
    said = leadlift("features", "plan", "--as-of", "2026-05-31", at=on_spark)
    assert said.code == 0
    assert "other processes" in " ".join(said.out.split())


def test_a_scoring_in_a_session_that_is_open_leaves_it_open(leadlift, on_spark, spark):
    embedded = pq.read_table(on_spark / SCORES)
    said = leadlift("score", PIPELINE, "--as-of", DAY, at=on_spark)
    assert said.code == 0, said.err
    assert pq.read_table(on_spark / SCORES).equals(embedded)
    assert spark.range(3).count() == 3


def test_another_place_than_the_open_sessions_is_refused(leadlift, on_spark):
    file = on_spark / "leadlift.yaml"
    told = file.read_text(encoding="utf-8").replace(
        "engine: spark", "engine: {kind: spark, master: 'local[3]'}"
    )
    file.write_text(told, encoding="utf-8")
    said = leadlift("score", PIPELINE, "--as-of", DAY, at=on_spark)
    assert said.code == 2
    assert "engine.master is local[3], but a Spark session is open at local[2]" in said.err
