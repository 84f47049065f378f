"""Searches that stop and go on: nothing finished is lost, whatever ended them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadlift.tracking.processes import this_process
from leadlift.tuning import _optuna, claims, fitting, tune
from leadlift.tuning.storage import open_storage

from .cases import QUICK, TRAIN, VALID, customers, settings, told


def study_in(file: Path) -> _optuna.Study:
    """The only study of a journal, as Optuna sees it."""
    storage = open_storage(file)
    name = storage.get_study_name_from_id(storage.get_all_studies()[0]._study_id)
    return _optuna.create_study(study_name=name, storage=storage, load_if_exists=True)


def interrupted(*_):
    """What a person who presses Ctrl-C does to a fit."""
    raise KeyboardInterrupt


def test_a_search_goes_on_where_it_stopped_and_does_not_repeat_itself(tmp_path):
    file = tmp_path / "new" / "trials.journal"
    first = tune(TRAIN, VALID, settings(trials=3, storage=file))
    more = tune(TRAIN, VALID, settings(trials=5, storage=file))
    assert told(more)[:3] == told(first)
    assert (first.earlier, more.earlier) == (0, 3)
    assert len({trial.params["feature_fraction"] for trial in more.trials}) == 5
    unchanged = tune(TRAIN, VALID, settings(trials=5, storage=file))
    assert told(unchanged) == told(more)
    assert unchanged.best_value == more.best_value


def test_finals_that_are_there_are_not_fitted_again(tmp_path, monkeypatch):
    file = tmp_path / "t"
    first = tune(TRAIN, VALID, settings(trials=3, storage=file))
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_booster", None)
        again = tune(TRAIN, VALID, settings(trials=3, storage=file))
    assert again.best_params == first.best_params


@pytest.mark.parametrize(
    "changes",
    [
        {"metric": "log_loss"},
        {"search_space": {"num_leaves": [4, 8]}},
        {"max_rounds": 41},
        {"params": {**QUICK, "cat_l2": 5.0}},
        {"negatives": 3},
        {"seed": 1},
    ],
)
def test_another_problem_is_another_study(tmp_path, changes):
    first = tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    other = tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t", **changes))
    assert other.study != first.study
    assert other.earlier == 0


def test_other_rows_are_another_study_and_more_threads_are_not(tmp_path):
    first = tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    other = tune(customers(1_000, 9), VALID, settings(trials=1, storage=tmp_path / "t"))
    same = tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t", params={"num_threads": 2}))
    assert other.study != first.study == same.study


def test_an_interrupted_trial_is_recorded_and_raised_and_tried_again(tmp_path, monkeypatch):
    tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_booster", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tune(TRAIN, VALID, settings(trials=3, storage=tmp_path / "t"))
    result = tune(TRAIN, VALID, settings(trials=3, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["complete", "interrupted", "complete", "complete"]
    assert result.trials[2].params == result.trials[1].params


def test_parameters_that_keep_failing_are_given_up(tmp_path):
    study = _optuna.create_study(storage=open_storage(tmp_path / "t"))
    study.enqueue_trial({"x": 0.5})
    for _ in range(claims.MOST_TRIES):
        trial = study.ask({"x": _optuna.FloatDistribution(0, 1)})
        assert trial.params == {"x": 0.5}
        claims.give_up(study, study.trials[trial.number])
    assert not study.get_trials(states=(_optuna.TrialState.WAITING,))


def test_trials_of_the_living_are_left_to_them(tmp_path):
    tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    study = study_in(tmp_path / "t")
    claims.claim(study.ask({"x": _optuna.FloatDistribution(0, 1)}))
    claims.close_abandoned(study)
    assert study.trials[1].state == _optuna.TrialState.RUNNING


@pytest.mark.parametrize(
    ("owner", "silent", "closed"),
    [
        ({**this_process(), "leadlift.process_started": "long ago"}, 0, True),
        ({**this_process(), "leadlift.host": "elsewhere"}, 0, False),
        ({**this_process(), "leadlift.host": "elsewhere"}, claims.SILENCE + 1, True),
    ],
)
def test_trials_of_the_dead_are_closed_and_those_of_other_machines_when_they_fall_silent(
    tmp_path, owner, silent, closed
):
    study = _optuna.create_study(storage=open_storage(tmp_path / "t"))
    trial = study.ask({"x": _optuna.FloatDistribution(0, 1)})
    trial.set_user_attr(claims.OWNER, owner)
    trial.set_user_attr(claims.BEAT, time.time() - silent)
    claims.close_abandoned(study)
    left, *waiting = study.trials
    assert left.state.is_finished() == closed
    assert [one.system_attrs["fixed_params"] for one in waiting] == ([left.params] if closed else [])


def test_a_trial_born_to_a_killed_process_takes_nobodys_place_and_is_closed_after_a_while(
    tmp_path, monkeypatch
):
    tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    study_in(tmp_path / "t").ask()
    result = tune(TRAIN, VALID, settings(trials=2, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["complete", "complete"]
    monkeypatch.setattr(claims, "UNCLAIMED", 0.0)
    result = tune(TRAIN, VALID, settings(trials=3, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["complete", "interrupted", "complete", "complete"]


def test_two_who_close_the_same_trial_line_its_parameters_up_once(tmp_path):
    studies = [
        _optuna.create_study(study_name="s", storage=open_storage(tmp_path / "t"), load_if_exists=True)
        for _ in range(2)
    ]
    studies[0].ask({"x": _optuna.FloatDistribution(0, 1)})
    seen = [study.trials[0] for study in studies]
    for study, trial in zip(studies, seen, strict=True):
        claims.give_up(study, trial)
    assert len(studies[0].get_trials(states=(_optuna.TrialState.WAITING,))) == 1


SEARCH = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from tuning.cases import TRAIN, VALID, settings
from leadlift.tuning import tune
tune(TRAIN, VALID, settings(trials=400, workers=int(sys.argv[2]), storage=Path(sys.argv[1])))
"""


def killed_search(file: Path, workers: int, lines: int) -> None:
    """Search in a process of its own until its journal has so many lines, and kill it without a warning."""
    code = SEARCH.format(folder=str(Path(__file__).parents[1]))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen([sys.executable, "-c", code, str(file), str(workers)], env=env)
    while process.poll() is None and (not file.exists() or file.read_bytes().count(b"\n") < lines):
        time.sleep(0.01)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_search_loses_no_finished_trial_and_goes_on(tmp_path, workers):
    file = tmp_path / "trials.journal"
    killed_search(file, workers, lines=120)
    left = study_in(file).trials
    finished = {trial.number: trial.value for trial in left if trial.state == _optuna.TrialState.COMPLETE}
    assert finished
    wanted = sum(trial.state.is_finished() for trial in left) + 4
    result = tune(TRAIN, VALID, settings(trials=wanted, storage=file))
    kept = {trial.number: trial.value for trial in result.trials if trial.state == "complete"}
    assert kept.items() >= finished.items()
    assert sum(trial.state != "interrupted" for trial in result.trials) == wanted
    assert all(trial.state.is_finished() for trial in claims.begun(study_in(file)))


def test_a_trial_that_ends_while_they_are_counted_counts(tmp_path):
    study = _optuna.create_study(study_name="s", storage=open_storage(tmp_path / "t"))
    trial = study.ask()
    claims.claim(trial)

    class EndsWhenLookedAt:
        """The study, in which somebody ends the trial right after each look."""

        def get_trials(self, **asked):
            found = study.get_trials(**asked)
            if not trial.study.trials[trial.number].state.is_finished():
                study.tell(trial, 1.0)
            return found

    looked_at = EndsWhenLookedAt()
    assert [one.number for one in claims.begun(looked_at)] == [trial.number]
    assert [one.number for one in claims.begun(looked_at)] == [trial.number]
    assert [one.state.is_finished() for one in claims.begun(looked_at)] == [True]


def test_who_looks_while_a_trial_is_claimed_leaves_it_to_its_process(tmp_path):
    study = _optuna.create_study(study_name="s", storage=open_storage(tmp_path / "t"))
    other = _optuna.create_study(study_name="s", storage=open_storage(tmp_path / "t"), load_if_exists=True)
    trial = study.ask({"x": _optuna.FloatDistribution(0, 1)})
    write = trial.set_user_attr

    def watched(name, value):
        write(name, value)
        claims.close_abandoned(other)

    trial.set_user_attr = watched
    claims.claim(trial)
    assert [one.state for one in other.trials] == [_optuna.TrialState.RUNNING]


def test_a_search_goes_on_when_another_closed_its_trial(tmp_path, monkeypatch):
    file, closed = tmp_path / "t", []
    true_report = _optuna.Trial.report

    def reported(trial, value, step):
        if not closed:
            study = study_in(file)
            closed.append(trial.number)
            claims.give_up(study, study.trials[trial.number])
        true_report(trial, value, step)

    monkeypatch.setattr(_optuna.Trial, "report", reported)
    result = tune(TRAIN, VALID, settings(trials=4, storage=file))
    states = [trial.state for trial in result.trials]
    assert states[closed[0]] == "interrupted"
    assert len([one for one in states if one != "interrupted"]) == 4


def begun_by(file, owner, monkeypatch, count=2):
    """A study in which nothing is but trials that another process has begun."""
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_booster", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tune(TRAIN, VALID, settings(trials=count, storage=file))
    study = study_in(file)
    for _ in range(count):
        trial = study.ask()
        claims.beat(trial)
        trial.set_user_attr(claims.OWNER, owner)
    return study


@pytest.mark.parametrize("workers", [1, 2])
def test_where_others_are_still_at_the_first_trials_a_command_runs_one_of_its_own(
    tmp_path, monkeypatch, workers
):
    living = {**this_process(), "leadlift.host": "elsewhere"}
    study = begun_by(tmp_path / "t", living, monkeypatch)
    result = tune(TRAIN, VALID, settings(trials=2, workers=workers, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["interrupted", "complete"]
    assert result.best_value == result.trials[1].final
    assert [trial.number for trial in claims.begun(study) if not trial.state.is_finished()] == [1, 2]


def test_where_others_died_in_the_first_trials_those_are_run_and_no_more(tmp_path, monkeypatch):
    dead = {**this_process(), "leadlift.process_started": "long ago"}
    begun_by(tmp_path / "t", dead, monkeypatch)
    result = tune(TRAIN, VALID, settings(trials=2, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["interrupted"] * 3 + ["complete"] * 2


def test_a_trial_of_ones_own_is_enough_to_end_where_time_is_up_and_others_are_at_theirs(
    tmp_path, monkeypatch
):
    begun_by(tmp_path / "t", {**this_process(), "leadlift.host": "elsewhere"}, monkeypatch)
    result = tune(TRAIN, VALID, settings(trials=None, seconds=0.0, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["interrupted", "complete"]
