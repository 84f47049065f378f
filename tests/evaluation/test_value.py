"""Measures of predicted amounts, against sums written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.evaluation import evaluate_value, money_curve, value_deciles, value_difference


def drawn(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    told = draw.gamma(1.0, 100.0, rows)
    return told * draw.gamma(1.0, 1.0, rows) * (draw.random(rows) < 0.3), told


def slow_gini(y: np.ndarray, score: np.ndarray) -> float:
    """Over all pairs: how much more the higher ranked one brings, over what the best order would bring."""
    higher = np.sign(score[:, None] - score[None, :])
    best = np.sign(y[:, None] - y[None, :])
    apart = y[:, None] - y[None, :]
    return float((higher * apart).sum() / (best * apart).sum())


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_gini_is_that_of_all_pairs(seed):
    y, told = drawn(seed, 60)
    y[0], told = 5.0, np.round(told, -1)  # equal predictions too
    found = evaluate_value(y, told, np.arange(60), resamples=0)
    assert found["gini"].value == pytest.approx(slow_gini(y, told), abs=1e-9)


def test_the_best_order_has_gini_1_and_the_opposite_minus_1():
    y, _ = drawn(1)
    assert evaluate_value(y, y, np.arange(400), 0)["gini"].value == pytest.approx(1.0)
    assert evaluate_value(y, y.max() - y, np.arange(400), 0)["gini"].value == pytest.approx(-1.0)


def test_shares_totals_and_deciles_are_sums_of_money():
    y, told = drawn(2, 1_000)
    order = np.argsort(-told)
    found = evaluate_value(y, told, np.arange(1_000), resamples=50)
    assert found["value_at_10"].value == pytest.approx(y[order][:100].sum() / y.sum())
    assert found["value_lift_at_10"].value == pytest.approx(y[order][:100].mean() / y.mean())
    assert found["total_ratio"].value == pytest.approx(told.sum() / y.sum())
    assert found["gini"].low < found["gini"].value < found["gini"].high
    tenths = value_deciles(y, told, np.arange(1_000), resamples=20)
    for i, row in enumerate(tenths):
        here = order[100 * i : 100 * (i + 1)]
        assert row.actual == pytest.approx(y[here].mean())
        assert row.predicted == pytest.approx(told[here].mean())
        assert row.buyers == pytest.approx((y[here] > 0).sum())
    assert tenths[-1].captured == pytest.approx(1.0)
    shares, money = money_curve(y, told)
    assert money[10] == pytest.approx(y[order][:100].sum())
    assert shares[10] == pytest.approx(0.1)


def test_the_same_ranking_gains_nothing_and_a_better_one_something():
    y, told = drawn(3, 2_000)
    same = value_difference(y, told, 3.0 * told, np.arange(2_000), resamples=30)
    assert same["gini"].low == same["gini"].high == 0.0
    better = value_difference(y, told, np.random.default_rng(0).random(2_000), np.arange(2_000), resamples=50)
    assert better["gini"].low > 0


def test_amounts_below_0_and_no_money_are_refused():
    with pytest.raises(ValueError, match="below 0"):
        evaluate_value([-1.0, 2.0], [1.0, 2.0], [0, 1])
    with pytest.raises(ValueError, match="nobody brings anything"):
        evaluate_value([0.0, 0.0], [1.0, 2.0], [0, 1], resamples=0)
