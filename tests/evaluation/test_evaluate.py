"""Intervals, comparisons, and the tables built on the same counts."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.evaluation import (
    auc,
    brier,
    calibration_error,
    decile_table,
    difference,
    evaluate,
    gains_curve,
    lift_at,
    reliability,
)


def responses(n, seed=0, rate=0.05):
    """A model that is right about everyone's chance: (y, probability)."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(1, 1 / rate - 1, n)
    return (rng.random(n) < chance).astype(int), chance


def test_values_are_the_metrics_of_the_rows_as_they_are():
    y, chance = responses(2_000)
    told = evaluate(y, np.sqrt(chance), chance, np.arange(2_000), resamples=5)
    assert told["auc"].value == auc(y, chance)
    assert told["lift_at_10"].value == lift_at(y, chance, 0.10)
    assert told["brier"].value == pytest.approx(brier(y, chance))
    assert told["calibration_error"].value == calibration_error(y, chance)
    assert told["mean_probability"].value == pytest.approx(chance.mean())
    assert told["actual_rate"].value == pytest.approx(y.mean())


def test_every_key_is_there_and_lies_in_its_interval():
    y, chance = responses(3_000)
    told = evaluate(y, chance, chance, np.arange(3_000), shares=(0.01, 0.2), resamples=50)
    assert set(told) == {
        "auc", "average_precision", "ks", "lift_at_1", "lift_at_20", "captured_at_1", "captured_at_20",
        "brier", "log_loss", "calibration_error", "mean_probability", "actual_rate",
    }  # fmt: skip
    for name in ("auc", "brier", "log_loss", "actual_rate", "mean_probability"):
        assert told[name].low < told[name].value < told[name].high


def test_the_interval_of_a_rate_is_the_one_of_the_textbook():
    y, chance = responses(4_000)
    told = evaluate(y, chance, chance, np.arange(4_000), resamples=600)["actual_rate"]
    half = 1.96 * np.sqrt(y.mean() * (1 - y.mean()) / 4_000)
    assert told.high - told.low == pytest.approx(2 * half, rel=0.15)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    _, many = responses(1_000_000, seed=99)
    truth = many.mean()
    held = 0
    for seed in range(60):
        y, chance = responses(500, seed)
        told = evaluate(y, chance, chance, np.arange(500), resamples=100, seed=seed)["actual_rate"]
        held += told.low <= truth <= told.high
    assert 50 <= held <= 60


def test_rows_of_one_customer_are_drawn_together_so_copies_add_no_certainty():
    y, chance = responses(500)
    once = evaluate(y, chance, chance, np.arange(500), resamples=100)["auc"]
    four = [np.repeat(part, 4) for part in (y, chance, np.arange(500))]
    copied = evaluate(four[0], four[1], four[1], four[2], resamples=100)["auc"]
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))


def test_the_same_seed_gives_the_same_interval_and_names_may_be_text():
    y, chance = responses(300)
    names = [f"c{i:04}" for i in range(300)]
    first = evaluate(y, chance, chance, names, resamples=20, seed=3)
    assert first == evaluate(y, chance, chance, np.arange(300), resamples=20, seed=3)
    assert first["auc"] != evaluate(y, chance, chance, names, resamples=20, seed=4)["auc"]


def test_resamples_without_any_responder_are_left_out():
    y, chance = np.array([1, 0, 0, 0]), np.array([0.4, 0.3, 0.2, 0.1])
    told = evaluate(y, chance, chance, np.arange(4), resamples=50)
    assert told["auc"].value == told["auc"].low == told["auc"].high == 1.0


def test_nobody_responded_is_an_error_not_a_number():
    with pytest.raises(ValueError, match="nobody responded"):
        evaluate([0, 0], [0.1, 0.2], [0.1, 0.2], [1, 2])


def test_a_better_model_differs_beyond_luck_and_equal_models_do_not():
    y, chance = responses(4_000)
    noise = np.random.default_rng(5).random(4_000)
    better = difference(y, chance, noise, np.arange(4_000), resamples=50)
    assert better["auc"].value == pytest.approx(auc(y, chance) - auc(y, noise))
    assert better["auc"].low > 0
    assert better["lift_at_10"].low > 0
    same = difference(y, chance, np.log(chance), np.arange(4_000), resamples=20)
    assert same["auc"].value == same["auc"].low == same["auc"].high == 0.0


def test_deciles_by_hand():
    y = [1, 1, 0, 1, 0, 0, 0, 0, 1, 0] * 2
    score = np.arange(20, 0, -1)
    table = decile_table(y, np.full(20, 0.4), score)
    assert [row.responders for row in table] == [2, 1, 0, 0, 1, 2, 1, 0, 0, 1]
    best = table[0]
    assert (best.decile, best.customers, best.response_rate) == (1, 2, 1.0)
    assert best.lift == pytest.approx(1.0 / 0.4)
    assert table[1].cumulative_captured == pytest.approx(3 / 8)
    assert table[1].cumulative_lift == pytest.approx((3 / 4) / 0.4)
    assert table[9].cumulative_lift == pytest.approx(1.0)
    assert best.mean_probability == pytest.approx(0.4)


def test_the_first_decile_is_lift_at_ten_percent_even_with_ties():
    y, chance = responses(1_237)
    coarse = np.round(chance, 2)
    table = decile_table(y, chance, coarse)
    assert table[0].lift == pytest.approx(lift_at(y, coarse, 0.10))
    assert sum(row.customers for row in table) == pytest.approx(1_237)
    assert sum(row.responders for row in table) == pytest.approx(y.sum())
    assert sum(row.mean_probability * row.customers for row in table) == pytest.approx(chance.sum())


def test_the_gains_curve_runs_from_nothing_to_everything():
    shares, found = gains_curve([1, 0, 1, 0], [4, 3, 2, 1], points=5)
    assert shares.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert found.tolist() == [0, 0.5, 0.5, 1, 1]


def test_reliability_tells_promise_and_outcome_from_low_to_high():
    y = [0] * 9 + [1] + [1] * 5 + [0] * 5
    chance = [0.1] * 10 + [0.5] * 10
    low, high = reliability(y, chance, bins=2)
    assert (low.customers, low.mean_probability, low.actual_rate) == pytest.approx((10, 0.1, 0.1))
    assert (high.mean_probability, high.actual_rate) == pytest.approx((0.5, 0.5))
    # Wilson's interval for 5 of 10, as published in many tables
    assert (high.low, high.high) == pytest.approx((0.2366, 0.7634), abs=1e-4)
