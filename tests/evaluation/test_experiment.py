"""Contacted against control: published figures, simulation, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from leadlift.evaluation.experiment import (
    Counted,
    detectable,
    exact,
    incremental_mean,
    incremental_share,
    mean,
    newcombe,
    scaled,
    wilson,
)


@pytest.mark.parametrize(
    ("counts", "ends"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ],
)
def test_the_difference_of_two_shares_has_the_published_interval(counts, ends):
    found = newcombe(*counts)
    assert (found.low, found.high) == pytest.approx(ends, abs=5e-5)


@given(st.integers(1, 400), st.floats(0, 1))
def test_score_and_exact_intervals_are_scipys(customers, share):
    responded = round(share * customers)
    told = stats.binomtest(responded, customers)
    for ours, method in ((wilson, "wilson"), (exact, "exact")):
        theirs = told.proportion_ci(method=method)
        found = ours(responded, customers)
        assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_one_stratum_is_the_plain_difference():
    assert incremental_share([Counted(70, 56, 80, 48)]) == newcombe(56, 70, 48, 80)


def test_controls_count_as_the_contacted_are_spread():
    # 900 good customers of whom 100 are control, 100 poor ones of whom half are: the plain difference would mix them up
    strata = [Counted(800, 400, 100, 40), Counted(50, 0, 50, 0)]
    found = incremental_share(strata)
    assert found.value == pytest.approx(400 / 850 - (800 / 850 * 0.4 + 50 / 850 * 0.0))


def test_intervals_hold_the_true_effect_about_as_often_as_they_say():
    rng, held = np.random.default_rng(7), 0
    sizes, controls = np.array([300, 500, 700]), np.array([60, 60, 70])
    with_contact, without = np.array([0.12, 0.05, 0.02]), np.array([0.08, 0.03, 0.02])
    truth = ((with_contact - without) * sizes).sum() / sizes.sum()
    for _ in range(2_000):
        yes, base = rng.binomial(sizes, with_contact), rng.binomial(controls, without)
        rows = [Counted(*map(int, one)) for one in zip(sizes, yes, controls, base, strict=True)]
        found = incremental_share(rows)
        held += found.low <= truth <= found.high
    assert 0.93 <= held / 2_000 <= 0.99


def test_a_mean_has_students_interval_and_amounts_are_told_apart():
    rng = np.random.default_rng(1)
    one, other = rng.exponential(10, 400), rng.exponential(8, 300)
    ends = stats.t.interval(0.95, 399, one.mean(), stats.sem(one))
    assert (mean(one).low, mean(one).high) == pytest.approx(ends)
    welch = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    found = incremental_mean([one], [other])
    assert found.value == pytest.approx(one.mean() - other.mean())
    assert (found.low, found.high) == pytest.approx((welch.low, welch.high), rel=0.02)


@given(st.floats(0.01, 0.5), st.integers(200, 20_000), st.integers(200, 20_000))
def test_what_is_detectable_is_detected_as_often_as_promised(rate, contacted, control):
    rise = detectable(rate, contacted, control)
    if rise >= 1 - rate - 1e-9:
        return
    risen = rate + rise
    spread = np.sqrt(risen * (1 - risen) / contacted + rate * (1 - rate) / control)
    pooled = (contacted * risen + control * rate) / (contacted + control)
    critical = stats.norm.ppf(0.975) * np.sqrt(pooled * (1 - pooled) * (1 / contacted + 1 / control))
    assert stats.norm.sf((critical - rise) / spread) == pytest.approx(0.8, abs=1e-6)


def test_money_follows_the_effect_and_a_loss_turns_the_ends():
    effect = newcombe(56, 70, 48, 80)
    money = scaled(effect, -10.0, plus=1.0)
    assert money.low == pytest.approx(1 - 10 * effect.high)
    assert money.low <= money.value <= money.high


@pytest.mark.parametrize("strata", [[], [Counted(10, 1, 0, 0)], [Counted(0, 0, 10, 1)]])
def test_a_stratum_without_one_of_the_groups_is_refused(strata):
    with pytest.raises(ValueError, match="contacted and control"):
        incremental_share(strata)
