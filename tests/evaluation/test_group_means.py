"""What a model of amounts or effects promises groups, and whom it would choose."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leadlift.evaluation import Estimate, mean_amount, qini_points, uplift_band
from leadlift.evaluation.depth import gains_band, profit
from leadlift.evaluation.group_means import by_group_means


def test_a_group_that_is_promised_too_much_is_named_and_so_is_who_is_chosen():
    draw = np.random.default_rng(1)
    amount = draw.exponential(100.0, 4_000)
    level = np.repeat(["north", "south", "few"], [1_980, 1_980, 40]).tolist()
    promised = np.where(np.arange(4_000) < 1_980, 100.0, 140.0)
    north, south = sorted(
        by_group_means(
            "region", level, promised, promised, lambda rows: mean_amount(amount[rows], np.arange(len(rows)))
        ),
        key=lambda one: one.level,
    )
    assert (north.weak, south.weak) == ("", "promises too much")
    assert (north.promised, north.cases) == (100.0, 1_980)
    assert (north.selected_rate, north.selected_low) == (0.0, 0.0)
    assert south.selected_rate == pytest.approx(400 / 1_980, abs=0.03)
    assert south.found == pytest.approx(amount[1_980:3_960].mean())


def test_a_group_without_controls_has_no_effect_and_is_not_called_weak():
    def none(_: object) -> Estimate:
        raise ValueError("an effect needs both treated customers and controls")

    (one,) = by_group_means("region", ["a"] * 60, np.ones(60), np.ones(60), none)
    assert np.isnan(one.found)
    assert one.weak == ""


def test_a_group_in_which_nobody_brings_anything_is_not_called_weak():
    nothing = np.zeros(200)
    (one,) = by_group_means(
        "r",
        ["a"] * 200,
        nothing + 0.1,
        nothing,
        lambda rows: mean_amount(nothing[rows], np.arange(len(rows))),
    )
    assert (one.found, one.weak) == (0.0, "")


def test_a_group_that_is_too_small_is_not_told():
    assert by_group_means("r", ["a"] * 49, np.ones(49), np.ones(49), lambda _: Estimate(1, 1, 1)) == []


def test_the_interval_of_a_mean_amount_is_students_where_rows_are_customers():
    amount = np.random.default_rng(2).gamma(2.0, 50.0, 3_000)
    found = mean_amount(amount, np.arange(3_000), resamples=600)
    half = stats.t.ppf(0.975, 2_999) * stats.sem(amount)
    assert found.value == pytest.approx(amount.mean())
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.12)


def test_rows_of_one_customer_are_drawn_together():
    amount = np.repeat(np.random.default_rng(3).gamma(2.0, 50.0, 500), 6)
    apart, together = (
        mean_amount(amount, who, resamples=300) for who in (np.arange(3_000), np.repeat(np.arange(500), 6))
    )
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_the_band_of_an_effect_holds_its_qini_curve_and_money_follows_from_it():
    draw = np.random.default_rng(4)
    score, treated = draw.normal(size=5_000), (draw.random(5_000) < 0.5).astype(float)
    y = (draw.random(5_000) < 0.1 + 0.3 * treated * (score > 0)).astype(float)
    band = uplift_band(y, treated, score, np.arange(5_000))
    assert band.found == pytest.approx(qini_points(y, treated, score, points=51)[1])
    assert ((band.low <= band.found) & (band.found <= band.high)).mean() > 0.9
    # .15 more on average, all among the better half: at 10 for each and 1 a contact half is best
    found = profit(band, 1.0, value=10.0, cost=1.0)
    assert found.best == pytest.approx(0.5, abs=0.12)
    assert found.earned == pytest.approx(1_000, rel=0.25)


def test_money_brought_less_what_contacts_cost_is_earned():
    amount = np.array([90.0, 60.0, 30.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    band = gains_band(amount, amount, np.arange(10), points=11)
    found = profit(band, float(amount.mean()), value=0.1, cost=2.0)
    # 9 + 6 + 3 less 2 each
    assert (found.best, found.earned) == (pytest.approx(0.3), pytest.approx(1_200))
