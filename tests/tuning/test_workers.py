"""Several processes on one study."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from leadlift.engines.addresses import with_driver
from leadlift.errors import UserError
from leadlift.models import fit_booster, make_dataset
from leadlift.tuning import TuningData, tune, workers
from leadlift.tuning._optuna import Study
from leadlift.tuning.fitting import LocalBench
from leadlift.tuning.workers import WorkerDied, benches

from .cases import ENCODING, TRAIN, VALID, settings, told

FINISHED = "select number, state, datetime_complete from trials where state in ('COMPLETE', 'PRUNED')"
ROOT = Path(__file__).parents[2]
PARAMS = {"num_leaves": 7, "min_data_in_leaf": 20}


def nothing(round_, metric):
    """Watch and say nothing."""


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """Two workers, and the folder of their rows."""
    folder = tmp_path_factory.mktemp("rows")
    with benches(TRAIN, VALID, settings(workers=2, max_rounds=300, folder=folder)) as found:
        yield found, folder
    assert not list(folder.iterdir())


def test_a_worker_fits_what_this_process_would_fit_and_is_watched_alike(remote):
    here, there = [], []
    local = LocalBench(TRAIN, VALID, settings(max_rounds=300))
    expected = local.trial(PARAMS, lambda *told: here.append(told))
    assert remote[0][0].trial(PARAMS, lambda *told: there.append(told)) == expected
    assert there == here
    assert remote[0][1].final(PARAMS, nothing) == local.final(PARAMS, nothing)


def test_a_fit_that_is_stopped_ends_and_the_next_one_runs(remote):
    bench, heard = remote[0][0], []

    def stop(round_, metric):
        heard.append(round_)
        raise StopIteration

    with pytest.raises(StopIteration):
        bench.trial(PARAMS, stop)
    assert heard == [10]
    assert bench.trial(PARAMS, nothing)[1] > 0


def test_a_fault_over_there_is_told_here(remote):
    with pytest.raises(UserError, match="did you mean 'num_leaves'"):
        remote[0][0].trial({"num_leafs": 3}, nothing)


def test_a_killed_worker_is_told_of_and_another_takes_its_place(remote):
    bench = remote[0][1]

    def kill(round_, metric):
        os.kill(bench._process.pid, signal.SIGKILL)

    with pytest.raises(WorkerDied):
        bench.trial(PARAMS, kill)
    assert bench.trial(PARAMS, nothing)[1] > 0


def test_two_workers_make_one_study_of_exactly_the_trials_asked_for(tmp_path):
    file = tmp_path / "trials.journal"
    result = tune(TRAIN, VALID, settings(trials=12, workers=2, storage=file))
    assert [trial.state in ("complete", "pruned") for trial in result.trials] == [True] * 12
    assert told(tune(TRAIN, VALID, settings(trials=12, storage=file))) == told(result)
    rows = make_dataset(TRAIN.matrix, TRAIN.y, ENCODING)
    booster = fit_booster(rows, None, result.best_params, max_rounds=result.best_rounds)
    score = np.asarray(booster.predict(VALID.matrix))
    above = (score[VALID.y == 1][:, None] > score[VALID.y == 0]).mean()
    assert result.best_value == pytest.approx(above, abs=1e-3)


@pytest.fixture(params=["journal", "postgresql", "mysql"])
def place(request, tmp_path):
    """Where a study may be kept that several processes work on."""
    servers = {"postgresql": "new_database", "mysql": "new_mysql"}
    return tmp_path / "t" if request.param == "journal" else request.getfixturevalue(servers[request.param])


def test_a_worker_killed_in_a_trial_costs_that_trial_and_its_parameters_are_tried_again(place, monkeypatch):
    true_hear, killed = workers._RemoteBench._hear, []

    def hear_and_kill_once(bench):
        heard = true_hear(bench)
        if "round" in heard and not killed:
            killed.append(True)
            os.kill(bench._process.pid, signal.SIGKILL)
            bench._process.wait()
        return heard

    def line_up_slowly(study, *args, **kwargs):
        # time enough for the other worker to end its trial and to begin one more instead
        until = time.monotonic() + 2
        while len(study.get_trials(deepcopy=False)) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        return true_line_up(study, *args, **kwargs)

    true_line_up = Study.enqueue_trial
    monkeypatch.setattr(Study, "enqueue_trial", line_up_slowly)
    monkeypatch.setattr(workers._RemoteBench, "_hear", hear_and_kill_once)
    result = tune(TRAIN, VALID, settings(trials=2, workers=2, max_rounds=100, storage=place))
    lost = [trial for trial in result.trials if trial.state == "interrupted"]
    assert len(lost) == 1
    again = [trial for trial in result.trials if trial.params == lost[0].params and trial is not lost[0]]
    assert [trial.state in ("complete", "pruned") for trial in again] == [True]
    assert sum(trial.state != "interrupted" for trial in result.trials) == 2


@pytest.mark.slow
def test_workers_killed_ten_times_at_random_cost_ten_trials_and_no_finished_one(shared, monkeypatch):
    true_hear, rng, killed = workers._RemoteBench._hear, np.random.default_rng(7), []

    def hear_and_kill(bench):
        heard = true_hear(bench)
        if "round" in heard and len(killed) < 10 and rng.random() < 0.3:
            killed.append(bench._process.pid)
            os.kill(bench._process.pid, signal.SIGKILL)
            bench._process.wait()
        return heard

    monkeypatch.setattr(workers._RemoteBench, "_hear", hear_and_kill)
    asked, kept, ended = settings(trials=20, workers=2, max_rounds=100, storage=shared), {}, 0
    while True:
        # a worker killed three times ends the command, and the same command goes on
        with suppress(UserError):
            result = tune(TRAIN, VALID, asked)
            break
        ended += 1
        now = finished_in(shared)
        assert kept.items() <= now.items()
        kept = now
    states = [trial.state for trial in result.trials]
    # a command that ends takes the trial of its other worker with it
    assert len(killed) == 10 <= states.count("interrupted") <= 10 + ended
    assert ended <= 3
    assert states.count("complete") + states.count("pruned") == 20
    assert kept.items() <= finished_in(shared).items()
    # what was finished is in the database, and another process finds it with nothing left to do
    again = tune(TRAIN, VALID, settings(trials=20, max_rounds=100, storage=shared))
    assert told(again) == told(result)


@pytest.mark.slow
def test_commands_on_several_machines_join_one_study_and_one_killed_costs_one_trial(shared):
    """Each process is as a machine of its own: nothing but the database is shared."""
    program = """
import sys
from tests.tuning.cases import TRAIN, VALID, settings
from leadlift.tuning import tune
tune(TRAIN, VALID, settings(trials=16, max_rounds=100, storage=sys.argv[1]))
"""
    told_path = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", program, shared],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": told_path},
        )
        for _ in range(3)
    ]
    killed = wait_until_finished(shared, 4, begun[0])
    begun[0].kill()
    assert [process.wait(120) for process in begun] == [-signal.SIGKILL, 0, 0]
    result = tune(TRAIN, VALID, settings(trials=16, max_rounds=100, storage=shared))
    done = [trial for trial in result.trials if trial.state in ("complete", "pruned")]
    assert killed <= len(done)
    assert 16 <= len(done) <= 18
    assert sum(trial.state not in ("complete", "pruned") for trial in result.trials) <= 1


def finished_in(url):
    """Number -> state and end of every finished trial in the database; none before there are tables."""
    engine = sa.create_engine(with_driver(url), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("trials"):
            return {}
        return {row[0]: tuple(row[1:]) for row in connection.execute(sa.text(FINISHED))}


def wait_until_finished(url, trials, process):
    """Until so many trials are in the database; how many there are."""
    for _ in range(600):
        count = len(finished_in(url))
        if count >= trials:
            return count
        assert process.poll() is None, "it ended too early"
        time.sleep(0.1)
    return pytest.fail("no trials in a minute")


def test_a_fault_of_one_worker_ends_the_others_and_is_the_one_told(tmp_path, monkeypatch):
    true_trial, begun = workers._RemoteBench.trial, []

    def trial(bench, params, watch):
        begun.append(bench)
        if len(begun) == 2:
            raise UserError("the second one fails")
        return true_trial(bench, params, watch)

    monkeypatch.setattr(workers._RemoteBench, "trial", trial)
    with pytest.raises(UserError, match="the second one fails"):
        tune(TRAIN, VALID, settings(trials=500, workers=2, max_rounds=1_000, storage=tmp_path / "t"))


def test_rows_that_cannot_be_searched_end_all_workers_with_the_reason():
    nobody = TuningData(VALID.matrix, np.zeros(800), ENCODING)
    with pytest.raises(UserError, match="all 800 validation rows"):
        tune(TRAIN, nobody, settings(workers=2))
