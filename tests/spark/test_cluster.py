"""A real cluster on loopback scores a bank, loses a worker half-way, and writes the same file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ..sparks import needs_spark
from ..workspaces import DAY, PIPELINE
from .cluster import Cluster, cluster

pytestmark = [needs_spark, pytest.mark.slow]
SOURCE = Path(__file__).parents[2] / "src"
SCORES = Path("scores", PIPELINE, DAY, "scores.parquet")


def on_cluster(workspace: Path, master: str) -> None:
    """Let the workspace ask for this cluster."""
    file = workspace / "leadlift.yaml"
    engine = f"""engine:
  kind: spark
  master: {master}
  conf:
    spark.driver.host: 127.0.0.1
    spark.driver.bindAddress: 127.0.0.1
    spark.ui.enabled: false
    spark.executor.memory: 512m
    spark.sql.shuffle.partitions: 4
    spark.pyspark.python: {sys.executable}
    spark.executorEnv.PYTHONPATH: {os.pathsep.join([str(SOURCE), *sys.path])}
"""
    file.write_text(file.read_text(encoding="utf-8") + engine, encoding="utf-8")


def begin_scoring(workspace: Path) -> subprocess.Popen[str]:
    words = ["-m", "leadlift", "score", PIPELINE, "--as-of", DAY, "--workspace", str(workspace)]
    env = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    )


def killed_half_way(scoring: subprocess.Popen[str], there: Cluster) -> None:
    """Kill a worker as soon as its executor has finished a few tasks of the job."""
    victim = there.workers[0]
    until = time.monotonic() + 120
    while victim.tasks() < 5 and scoring.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert scoring.poll() is None, scoring.stdout.read() if scoring.stdout else ""
    victim.kill()


def test_a_worker_killed_half_way_changes_nothing_in_the_file(bank: Path, tmp_path: Path):
    embedded = pq.read_table(bank / SCORES)
    (bank / SCORES).unlink()
    with cluster(tmp_path / "cluster") as there:
        on_cluster(bank, there.master)
        scoring = begin_scoring(bank)
        killed_half_way(scoring, there)
        said, _ = scoring.communicate(timeout=240)
        assert scoring.returncode == 0, said
        assert there.workers[1].tasks() > 5
    log = (bank / ".leadlift/cache/spark/driver.log").read_text(errors="replace")
    assert "Lost executor" in log
    assert pq.read_table(bank / SCORES).equals(embedded)
    assert not list((bank / ".leadlift/cache/spark").glob(".tmp-*"))
