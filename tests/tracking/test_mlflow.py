"""What holds of the MLflow tracker alone: files on disk, processes that die, stores that fail, silence."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from leadlift.errors import UserError
from leadlift.tracking import open_tracker
from leadlift.tracking._mlflow import MlflowClient
from leadlift.tracking.places import whole_uri

URI = "sqlite:///mlruns/mlflow.db"


def python(code, cwd):
    """A process of its own that runs this code, with warnings as errors."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


OPENS = f"""
from pathlib import Path
from leadlift.tracking import open_tracker
tracker = open_tracker({URI!r}, Path('.'), 'bank')
"""


DIES = f"""{OPENS}
import os, signal
with tracker.run('deposits', 'train', 'doomed') as run:
    run.metrics({{'auc': 0.7}})
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_whose_process_died_is_marked_killed_by_the_next_and_says_nothing_on_the_console(root):
    process = python(DIES, root)
    assert process.communicate() == ("", "")
    assert process.returncode == -signal.SIGKILL
    (record,) = open_tracker(URI, root, "bank").runs("deposits")
    assert (record.status, record.metrics) == ("KILLED", {"auc": 0.7})


def test_a_run_whose_process_lives_is_left_alone(root):
    tracker = open_tracker(URI, root, "bank")
    with tracker.run("deposits", "train", "going on"):
        open_tracker(URI, root, "bank")
        assert tracker.runs("deposits")[0].status == "RUNNING"


def test_a_kill_while_the_store_is_created_leaves_nothing_half_made(tmp_path):
    process = python(OPENS, tmp_path)
    folder = tmp_path / "mlruns"
    while not list(folder.glob(".mlflow.db.*.new")) and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert not (folder / "mlflow.db").exists()
    open_tracker(URI, tmp_path, "bank")
    assert [path.name for path in folder.iterdir()] == ["mlflow.db"]


def test_nothing_is_written_where_one_stands(root, tmp_path_factory, monkeypatch, booster, model_folder):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    tracker = open_tracker(URI, root, "bank")
    with tracker.run("deposits", "train", "x") as run:
        run.text("a.txt", "a")
        run.model(booster, model_folder, ["age", "balance"])
    tracker.register(run.id, "deposits")
    assert list(elsewhere.iterdir()) == []
    assert {path.name for path in (root / "mlruns").iterdir()} == {"mlflow.db", "artifacts"}


def test_mlflow_can_load_the_model_by_itself_without_pickle(root, booster, model_folder, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    tracker = open_tracker(URI, root, "bank")
    with tracker.run("deposits", "train", "x") as run:
        run.model(booster, model_folder, ["age", "balance"])
    version = tracker.register(run.id, "deposits")
    source = MlflowClient(whole_uri(URI, root)).get_model_version_download_uri(version.name, "1")
    loaded = mlflow.pyfunc.load_model(source)
    assert loaded.metadata.get_input_schema().input_names() == ["age", "balance"]
    frame = pd.DataFrame({"balance": [0.2, 0.2], "age": [0.1, 0.9]})
    np.testing.assert_array_equal(loaded.predict(frame), booster.predict(frame[["age", "balance"]]))


@pytest.mark.parametrize("name", ["with space", "a%20b", "what?", "报告", "a#b"])
def test_a_workspace_may_have_any_name(tmp_path, new_store, name):
    shutil.copytree(new_store, tmp_path / name / "mlruns")
    tracker = open_tracker(URI, tmp_path / name, "bank")
    with tracker.run("deposits", "train", "x") as run:
        run.text("a.txt", "a")
    assert tracker.artifact(run.id, "a.txt") == b"a"


def test_a_file_that_is_no_database_is_told_by_its_setting(tmp_path):
    (tmp_path / "mlruns").mkdir()
    (tmp_path / "mlruns" / "mlflow.db").write_text("not a database, only text that somebody put here\n" * 100)
    with pytest.raises(UserError, match=r"tracking_uri: .*mlflow\.db cannot be opened: .*not a database"):
        open_tracker(URI, tmp_path, "bank")


def test_a_store_of_another_mlflow_says_how_to_bring_it_up_to_date(root):
    with sqlite3.connect(root / "mlruns" / "mlflow.db") as database:
        database.execute("update alembic_version set version_num = '451aebb31d03'")
    database.close()
    with pytest.raises(UserError, match="python -m mlflow db upgrade"):
        open_tracker(URI, root, "bank")


def test_a_server_that_is_away_is_told_in_seconds_and_without_the_password(tmp_path):
    started = time.monotonic()
    with pytest.raises(UserError, match=r"ann:\*\*\*@127\.0\.0\.1:9") as caught:
        open_tracker("http://ann:secret@127.0.0.1:9", tmp_path, "bank")
    assert time.monotonic() - started < 20
    assert "secret" not in str(caught.value)
    assert "MLFLOW_HTTP_REQUEST_MAX_RETRIES" not in os.environ


@pytest.mark.parametrize("uri", ["file:./mlruns", "ftp://somewhere", "postgresql+nodriver://x/y"])
def test_a_store_that_mlflow_does_not_take_is_told_by_its_setting(tmp_path, uri):
    with pytest.raises(UserError, match=r"leadlift\.yaml: tracking_uri"):
        open_tracker(uri, tmp_path, "bank")


def test_files_that_are_gone_are_the_users_to_mend(root, booster, model_folder, tmp_path):
    tracker = open_tracker(URI, root, "bank")
    with tracker.run("deposits", "train", "x") as run:
        run.model(booster, model_folder, ["age", "balance"])
    version = tracker.register(run.id, "deposits")
    shutil.rmtree(root / "mlruns" / "artifacts")
    with pytest.raises(UserError, match=r"bank\.deposits version 1 are not at"):
        tracker.download(version, tmp_path / "back")


def test_an_experiment_deleted_in_the_pages_comes_back_with_the_next_run(root):
    tracker = open_tracker(URI, root, "bank")
    with tracker.run("deposits", "train", "one"):
        pass
    client = MlflowClient(whole_uri(URI, root))
    client.delete_experiment(client.get_experiment_by_name("bank/deposits").experiment_id)
    with tracker.run("deposits", "train", "two"):
        pass
    assert [record.name for record in tracker.runs("deposits")] == ["two", "one"]


def test_importing_tracking_does_not_import_mlflow(tmp_path):
    process = python("import sys, leadlift.tracking; print('mlflow' in sys.modules)", tmp_path)
    assert process.communicate() == ("False\n", "")
