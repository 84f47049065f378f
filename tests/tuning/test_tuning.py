"""The search: what it finds, that it can be repeated, cut short and continued."""

from __future__ import annotations

import numpy as np
import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from leadlift.errors import UserError
from leadlift.evaluation import auc
from leadlift.models import DEFAULT_PARAMS, Encoding, fit_booster, make_dataset
from leadlift.tuning import SPACE, TuningData, TuningSettings, fitting, tune
from leadlift.tuning.space import search_space

ENCODING = Encoding(tuple(f"f{i}" for i in range(6)), {})
QUICK = {"num_threads": 1}


def customers(n, seed):
    """People who respond to the product of two features and to a third."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 6)).astype(np.float32)
    log_odds = matrix[:, 0] * matrix[:, 1] + matrix[:, 2] - 2
    return TuningData(matrix, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float), ENCODING)


TRAIN, VALID = customers(1_000, 0), customers(800, 1)


def settings(**changes):
    return TuningSettings(**{"trials": 8, "max_rounds": 40, "metric": "auc", "params": QUICK, **changes})


def told(result):
    """The trials without their seconds, which no seed fixes."""
    return [(trial.number, trial.state, trial.value, trial.params, trial.rounds) for trial in result.trials]


def test_the_best_trial_is_told_with_what_a_fit_needs():
    result = tune(TRAIN, VALID, settings())
    complete = [trial for trial in result.trials if trial.state == "complete"]
    assert len(result.trials) == 8
    assert result.best_value == max(trial.value for trial in complete)
    assert all(trial.seconds > 0 and trial.rounds > 0 for trial in result.trials)
    rows = make_dataset(TRAIN.matrix, TRAIN.y, ENCODING)
    booster = fit_booster(rows, None, result.best_params, max_rounds=result.best_rounds)
    assert auc(VALID.y, booster.predict(VALID.matrix)) == pytest.approx(result.best_value)


def test_the_first_trial_is_the_defaults_so_the_search_cannot_be_worse_than_they():
    result = tune(TRAIN, VALID, settings(trials=1))
    first = result.trials[0].params
    for name in ("learning_rate", "num_leaves", "feature_fraction"):
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


def test_log_loss_is_made_small():
    result = tune(TRAIN, VALID, settings(metric="log_loss", trials=4))
    assert result.best_value == min(trial.value for trial in result.trials if trial.state == "complete")


def test_hopeless_trials_are_pruned_and_said_to_be():
    result = tune(TRAIN, VALID, settings(trials=20, max_rounds=60, early_stopping=60))
    pruned = [trial for trial in result.trials if trial.state == "pruned"]
    assert pruned
    assert all(trial.rounds < 60 and trial.value is not None for trial in pruned)


def test_progress_is_told_after_every_trial():
    heard = []
    result = tune(TRAIN, VALID, settings(trials=3), lambda *told: heard.append(told))
    assert [(done, total) for done, total, _ in heard] == [(1, 3), (2, 3), (3, 3)]
    assert heard[-1][2] == result.best_value


def test_a_search_goes_on_where_it_stopped_and_does_not_repeat_itself(tmp_path):
    file = tmp_path / "new" / "trials.log"
    first = tune(TRAIN, VALID, settings(trials=3, storage=file))
    more = tune(TRAIN, VALID, settings(trials=5, storage=file))
    assert told(more)[:3] == told(first)
    rates = [trial.params["learning_rate"] for trial in more.trials]
    assert len(set(rates)) == 5
    unchanged = tune(TRAIN, VALID, settings(trials=5, storage=file))
    assert told(unchanged) == told(more)


def test_trials_of_another_problem_are_not_mixed_in(tmp_path):
    tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    for changed in (
        {"metric": "log_loss", "trials": 2},
        {"search_space": {"num_leaves": [4, 8]}},
        {"max_rounds": 41},
    ):
        with pytest.raises(UserError, match="holds trials of other"):
            tune(TRAIN, VALID, settings(storage=tmp_path / "t", **changed))
    with pytest.raises(UserError, match="holds trials of other"):
        tune(customers(1_000, 9), VALID, settings(storage=tmp_path / "t"))


def test_an_interrupted_trial_is_recorded_and_raised_and_the_search_goes_on(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_booster", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tune(TRAIN, VALID, settings(trials=3, storage=tmp_path / "t"))
    result = tune(TRAIN, VALID, settings(trials=3, storage=tmp_path / "t"))
    states = [trial.state for trial in result.trials]
    assert states.count("interrupted") == 1
    assert len(states) == 4


def test_a_trial_left_by_a_killed_process_is_closed(tmp_path):
    tune(TRAIN, VALID, settings(trials=1, storage=tmp_path / "t"))
    kept = JournalStorage(JournalFileBackend(str(tmp_path / "t")))
    study = optuna.load_study(study_name="leadlift", storage=kept)
    study.ask()
    result = tune(TRAIN, VALID, settings(trials=2, storage=tmp_path / "t"))
    assert [trial.state for trial in result.trials] == ["complete", "interrupted", "complete"]
    assert study.trials[1].state.is_finished()


def test_when_time_is_up_the_search_ends_with_at_least_one_trial():
    result = tune(TRAIN, VALID, settings(trials=None, seconds=0.0))
    assert [trial.state for trial in result.trials] == ["complete"]
    assert len(tune(TRAIN, VALID, settings(trials=1_000, seconds=0.5)).trials) < 1_000


def test_what_is_fixed_is_not_searched_and_comes_back():
    result = tune(TRAIN, VALID, settings(trials=2, params={**QUICK, "num_leaves": 5}))
    assert all("num_leaves" not in trial.params for trial in result.trials)
    assert result.best_params["num_leaves"] == 5


def test_a_narrowed_range_is_kept_to():
    space = {"num_leaves": [3, 4], "learning_rate": [0.1, 0.1]}
    result = tune(TRAIN, VALID, settings(trials=4, search_space=space))
    assert {trial.params["num_leaves"] for trial in result.trials} <= {3, 4}
    assert {trial.params["learning_rate"] for trial in result.trials} == {0.1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metric": "acu"}, "'acu' is not one of"),
        ({"trials": None}, "give trials, or seconds"),
        ({"trials": 0}, "at least 1"),
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
    assert search_space({}, {}, 30)["min_data_in_leaf"].high == 20
    assert search_space({}, {}, 10**7)["min_data_in_leaf"].high == 2_000
