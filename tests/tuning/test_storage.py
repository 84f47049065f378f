"""Where studies are kept, and what is said when they cannot be."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from leadlift.errors import UserError
from leadlift.tuning import _optuna, fitting, storage, tune
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
    assert [process.wait(180) for process in begun] == [0] * 6


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
        ("mysql+nosuch://ann:s3c{ret}@host/d", "cannot be opened|not installed"),
        (
            "postgresql://ann:s3c@x:s3cret@host/d",
            "cannot be read as an address.*@ : / are written %40 %3A %2F",
        ),
        ("postgresql://ann:s3cret@host:port/d", "cannot be read as an address"),
    ],
)
def test_what_cannot_be_opened_is_told_without_the_password(url, message):
    with pytest.raises(UserError, match=message) as told_why:
        open_storage(url)
    assert "s3c" not in str(told_why.value)
    assert told_why.value.__suppress_context__


def test_a_database_may_lie_where_braces_are_in_the_path(tmp_path):
    folder = tmp_path / "{team}" / "{0}}{"
    folder.mkdir(parents=True)
    file = folder / "{SCHEMA_VERSION}.db"
    url = f"sqlite:///{file}"
    first = tune(TRAIN, VALID, settings(trials=1, storage=url))
    assert file.is_file()
    assert tune(TRAIN, VALID, settings(trials=1, storage=url)).study == first.study


URL = "postgresql://ann:s3cret@host/d"
GONE = Exception("no route from ann:s3cret to host\nand more")


def lost(*_, **__):
    """What Optuna says of a database that is gone."""
    try:
        raise OperationalError("select 1", {}, GONE) from GONE
    except OperationalError as error:
        raise _optuna.StorageInternalError("An exception is raised during the commit. ") from error


def lost_untold(*_, **__):
    """What SQLAlchemy says, which Optuna lets through."""
    raise IntegrityError("insert", {}, GONE) from GONE


@pytest.fixture
def in_memory(monkeypatch):
    """A study that believes to be in the database of URL."""
    kept = _optuna.InMemoryStorage()
    monkeypatch.setattr(storage, "open_storage", lambda place: kept)
    return kept


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("fault", [lost, lost_untold])
@pytest.mark.parametrize(
    ("where", "what"),
    [
        (_optuna.Study, "ask"),
        (_optuna.Trial, "report"),
        (_optuna.Study, "tell"),
        (_optuna.Study, "set_user_attr"),
        (_optuna.InMemoryStorage, "create_new_study"),
    ],
)
def test_a_database_lost_in_a_search_is_told_without_the_password(
    in_memory, monkeypatch, where, what, fault, workers
):
    monkeypatch.setattr(where, what, fault)
    with pytest.raises(UserError) as told_why:
        tune(TRAIN, VALID, settings(trials=2, workers=workers, storage=URL))
    assert str(told_why.value) == (
        "tuning: postgresql://ann:***@host/d: the database of the study was lost: no route from ann:*** to host. "
        "Finished trials are kept: when it answers again, the same command goes on"
    )
    assert told_why.value.__suppress_context__


def test_a_search_goes_on_after_its_database_came_back(in_memory, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(_optuna.Study, "tell", lost)
        with pytest.raises(UserError, match="was lost"):
            tune(TRAIN, VALID, settings(trials=1, storage=URL))
    monkeypatch.setattr("leadlift.tuning.claims.is_dead", lambda owner: True)  # the command that ended
    result = tune(TRAIN, VALID, settings(trials=1, storage=URL))
    assert [trial.state for trial in result.trials] == ["interrupted", "complete"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), UserError("the rows are no good")])
def test_why_a_trial_ended_is_told_though_the_database_is_lost_as_well(in_memory, monkeypatch, fault):
    def faulty(*_):
        monkeypatch.setattr(_optuna.Study, "tell", lost)
        raise fault

    monkeypatch.setattr(fitting, "fit_booster", faulty)
    with pytest.raises(type(fault)) as told_why:
        tune(TRAIN, VALID, settings(trials=1, storage=URL))
    assert told_why.value is fault


def test_a_real_database_that_is_lost_in_a_search_is_told(tmp_path):
    url = f"sqlite:///{tmp_path / 'studies.db'}"

    def drop(standing):
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("drop table trial_values"))
        engine.dispose()

    with pytest.raises(UserError, match=r"was lost: no such table: trial_values\. Finished"):
        tune(TRAIN, VALID, settings(trials=2, storage=url), drop)


def test_a_fault_without_words_is_told_by_its_name(in_memory, monkeypatch):
    def silent(*_):
        raise _optuna.StorageInternalError("")

    monkeypatch.setattr(_optuna.Study, "ask", silent)
    with pytest.raises(UserError, match="was lost: StorageInternalError"):
        tune(TRAIN, VALID, settings(trials=1, storage=URL))
