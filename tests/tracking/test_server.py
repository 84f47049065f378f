"""The same tracker on an MLflow server, which the command behind `leadlift ui` starts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadlift.tracking import open_tracker, ui_command

from ..servers import free_port, mlflow_server


@pytest.fixture
def server(root):
    """The address of a server on a store of its own, on this machine only."""
    port = free_port()
    command = ui_command("sqlite:///mlruns/mlflow.db", root, port)
    with mlflow_server(command, root, port) as address:
        yield address


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
