"""A sum of steps: cut features, a penalised regression, and the trees that say the same."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from leadlift.models import Encoding, fit_booster, make_dataset, with_steps
from leadlift.models.additive import cut_features, fit_additive, inputs_of, mean_of
from leadlift.models.contributions import compiled_of
from leadlift.models.predictor import ByLightGbm, agree
from leadlift.models.predictor import compiled_of as compiled_predictor
from leadlift.models.probe import probe_of
from leadlift.models.trees import trees_of

ROWS = 1_500


@pytest.fixture(scope="module")
def table() -> pa.Table:
    draw = np.random.default_rng(3)
    wealth = draw.normal(size=ROWS)
    wealth[draw.random(ROWS) < 0.1] = np.nan
    # more categories than have a step of their own, and some customers without any
    job = draw.integers(0, 40, ROWS)
    return pa.table(
        {
            "wealth": pa.array(wealth, from_pandas=True),
            "job": [f"job {code}" if code < 38 else None for code in job],
            "amount": draw.exponential(size=ROWS) * 1e4,
            "whole": draw.integers(0, 3, ROWS),
            "same": np.ones(ROWS),
        }
    )


@pytest.fixture(scope="module")
def encoding(table) -> Encoding:
    return Encoding.fit(table, table.column_names)


@pytest.fixture(scope="module")
def matrix(table, encoding):
    return encoding.encode(table)


@pytest.fixture(scope="module")
def y(matrix):
    odds = np.nan_to_num(matrix[:, 0], nan=-1.0) + (matrix[:, 1] < 5) + matrix[:, 2] / 2e4 - 2.0
    return (np.random.default_rng(4).random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float)


@pytest.fixture(scope="module")
def steps(matrix, encoding, y):
    cuts = cut_features(matrix, encoding)
    return fit_additive(cuts, inputs_of(cuts, matrix), y, np.ones(ROWS), 0.1)


@pytest.fixture(scope="module")
def booster(matrix, encoding, y):
    return fit_booster(make_dataset(matrix, y, encoding), None, {"min_data_in_leaf": 20}, max_rounds=15)


def strangers(matrix):
    """Rows beyond anything learned from: far values, nothing known, a category never seen."""
    far = matrix[:50].copy()
    far[:10], far[10:20, 0], far[20:30, 2], far[30:40, 1] = np.nan, 1e30, -1e30, 999
    return far


def test_a_feature_that_does_not_vary_has_no_steps(steps, encoding):
    assert [encoding.features[cut.column] for cut in steps.cuts] == ["wealth", "job", "amount", "whole"]


def test_the_log_odds_are_the_regression_s_on_its_inputs(steps, matrix, y):
    from sklearn.linear_model import LogisticRegression

    inputs = inputs_of(steps.cuts, matrix)
    plain = LogisticRegression(C=0.1, tol=1e-8, max_iter=1_000).fit(inputs, y)
    assert steps.raw(matrix) == pytest.approx(plain.decision_function(inputs), abs=0.01)


def test_a_stronger_penalty_makes_lower_steps(matrix, encoding, y):
    cuts = cut_features(matrix, encoding)
    inputs = inputs_of(cuts, matrix)
    spread = [fit_additive(cuts, inputs, y, np.ones(ROWS), c).raw(matrix).std() for c in (1.0, 0.01, 0.0001)]
    assert spread[0] > spread[1] > spread[2]


@pytest.mark.parametrize("missing", ["wealth", "job", "amount", "whole"])
def test_where_a_fit_begins_tells_nothing_of_where_it_ends(steps, matrix, encoding, y, missing):
    """Without a feature, from the fit with all of them and from nothing."""
    cuts = tuple(cut for cut in steps.cuts if encoding.features[cut.column] != missing)
    inputs = inputs_of(cuts, matrix)
    near, far = (
        fit_additive(cuts, inputs, y, np.ones(ROWS), 0.1, start, 1e-6).raw(matrix) for start in (steps, None)
    )
    assert near == pytest.approx(far, abs=1e-3)
    assert np.abs(near - steps.raw(matrix)).max() > 0.05


def test_the_mean_of_members_is_one_sum_of_steps(matrix, encoding, y):
    cuts = cut_features(matrix, encoding)
    inputs, half = inputs_of(cuts, matrix), np.arange(ROWS) % 2 == 0
    members = [fit_additive(cuts, inputs[part], y[part], np.ones(part.sum()), 0.1) for part in (half, ~half)]
    mean = np.mean([member.raw(matrix) for member in members], axis=0)
    assert mean_of(members).raw(matrix) == pytest.approx(mean, abs=1e-12)
    weighed = 0.9 * members[0].raw(matrix) + 0.1 * members[1].raw(matrix)
    assert mean_of(members, [0.9, 0.1]).raw(matrix) == pytest.approx(weighed, abs=1e-12)
    assert np.abs(weighed - mean).max() > 0.01


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_one_booster_says_what_both_say(booster, steps, matrix, share):
    whole = with_steps(booster, steps, share)
    for rows in (matrix, strangers(matrix)):
        wanted = (1 - share) * booster.predict(rows, raw_score=True) + share * steps.raw(rows)
        assert whole.predict(rows, raw_score=True) == pytest.approx(wanted, abs=1e-12)
        assert whole.predict(rows) == pytest.approx(1 / (1 + np.exp(-wanted)), abs=1e-12)


def test_reasons_of_the_blend_add_up_and_are_the_steps_own(booster, steps, matrix):
    rows = np.concatenate([matrix[:200], strangers(matrix)])
    whole = with_steps(booster, steps, 0.4)
    told = whole.predict(rows, pred_contrib=True)
    assert told.sum(axis=1) == pytest.approx(whole.predict(rows, raw_score=True), abs=1e-10)
    alone = with_steps(booster, steps, 1.0).predict(rows, pred_contrib=True)
    for cut, height in zip(steps.cuts, steps.heights, strict=True):
        # a sum of steps has no interactions: a feature gives its own height, less what it gives on average
        own = height[cut.of(rows)] - np.average(height, weights=np.maximum(cut.cases, 1))
        assert alone[:, cut.column] == pytest.approx(own, abs=1e-9)
    both = 0.6 * booster.predict(rows, pred_contrib=True) + 0.4 * alone
    assert told == pytest.approx(both, abs=1e-9)


def test_compiled_code_scores_and_explains_the_blend(booster, steps, matrix, table, encoding):
    whole = with_steps(booster, steps, 0.4)
    trees = trees_of(whole)
    batch = table.combine_chunks().to_batches()[0]
    fast, plain = compiled_predictor(trees, encoding), ByLightGbm(whole, encoding)
    assert agree(fast, plain, [probe_of(trees, encoding), batch])
    explainer, why = compiled_of(trees, encoding)
    assert why == ""
    wanted = whole.predict(matrix[:300], pred_contrib=True)
    assert explainer.contributions(batch.slice(0, 300)) == pytest.approx(wanted, abs=1e-9)


def test_what_is_saved_says_the_same_to_the_last_bit(booster, steps, matrix):
    import lightgbm as lgb

    whole = with_steps(booster, steps, 0.4)
    again = lgb.Booster(model_str=whole.model_to_string())
    assert (again.predict(matrix) == whole.predict(matrix)).all()
    assert again.model_to_string() == whole.model_to_string()


def test_importance_knows_the_steps(booster, steps, encoding):
    gain = with_steps(booster, steps, 1.0).feature_importance("gain")
    assert gain[encoding.features.index("same")] == 0
    assert gain[encoding.features.index("wealth")] > gain[encoding.features.index("whole")]


def test_a_share_that_is_none_and_amounts_are_refused(booster, steps, matrix, encoding, y):
    with pytest.raises(ValueError, match="share"):
        with_steps(booster, steps, 0.0)
    amounts = fit_booster(
        make_dataset(matrix, y + 1, encoding), None, {"objective": "regression"}, max_rounds=3
    )
    with pytest.raises(ValueError, match="log-odds"):
        with_steps(amounts, steps, 0.5)
