"""Which calibration is taken, and by which cases."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from leadlift.models import choose_calibration, fit_calibrator
from leadlift.models.calibrators import both_logs, chance, log_odds


def world(bend, n=12_000, seed=0, rate=-2.0):
    """Raw outputs, who responded by the bent log-odds, a customer and a date each, in the order of time."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(rate, 1.2, n)
    y = (rng.random(n) < chance(bend(odds))).astype(float)
    when = np.datetime64("2025-01-01") + np.arange(n) * 12 // n * 30
    return chance(odds), y, np.arange(n), when.astype("datetime64[D]")


def test_a_straight_distortion_is_left_to_the_simplest():
    raw, y, who, when = world(lambda odds: 0.6 * odds - 0.3)
    assert choose_calibration(raw, y, who, when).kind == "platt"


def test_a_distortion_that_no_line_can_follow_is_left_to_the_steps():
    raw, y, who, when = world(lambda odds: np.where(odds > -1.5, 1.0, -3.5))
    assert choose_calibration(raw, y, who, when).kind == "centred"


def test_a_bend_of_one_end_takes_beta():
    def bent(odds):
        low, high = both_logs(chance(odds))
        return 0.3 * low + 2.5 * high

    raw, y, who, when = world(bent, 40_000)
    assert choose_calibration(raw, y, who, when).kind == "beta"


def test_the_choice_is_made_on_the_later_cases():
    raw, y, who, when = world(lambda odds: odds)
    later = when >= when[int(len(when) * 0.6)]
    losses = choose_calibration(raw, y, who, when).losses
    for kind, loss in losses.items():
        p = fit_calibrator(kind, raw[~later], y[~later])(raw[later])
        by_hand = -np.mean(np.where(y[later] == 1, np.log(p), np.log(1 - p)))
        assert loss == pytest.approx(by_hand)


def test_without_time_either_half_of_the_customers_is_told_by_the_other():
    raw, y, who, _ = world(lambda odds: np.where(odds > -1.5, 1.0, -3.5))
    told = choose_calibration(raw, y, who // 3, None)
    assert told.kind == "centred"
    assert "either half" in told.because


def test_too_few_responders_to_choose_by_take_platt():
    raw, y, who, when = world(lambda odds: odds, n=3_000, rate=-6.0)
    told = choose_calibration(raw, y, who, when)
    assert (told.kind, dict(told.losses)) == ("platt", {})
    assert "fewer than 30 responders" in told.because


@pytest.mark.parametrize("kind", ["platt", "beta"])
def test_lines_are_those_of_scikit_learn(kind):
    raw, y, _, _ = world(lambda odds: 0.8 * odds + 0.2)
    columns = log_odds(raw)[:, None] if kind == "platt" else np.column_stack(both_logs(raw))
    theirs = LogisticRegression(C=1e4, solver="newton-cholesky", tol=1e-10).fit(columns, y)
    assert fit_calibrator(kind, raw, y)(raw) == pytest.approx(theirs.predict_proba(columns)[:, 1], abs=1e-6)


@pytest.mark.parametrize("kind", ["platt", "beta", "isotonic", "centred"])
def test_a_weight_of_two_is_the_customer_twice(kind):
    raw, y, _, _ = world(lambda odds: odds, n=2_000)
    weight = np.random.default_rng(1).integers(1, 4, len(raw)).astype(float)
    twice = np.repeat(np.arange(len(raw)), weight.astype(int))
    weighted, repeated = fit_calibrator(kind, raw, y, weight), fit_calibrator(kind, raw[twice], y[twice])
    assert weighted(raw) == pytest.approx(repeated(raw), abs=1e-9)


def test_the_best_customers_keep_their_order_where_steps_make_them_alike():
    raw, y, _, _ = world(lambda odds: 0.8 * odds, n=4_000)
    best = np.sort(raw)[-40:]
    assert len(np.unique(fit_calibrator("isotonic", raw, y)(best))) < 5
    assert len(np.unique(fit_calibrator("centred", raw, y)(best))) == 40
