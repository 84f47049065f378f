"""The same tracker on an MLflow server, which the command behind `leadlift ui` starts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from datetime import UTC, datetime
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from leadlift.tracking import QUIET, open_tracker, ui_command


@pytest.fixture
def server(root):
    """The address of a server on a store of its own, on this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ui_command("sqlite:///mlruns/mlflow.db", root, port)
    log = (root / "server.log").open("w")
    process = subprocess.Popen(
        command, cwd=root, env={**os.environ, **QUIET}, stdout=log, stderr=log, start_new_session=True
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()


def wait_for(address, process, seconds=120):
    """Until it answers; a server that ended, or takes too long, fails the test."""
    for _ in range(seconds * 2):
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            assert process.poll() is None, "the server ended"
            time.sleep(0.5)
    pytest.fail(f"no answer in {seconds} seconds")


@pytest.mark.slow
def test_a_model_lives_its_life_on_a_server(server, root, booster, model_folder, tmp_path):
    tracker = open_tracker(server, root, "bank")
    with tracker.run("deposits", "train", "first") as run:
        run.metrics({"oot.auc": 0.74})
        run.text("specs/pipeline.yaml", "pipeline: deposits\n")
        run.model(booster, model_folder, ["age", "balance"])
    version = tracker.register(run.id, "deposits")
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    tracker.promote("deposits", version.version, who="ann", when=noon, why="first", gates={})
    assert tracker.version("deposits", "champion").version == 1
    assert tracker.artifact(run.id, "specs/pipeline.yaml") == b"pipeline: deposits\n"
    back = tracker.download(version, tmp_path / "back")
    assert (back / "model.txt").read_bytes() == (model_folder / "model.txt").read_bytes()
    assert {path.name for path in root.iterdir()} >= {"mlruns"}
    assert not (root / "mlflow.db").exists()
