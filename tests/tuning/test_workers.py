"""Several processes on one study."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.models import fit_booster, make_dataset
from leadlift.tuning import TuningData, tune, workers
from leadlift.tuning.fitting import LocalBench
from leadlift.tuning.workers import WorkerDied, benches

from .cases import ENCODING, TRAIN, VALID, settings, told

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


def test_a_worker_killed_in_a_trial_costs_that_trial_and_its_parameters_are_tried_again(
    tmp_path, monkeypatch
):
    true_hear, killed = workers._RemoteBench._hear, []

    def hear_and_kill_once(bench):
        heard = true_hear(bench)
        if "round" in heard and not killed:
            killed.append(True)
            os.kill(bench._process.pid, signal.SIGKILL)
            bench._process.wait()
        return heard

    monkeypatch.setattr(workers._RemoteBench, "_hear", hear_and_kill_once)
    result = tune(TRAIN, VALID, settings(trials=6, workers=2, max_rounds=100, storage=tmp_path / "t"))
    lost = [trial for trial in result.trials if trial.state == "interrupted"]
    assert len(lost) == 1
    again = [trial for trial in result.trials if trial.params == lost[0].params and trial is not lost[0]]
    assert [trial.state in ("complete", "pruned") for trial in again] == [True]
    assert sum(trial.state != "interrupted" for trial in result.trials) == 6


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
