"""Trees: what they find, what they refuse, and that they come out the same again."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.evaluation import auc
from leadlift.models import Encoding, fit_booster, make_dataset, monotone_params
from leadlift.models.boosting import gain, plain_names
from leadlift.models.params import check_params, params_faults

QUICK = {"num_threads": 1, "num_leaves": 8}


def fitted(matrix, y, encoding, params=None, rounds=60):
    """Fit on two thirds, stop on the rest."""
    cut = len(y) * 2 // 3
    train = make_dataset(matrix[:cut], y[:cut], encoding, params=params)
    valid = make_dataset(matrix[cut:], y[cut:], encoding, train, params)
    return fit_booster(train, valid, {**QUICK, **(params or {})}, rounds, early_stopping=10)


def test_it_ranks_responders_above_others_and_uses_what_matters(bank, matrix, encoding):
    _, y = bank
    booster = fitted(matrix, y, encoding)
    assert auc(y[2_000:], booster.predict(matrix[2_000:])) > 0.72
    found = gain(booster, encoding)
    assert next(iter(found)) == "balance"
    assert found["noise"] < found["region"]


def test_the_booster_is_cut_at_its_best_round(bank, matrix, encoding):
    _, y = bank
    booster = fitted(matrix, y, encoding, {"learning_rate": 0.5}, rounds=200)
    assert 1 <= booster.num_trees() < 200
    losses = [
        -np.mean(np.log(np.where(y[2_000:] == 1, p, 1 - p)))
        for rounds in range(1, booster.num_trees() + 1)
        for p in [booster.predict(matrix[2_000:], num_iteration=rounds)]
    ]
    assert int(np.argmin(losses)) + 1 == booster.num_trees()


def test_one_dataset_serves_many_fits_and_equal_fits_are_equal(bank, matrix, encoding):
    _, y = bank
    rows = make_dataset(matrix, y, encoding)
    first = fit_booster(rows, None, QUICK, max_rounds=8)
    other = fit_booster(rows, None, {**QUICK, "num_leaves": 20, "min_data_in_leaf": 5}, max_rounds=8)
    again = fit_booster(rows, None, QUICK, max_rounds=8)
    fresh = fit_booster(make_dataset(matrix, y, encoding), None, QUICK, max_rounds=8)
    assert first.num_trees() == 8
    assert first.model_to_string() == again.model_to_string() == fresh.model_to_string()
    assert other.model_to_string() != first.model_to_string()


def test_a_parameter_that_needs_other_bins_raises_and_never_bins_again_in_silence(bank, matrix, encoding):
    rows = make_dataset(matrix, bank[1], encoding)
    with pytest.raises(UserError, match="max_bin"):
        fit_booster(rows, None, {**QUICK, "max_bin": 31}, max_rounds=2)
    coarse = make_dataset(matrix, bank[1], encoding, params={"max_bin": 31})
    assert fit_booster(coarse, None, {**QUICK, "max_bin": 31}, max_rounds=2).num_trees() == 2


def test_a_monotone_score_never_falls_where_it_may_only_rise(bank, matrix, encoding):
    params = monotone_params(encoding, {"balance": 1, "noise": -1})
    booster = fitted(matrix, bank[1], encoding, params)
    line = np.tile(matrix[5], (200, 1))
    line[:, 0] = np.linspace(100, 60_000, 200)
    assert (np.diff(booster.predict(line)) >= 0).all()
    line[:, 0], line[:, 3] = 3_000, np.linspace(-3, 3, 200)
    assert (np.diff(booster.predict(line)) <= 0).all()


def test_missing_values_are_information():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(600, 1)).astype(np.float32)
    y = (rng.random(600) < 0.5).astype(float)
    matrix[y == 1, 0] = np.nan
    encoding = Encoding(("x",), {})
    booster = fit_booster(make_dataset(matrix, y, encoding), None, QUICK, max_rounds=20)
    assert auc(y, booster.predict(matrix)) == 1.0


def test_twenty_rows_give_everyone_the_base_rate():
    matrix = np.arange(20, dtype=np.float32)[:, None]
    y = (np.arange(20) >= 15).astype(float)
    booster = fit_booster(make_dataset(matrix, y, Encoding(("x",), {})), None, QUICK, max_rounds=5)
    assert booster.predict(matrix) == pytest.approx(np.full(20, 0.25))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(30), "all 30 training rows have the target 0"),
        (np.ones(30), "all 30 training rows have the target 1"),
        (np.arange(30) % 3, "must be 0 or 1"),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused(y, message):
    rows = make_dataset(np.zeros((30, 1), dtype=np.float32), y, Encoding(("x",), {}))
    with pytest.raises(UserError, match=message):
        fit_booster(rows, None, QUICK, max_rounds=2)


def test_validation_rows_of_one_class_are_refused(matrix, bank, encoding):
    train = make_dataset(matrix, bank[1], encoding)
    valid = make_dataset(matrix[:50], np.zeros(50), encoding, train)
    with pytest.raises(UserError, match="validation rows"):
        fit_booster(train, valid, QUICK, max_rounds=2)


def test_no_rows_and_missing_targets_are_refused():
    encoding = Encoding(("x",), {})
    with pytest.raises(UserError, match="no rows"):
        make_dataset(np.empty((0, 1), dtype=np.float32), [], encoding)
    with pytest.raises(UserError, match="missing in 1 of 2"):
        make_dataset(np.zeros((2, 1), dtype=np.float32), [1.0, np.nan], encoding)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("num_leafs", "did you mean 'num_leaves'"),
        ("n_estimators", "found by early stopping"),
        ("scale_pos_weight", "bend the probabilities"),
        ("subsample", "say bagging_fraction"),
        ("zzz", "known: "),
    ],
)
def test_a_parameter_that_would_be_ignored_is_refused_with_a_hint(name, hint, matrix, bank, encoding):
    with pytest.raises(UserError, match=hint):
        make_dataset(matrix, bank[1], encoding, params={name: 1})


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("num_leaves", 1, "must be a whole number of at least 2 and at most 131,072, not 1"),
        ("num_leaves", 131_073, "must be a whole number of at least 2 and at most 131,072, not 131073"),
        ("num_leaves", 15.0, "must be a whole number of at least 2 and at most 131,072, not 15.0"),
        ("num_leaves", "many", "must be a whole number of at least 2 and at most 131,072, not 'many'"),
        ("feature_fraction", 1.5, "must be a number above 0 and at most 1, not 1.5"),
        ("bagging_fraction", 0, "must be a number above 0 and at most 1, not 0"),
        ("learning_rate", 0.0, "must be a number above 0, not 0.0"),
        ("learning_rate", float("nan"), "must be a number above 0, not nan"),
        ("learning_rate", True, "must be a number above 0, not True"),
        ("min_data_in_leaf", -1, "must be a whole number of at least 0, not -1"),
        ("lambda_l1", -0.5, "must be a number of at least 0, not -0.5"),
        ("lambda_l2", -0.5, "must be a number of at least 0, not -0.5"),
        ("max_bin", 1, "must be a whole number of at least 2, not 1"),
        ("max_depth", 3.5, "must be a whole number, not 3.5"),
        ("boosting", "forest", "must be one of gbdt, gbrt, dart, goss, rf, random_forest, not 'forest'"),
        ("extra_trees", "often", "must be true or false, not 'often'"),
    ],
)  # fmt: skip
def test_a_value_that_lightgbm_refuses_is_told_with_its_range(name, value, why):
    assert list(params_faults({"max_depth": 4, name: value})) == [(name, why)]


def test_what_lightgbm_takes_is_taken():
    check_params(
        {
            "num_leaves": 2,
            "feature_fraction": 1,
            "bagging_fraction": 1.0,
            "max_depth": -1,
            "min_data_in_leaf": np.int64(0),
            "lambda_l2": np.float32(0),
            "boosting": "GBDT",
            "extra_trees": True,
            "objective": "tweedie",
        }
    )


def test_all_faults_of_the_parameters_are_told_and_the_first_is_raised():
    wrong = {"num_leaves": 1, "seed": 3, "subsample": 0.5}
    assert [name for name, _ in params_faults(wrong)] == ["num_leaves", "subsample"]
    with pytest.raises(UserError, match=r"^model\.params\.num_leaves: must be a whole number of at least 2"):
        check_params(wrong)


def test_what_pipelines_may_not_state_is_never_proposed():
    (fault,) = params_faults({"objectiv": "binary"})
    assert "objective" not in fault[1]


@pytest.mark.parametrize("name", ["boosting", "data_sample_strategy"])
def test_rows_that_goss_draws_need_bagging_switched_off(name, matrix, bank, encoding):
    ((told, why),) = params_faults({name: "goss"})
    assert (told, "set `bagging_freq: 0` as well" in why) == (name, True)
    params = {**QUICK, name: "goss", "bagging_freq": 0}
    assert fit_booster(make_dataset(matrix, bank[1], encoding), None, params, max_rounds=2).num_trees() == 2


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"objective": "binry"}, "Unknown objective type name: binry. Mend `model.params`"),
        ({"boosting": "goss", "bagging_freq": 0, "top_rate": 0.9, "other_rate": 0.9}, "top_rate [+] "),
    ],
)
def test_what_lightgbm_alone_refuses_is_told_in_its_own_words(params, words, matrix, bank, encoding):
    rows = make_dataset(matrix, bank[1], encoding)
    with pytest.raises(UserError, match=f"LightGBM refuses to grow trees: .*{words}"):
        fit_booster(rows, None, {**QUICK, **params}, max_rounds=2)


@pytest.mark.parametrize(
    ("directions", "hint"),
    [
        ({"balanse": 1}, "did you mean 'balance'"),
        ({"region": 1}, "no order"),
        ({"balance": 2}, "no direction"),
    ],
)
def test_a_monotone_direction_that_makes_no_sense_is_refused(directions, hint, encoding):
    with pytest.raises(UserError, match=hint):
        monotone_params(encoding, directions)


def test_any_feature_name_can_be_trained_on():
    names = ("emp.var rate", "a{b}", "a[b]", "余额", 'say "x"', "a:b")
    assert len(set(plain_names(names))) == 6
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(300, 6)).astype(np.float32)
    y = (matrix[:, 3] > 0).astype(float)
    encoding = Encoding(names, {})
    booster = fit_booster(make_dataset(matrix, y, encoding), None, QUICK, max_rounds=3)
    assert next(iter(gain(booster, encoding))) == "余额"
