"""What a tuning run leaves behind, and where its study lies."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from leadlift.tracking import MemoryTracker
from leadlift.tracking.places import without_password
from leadlift.tuning import Standing, TrialRow, TuningResult, TuningSettings
from leadlift.workflows.tune import _words, study_place
from leadlift.workflows.tune_log import BEST, log_standing, log_tuning

TRIALS = [
    TrialRow(0, "complete", 0.20, 0.21, {"num_leaves": 15}, 40, 1.0),
    TrialRow(1, "pruned", 0.12, None, {"num_leaves": 60}, 20, 0.5),
    TrialRow(2, "interrupted", None, None, {"num_leaves": 9}, 0, 0.0),
    TrialRow(3, "complete", 0.25, 0.24, {"num_leaves": 9}, 50, 1.1),
]
FOUND = TuningResult(
    study="demo/fund-0123",
    earlier=1,
    best_params={"learning_rate": 0.04, "num_leaves": 9, "extra_trees": True},
    best_value=0.24,
    best_rounds=120,
    learned_from=1_100,
    folds=1,
    trials=TRIALS,
    importances={"num_leaves": 0.7, "max_depth": 0.3},
)
SETTINGS = TuningSettings(params={"extra_trees": True})


@pytest.fixture
def written():
    tracker = MemoryTracker()
    with tracker.run("fund", "tune", "tune") as run:
        log_standing(run, "average_precision", Standing(2, 4, 0.2, 3.0, 0.5))
        log_tuning(run, SETTINGS, FOUND, 5_000)
    assert len(tracker.runs("fund")) == 1
    return tracker.written(run.id)


def test_one_run_holds_every_trial_as_a_row(written):
    rows = list(csv.DictReader(io.StringIO(written.files["tuning/trials.csv"].decode())))
    assert [(row["number"], row["state"], row["num_leaves"]) for row in rows] == [
        ("0", "complete", "15"),
        ("1", "pruned", "60"),
        ("2", "interrupted", "9"),
        ("3", "complete", "9"),
    ]
    assert [row["final"] for row in rows] == ["0.21", "", "", "0.24"]


def test_what_train_will_use_leaves_out_what_the_pipeline_fixes(written):
    assert json.loads(written.files[BEST]) == {"learning_rate": 0.04, "num_leaves": 9}


def test_history_and_importances_are_pictures_and_tables(written):
    for name in ("tuning/trials.png", "tuning/importances.png"):
        assert written.files[name].startswith(b"\x89PNG")
    assert b"num_leaves,0.7" in written.files["tuning/importances.csv"]
    assert written.written_metrics["best.average_precision"] == 0.2
    assert written.written_metrics["trials.pruned"] == 1


def test_the_note_says_how_many_rows_decided(written):
    note = written.files["note.md"].decode()
    assert "Best of 4 trials (1 ended early): average_precision 0.2400" in note
    assert "on the validation customers" in note
    assert "1,100 of 5,000 cases; the best" in note
    assert "num_leaves 70%" in note


def test_of_trials_in_folds_the_note_says_on_whom_they_were_measured():
    tracker = MemoryTracker()
    with tracker.run("fund", "tune", "tune") as run:
        log_tuning(run, SETTINGS, replace(FOUND, folds=5), 5_000)
    note = tracker.written(run.id).files["note.md"].decode()
    assert "on the training and validation customers, held out in 5 folds" in note
    assert "1,100 of 5,000 cases in each fold" in note


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (
            Standing(12, 50, 0.12345, 190.0, 0.2),
            "12 of 50 trials, best average precision 0.1235, about 3 min left",
        ),
        (Standing(3, None, 0.5, 12.2, 0.2), "3 trials, best average precision 0.5000, about 12 s left"),
        (Standing(0, 50, None, None, 0.0), "0 of 50 trials"),
    ],
)
def test_progress_tells_trials_the_best_so_far_and_the_time_left(standing, words):
    assert _words("average_precision", standing) == words


def test_a_study_lies_in_a_journal_unless_a_database_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("LEADLIFT_TUNING", raising=False)
    ws = SimpleNamespace(root=tmp_path, file=SimpleNamespace(tuning=None))
    assert study_place(ws, "fund") == tmp_path / ".leadlift/tuning/fund.journal"
    ws.file.tuning = "sqlite:///studies.db"
    assert study_place(ws, "fund") == f"sqlite:///{tmp_path.resolve() / 'studies.db'}"
    monkeypatch.setenv("LEADLIFT_TUNING", "postgresql://ann:pw@host/d")
    assert study_place(ws, "fund") == "postgresql://ann:pw@host/d"


def test_no_password_stays_in_a_text_with_urls():
    text = "name: bank\ntuning: postgresql://ann:p@ss@db.example/d\nmail: a@b.example\n"
    assert without_password(text) == text.replace("p@ss", "***")
