"""Where studies are kept, and what is said when they cannot be."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leadlift.errors import UserError
from leadlift.tuning import storage, tune
from leadlift.tuning.storage import open_storage, with_driver

from .cases import TRAIN, VALID, settings, told


def test_a_database_keeps_a_study_as_a_journal_does(tmp_path):
    url = f"sqlite:///{tmp_path / 'studies.db'}"
    first = tune(TRAIN, VALID, settings(trials=3, storage=url))
    more = tune(TRAIN, VALID, settings(trials=5, storage=url))
    assert told(more)[:3] == told(first)
    assert told(more) != told(tune(TRAIN, VALID, settings(trials=5, seed=2, storage=url)))


def test_a_server_keeps_a_study_and_workers_share_it(shared):
    first = tune(TRAIN, VALID, settings(trials=3, storage=shared))
    more = tune(TRAIN, VALID, settings(trials=8, workers=2, storage=shared))
    assert told(more)[:3] == told(first)
    assert [trial.state in ("complete", "pruned") for trial in more.trials] == [True] * 8


@pytest.mark.slow
def test_commands_that_begin_at_one_moment_in_an_empty_database_all_find_its_tables(shared):
    program = "import sys; from leadlift.tuning.storage import open_storage; open_storage(sys.argv[1])"
    path = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    begun = [
        subprocess.Popen([sys.executable, "-c", program, shared], env={**os.environ, **path})
        for _ in range(6)
    ]
    assert [process.wait(60) for process in begun] == [0] * 6


def test_a_line_cut_off_by_a_crash_is_removed_and_all_others_stay(tmp_path):
    file = tmp_path / "trials.journal"
    first = tune(TRAIN, VALID, settings(trials=3, storage=file))
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"op_code":5,"worker_id":"x","trial_i')
    open_storage(file)
    assert file.read_bytes() == whole
    assert told(tune(TRAIN, VALID, settings(trials=3, storage=file))) == told(first)


def test_a_lock_left_by_a_killed_process_is_taken_away(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "LOCK_PATIENCE", 3)
    file = tmp_path / "trials.journal"
    open_storage(file)
    (tmp_path / "trials.journal.lock").symlink_to(file)
    tune(TRAIN, VALID, settings(trials=1, storage=file))
    assert not (tmp_path / "trials.journal.lock").is_symlink()


def test_drivers_are_named_where_the_url_names_none():
    assert with_driver("postgresql://u:p@h/d") == "postgresql+psycopg://u:p@h/d"
    assert with_driver("postgresql+psycopg2://h/d") == "postgresql+psycopg2://h/d"
    assert with_driver("mysql://h/d") == "mysql+pymysql://h/d"
    assert with_driver("sqlite:////x.db") == "sqlite:////x.db"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql+nosuch://ann:s3cret@host/d", "cannot be opened|not installed"),
        ("sqlite:////no/such/folder/x.db", "cannot be opened"),
        ("mysql+nosuch://ann:s3c@ret@host/d", "cannot be opened|not installed"),
    ],
)
def test_what_cannot_be_opened_is_told_without_the_password(url, message):
    with pytest.raises(UserError, match=message) as told_why:
        open_storage(url)
    assert "s3c" not in str(told_why.value)
    assert told_why.value.__suppress_context__
