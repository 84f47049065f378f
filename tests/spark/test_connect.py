"""Spark Connect: a server in another program, no session of our own, and the same file of scores."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadlift.models import Model

from ..sparks import needs_spark
from ..workspaces import DAY, PIPELINE
from .cluster import connect_server
from .contacts import make_contacts
from .test_cluster import SCORES, SOURCE, begin_scoring
from .test_growing_together import SAMPLED, growing, lines

pytestmark = [
    needs_spark,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("grpc") is None, reason="needs `pip install 'pyspark[connect]'`"
    ),
]


def test_a_scoring_by_spark_connect_is_the_embedded_engines(bank: Path, tmp_path: Path):
    embedded = pq.read_table(bank / SCORES)
    (bank / SCORES).unlink()
    file = bank / "leadlift.yaml"
    with connect_server(tmp_path / "server", SOURCE) as address:
        engine = f"engine: {{kind: spark, master: '{address}'}}\n"
        file.write_text(file.read_text(encoding="utf-8") + engine, encoding="utf-8")
        scoring = begin_scoring(bank)
        said, _ = scoring.communicate(timeout=240)
    assert scoring.returncode == 0, said
    assert f"scored by my-bank.{PIPELINE}" in said
    assert pq.read_table(bank / SCORES).equals(embedded)
    assert (bank / "scores" / PIPELINE / DAY / "manifest.json").is_file()


def test_trees_grow_in_tasks_at_once_by_spark_connect_too(tmp_path: Path):
    folder = tmp_path / "workspace"
    make_contacts(folder)
    file = folder / "leadlift.yaml"
    with connect_server(tmp_path / "server", SOURCE) as address:
        engine = f"engine: {{kind: spark, master: '{address}'}}\n"
        file.write_text(file.read_text(encoding="utf-8") + engine, encoding="utf-8")
        with growing(folder, tmp_path / "models", {"one": SAMPLED}) as process:
            said, _ = process.communicate(timeout=240)
    assert process.returncode == 0, said
    assert "grown by 2 tasks of the engine" in str(lines(said)["one"].get("parts")), said
    assert Model.load(tmp_path / "models/one").booster.num_trees() > 10
