"""The search: what it finds, that it can be repeated, cut short and continued."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.evaluation import auc
from leadlift.models import DEFAULT_PARAMS, fit_booster, make_dataset
from leadlift.tuning import SPACE, TuningData, tune
from leadlift.tuning.fitting import TRIAL_RATE
from leadlift.tuning.pace import Pace
from leadlift.tuning.space import OF_CATEGORIES, search_space

from .cases import ENCODING, QUICK, TRAIN, VALID, settings, told


def test_the_best_trial_is_told_with_what_a_fit_needs():
    result = tune(TRAIN, VALID, settings())
    complete = [trial for trial in result.trials if trial.state == "complete"]
    assert len(result.trials) == 8
    assert complete
    assert all(trial.seconds > 0 and trial.rounds > 0 for trial in result.trials)
    assert refitted(result) == pytest.approx(result.best_value)


def refitted(result):
    """The metric of a model grown with what the search gave, on all training rows."""
    rows = make_dataset(TRAIN.matrix, TRAIN.y, ENCODING)
    booster = fit_booster(rows, None, result.best_params, max_rounds=result.best_rounds)
    return auc(VALID.y, booster.predict(VALID.matrix))


def test_the_best_trials_and_the_defaults_are_fitted_again_slowly_and_that_decides():
    result = tune(TRAIN, VALID, settings())
    ranked = sorted(result.trials, key=lambda trial: -trial.value)
    finals = {trial.number: trial.final for trial in result.trials if trial.final is not None}
    assert set(finals) == {ranked[0].number, ranked[1].number, 0}
    assert result.best_value == max(finals.values())
    assert result.best_params["learning_rate"] == DEFAULT_PARAMS["learning_rate"] < TRIAL_RATE
    assert "learning_rate" not in result.trials[0].params


def test_without_time_for_finals_what_is_told_is_what_the_trial_reached():
    result = tune(TRAIN, VALID, settings(trials=1, seconds=0.0))
    assert result.best_params["learning_rate"] == TRIAL_RATE
    assert refitted(result) == pytest.approx(result.best_value) == pytest.approx(result.trials[0].value)


def test_a_learning_rate_that_is_fixed_holds_in_trials_and_finals():
    result = tune(TRAIN, VALID, settings(trials=2, params={**QUICK, "learning_rate": 0.07}))
    assert result.best_params["learning_rate"] == 0.07
    assert refitted(result) == pytest.approx(result.best_value)


def test_the_first_trial_is_the_defaults_so_the_search_cannot_be_worse_than_they():
    result = tune(TRAIN, VALID, settings(trials=1))
    first = result.trials[0].params
    for name in ("num_leaves", "feature_fraction", "bagging_fraction"):
        assert first[name] == DEFAULT_PARAMS[name]
    assert first["min_data_in_leaf"] == len(TRAIN.y) // 20 < DEFAULT_PARAMS["min_data_in_leaf"], (
        "as near as the rows allow"
    )
    assert first["max_depth"] == SPACE["max_depth"].high


def test_the_same_seed_searches_the_same_way_and_another_seed_does_not():
    first = told(tune(TRAIN, VALID, settings(trials=4, seed=5)))
    assert told(tune(TRAIN, VALID, settings(trials=4, seed=5))) == first
    assert told(tune(TRAIN, VALID, settings(trials=4, seed=6))) != first


def test_the_rounds_stop_on_log_loss_whatever_is_compared():
    fast = {**QUICK, "learning_rate": 0.3}
    result = tune(
        TRAIN, VALID, settings(trials=1, params=fast, metric="average_precision", early_stopping=10)
    )
    rows = make_dataset(TRAIN.matrix, TRAIN.y, ENCODING)
    stopped_on = make_dataset(VALID.matrix, VALID.y, ENCODING, rows)
    booster = fit_booster(rows, stopped_on, result.best_params, max_rounds=40, early_stopping=10)
    assert booster.num_trees() == result.best_rounds < 40
    assert result.trials[0].rounds < 40


def test_log_loss_is_made_small():
    result = tune(TRAIN, VALID, settings(metric="log_loss", trials=4))
    assert result.best_value == min(trial.final for trial in result.trials if trial.final is not None)
    best = min(result.trials, key=lambda trial: trial.value)
    assert best.final is not None


def test_hopeless_trials_are_pruned_and_said_to_be():
    result = tune(TRAIN, VALID, settings(trials=20, max_rounds=150, early_stopping=150))
    pruned = [trial for trial in result.trials if trial.state == "pruned"]
    assert pruned
    assert all(20 <= trial.rounds < 60 and trial.value is not None for trial in pruned)
    assert all(trial.final is None for trial in pruned)


def test_progress_is_told_after_every_trial():
    heard = []
    result = tune(TRAIN, VALID, settings(trials=3), heard.append)
    trials, finals = heard[:3], heard[3:]
    assert [(standing.done, standing.wanted) for standing in trials] == [(1, 3), (2, 3), (3, 3)]
    assert [standing.share for standing in trials] == pytest.approx([1 / 3, 2 / 3, 1])
    assert trials[-1].best == max(trial.value for trial in result.trials)
    assert trials[0].left > trials[-1].left == 0
    assert [standing.share for standing in finals] == pytest.approx([1 / 3, 2 / 3, 1])


def test_when_time_is_up_the_search_ends_with_at_least_one_trial():
    result = tune(TRAIN, VALID, settings(trials=None, seconds=0.0))
    assert [trial.state for trial in result.trials] == ["complete"]
    assert len(tune(TRAIN, VALID, settings(trials=1_000, seconds=0.5)).trials) < 1_000


def test_a_trial_that_ran_out_of_time_is_no_hopeless_one_and_comes_first_next_time(tmp_path, monkeypatch):
    up = iter([False, True, True])  # asked before the second trial, in it, and before a third
    with monkeypatch.context() as patch:
        patch.setattr(Pace, "trials_over", lambda pace: next(up))
        first = tune(TRAIN, VALID, settings(trials=9, seconds=600, storage=tmp_path / "t"))
    assert [trial.state for trial in first.trials] == ["complete", "interrupted"]
    more = tune(TRAIN, VALID, settings(trials=2, storage=tmp_path / "t"))
    assert [trial.state for trial in more.trials] == ["complete", "interrupted", "complete"]
    assert more.trials[2].params == more.trials[1].params


def test_what_is_fixed_is_not_searched_and_comes_back():
    result = tune(TRAIN, VALID, settings(trials=2, params={**QUICK, "num_leaves": 5}))
    assert all("num_leaves" not in trial.params for trial in result.trials)
    assert result.best_params["num_leaves"] == 5


def test_a_narrowed_range_is_kept_to():
    space = {"num_leaves": [3, 4], "learning_rate": [0.15, 0.15]}
    result = tune(TRAIN, VALID, settings(trials=4, search_space=space))
    assert {trial.params["num_leaves"] for trial in result.trials} <= {3, 4}
    assert {trial.params["learning_rate"] for trial in result.trials} == {0.15}
    assert result.best_params["learning_rate"] == 0.15
    assert refitted(result) == pytest.approx(result.best_value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metric": "acu"}, "'acu' is not one of"),
        ({"trials": None}, "give trials, or seconds"),
        ({"trials": 0}, "at least 1"),
        ({"workers": 0}, "at least 1"),
        ({"negatives": 0.5}, "at least 1 for each positive"),
        ({"search_space": {"num_leafs": [2, 3]}}, "did you mean 'num_leaves'"),
        ({"search_space": {"num_leaves": [9, 3]}}, r"\[9, 3\] must be \[low, high\]"),
        ({"search_space": {"feature_fraction": [0.5, 1.5]}}, "within"),
        ({"search_space": {"num_leaves": [2, 3]}, "params": {"num_leaves": 9}}, "fixed"),
        ({"params": {"num_leafs": 9}}, "did you mean 'num_leaves'"),
    ],
)
def test_settings_that_cannot_be_searched_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        tune(TRAIN, VALID, settings(**changes))


def test_rows_of_one_class_end_the_search_with_the_reason():
    nobody = TuningData(VALID.matrix, np.zeros(800), ENCODING)
    with pytest.raises(UserError, match="all 800 validation rows"):
        tune(TRAIN, nobody, settings())


def test_a_leaf_is_not_asked_to_hold_more_than_a_twentieth_of_the_rows():
    assert search_space({}, {}, 10_000)["min_data_in_leaf"].high == 500
    assert search_space({}, {}, 30)["min_data_in_leaf"].high == 5
    assert search_space({}, {}, 10**7)["min_data_in_leaf"].high == 2_000


def test_how_categories_are_smoothed_is_searched_where_there_are_any():
    assert "cat_smooth" in search_space({}, {}, 1_000)
    assert "cat_smooth" not in search_space({}, {}, 1_000, categories=False)


def test_importances_are_shares_that_add_up_and_need_enough_trials():
    assert tune(TRAIN, VALID, settings(trials=3)).importances == {}
    result = tune(TRAIN, VALID, settings(trials=25, max_rounds=20))
    assert set(result.importances) == set(SPACE) - OF_CATEGORIES  # no feature is text
    assert sum(result.importances.values()) == pytest.approx(1)
