"""The defaults are always among those that all rows decide between, whatever happened to their first trial."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadlift.models import DEFAULT_PARAMS
from leadlift.tracking.processes import this_process
from leadlift.tuning import _optuna, claims, fitting, tune
from leadlift.tuning.finals import DEFAULTS, finalists
from leadlift.tuning.storage import open_storage

from .cases import TRAIN, VALID, settings
from .test_going_on import interrupted, study_in

DEAD = {**this_process(), "leadlift.process_started": "long ago"}


def is_default(trial):
    return (
        trial.params["num_leaves"] == DEFAULT_PARAMS["num_leaves"] and trial.params["bagging_fraction"] == 1.0
    )


def waiting_start(file, monkeypatch):
    """A study in which nothing but an interrupted first trial is, its parameters lined up again."""
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_booster", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tune(TRAIN, VALID, settings(trials=6, storage=file))
    return study_in(file)


def test_defaults_whose_first_trial_was_interrupted_are_in_the_finals(tmp_path, monkeypatch):
    waiting_start(tmp_path / "t", monkeypatch)
    result = tune(TRAIN, VALID, settings(trials=6, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials[:2]] == ["interrupted", "complete"]
    assert result.trials[1].params == result.trials[0].params
    assert result.trials[1].final is not None
    assert result.best_value >= result.trials[1].final
    ranked = sorted(
        (trial for trial in result.trials if trial.state == "complete"), key=lambda one: -one.value
    )
    assert result.trials[1] not in ranked[:2], "they are there as the defaults, not as one of the best"


@pytest.mark.parametrize("claimed", [True, False])
def test_defaults_whose_process_was_killed_before_their_parameters_were_written_are_tried_again(
    tmp_path, monkeypatch, claimed
):
    monkeypatch.setattr(claims, "UNCLAIMED", 0.0)
    trial = waiting_start(tmp_path / "t", monkeypatch).ask()
    assert not trial.params
    if claimed:
        trial.set_user_attr(claims.OWNER, DEAD)
    result = tune(TRAIN, VALID, settings(trials=6, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials[:3]] == ["interrupted", "interrupted", "complete"]
    assert result.trials[2].params == result.trials[0].params
    assert result.trials[2].final is not None


def test_defaults_born_to_a_killed_process_are_tried_at_once_by_the_next_command(tmp_path, monkeypatch):
    file = tmp_path / "t"
    true_ask = _optuna.Study.ask

    def killed_at_birth(study, space):
        true_ask(study)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(_optuna.Study, "ask", killed_at_birth)
        with pytest.raises(KeyboardInterrupt):
            tune(TRAIN, VALID, settings(trials=6, storage=file))
    result = tune(TRAIN, VALID, settings(trials=6, storage=file))
    assert result.trials[0].params["num_leaves"] == DEFAULT_PARAMS["num_leaves"]
    assert result.trials[0].final is not None


def test_defaults_that_are_tried_late_are_never_pruned(tmp_path, monkeypatch):
    study = waiting_start(tmp_path / "t", monkeypatch)
    monkeypatch.setattr(_optuna.Trial, "should_prune", lambda trial: trial.number < 4)
    result = tune(TRAIN, VALID, settings(trials=3, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["interrupted", "complete", "pruned", "pruned"]
    assert DEFAULTS in study.trials[1].user_attrs


def study_of(values, marked, states=()):
    """A study whose trials reached these values. marked: the numbers that try the defaults."""
    study = _optuna.create_study(direction=_optuna.StudyDirection.MAXIMIZE)
    for number, value in enumerate(values):
        study.enqueue_trial({}, user_attrs={DEFAULTS: True} if number in marked else None)
        trial = study.ask()
        study.tell(trial, value, None if value is not None else _optuna.TrialState.FAIL)
    return study


@pytest.mark.parametrize(
    ("values", "marked", "expected"),
    [
        ([0.1, 0.5, 0.4, 0.3], (), [1, 2, 0]),  # begun before trials were marked
        ([None, 0.5, 0.4, 0.3], (), [1, 2]),
        ([None, 0.5, 0.4, 0.3], (0, 3), [1, 2, 3]),
        ([None, 0.5, 0.4, 0.3], (0, 2), [1, 2]),
        ([0.1, 0.5, 0.4, 0.1], (0, 3), [1, 2, 0]),  # lined up by two commands at once
        ([0.5, 0.4, 0.3, 0.5], (0, 3), [0, 3]),
    ],
)
def test_the_two_best_and_the_defaults_once_are_the_finalists(values, marked, expected):
    assert finalists(study_of(values, marked)) == expected


def test_the_mark_stays_as_often_as_the_defaults_are_lined_up_again(tmp_path):
    study = _optuna.create_study(storage=open_storage(tmp_path / "t"))
    study.enqueue_trial({"x": 0.5}, user_attrs={DEFAULTS: True})
    for _ in range(claims.MOST_TRIES):
        trial = study.ask({"x": _optuna.FloatDistribution(0, 1)})
        assert trial.user_attrs[DEFAULTS]
        claims.give_up(study, study.trials[trial.number])
    assert len(study.trials) == claims.MOST_TRIES
    study.ask({"x": _optuna.FloatDistribution(0, 1)})
    assert DEFAULTS not in study.trials[-1].user_attrs


def test_defaults_closed_by_a_kill_that_came_before_they_were_lined_up_are_lined_up(tmp_path, monkeypatch):
    study = waiting_start(tmp_path / "t", monkeypatch)
    study.tell(study.ask().number, state=_optuna.TrialState.FAIL)
    result = tune(TRAIN, VALID, settings(trials=3, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials[:3]] == ["interrupted", "interrupted", "complete"]
    assert result.trials[2].params == result.trials[0].params


def test_a_trial_that_is_being_born_in_another_time_zone_is_left_to_its_maker(tmp_path, monkeypatch):
    study = waiting_start(tmp_path / "t", monkeypatch)
    trial = study.ask()
    for hours, late, closed in ((8, 0, False), (-5.5, 1, False), (0, 61, True), (8, 61, True)):
        now = trial.datetime_start + timedelta(hours=hours, seconds=late)
        assert claims.abandoned(study.trials[trial.number], now) is closed
