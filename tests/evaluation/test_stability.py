"""Stability, strength and likeness, each against a slow version of its formula or another library's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from leadlift.evaluation import (
    binned,
    clustered_auc,
    frozen_edges,
    information_value,
    mid_ranks,
    psi,
    psi_by_chance,
    rank_correlations,
    rates_of_others,
)

some_counts = st.lists(st.integers(0, 200), min_size=2, max_size=8).filter(sum)


def slow_psi(reference: list[int], actual: list[int]) -> float:
    """Bin by bin, each half a customer fuller than it is."""
    expected, found = sum(reference) + 0.5 * len(reference), sum(actual) + 0.5 * len(actual)
    total = 0.0
    for before, now in zip(reference, actual, strict=True):
        r, a = (before + 0.5) / expected, (now + 0.5) / found
        total += (a - r) * math.log(a / r)
    return total


def test_psi_of_one_half_moved_is_what_the_formula_gives_by_hand():
    # 500 and 500 became 250 and 750; the half customers change the fourth digit only
    assert psi([500, 500], [250, 750]) == pytest.approx(
        -0.25 * math.log(0.5) + 0.25 * math.log(1.5), rel=5e-3
    )


@given(some_counts, st.data())
def test_psi_agrees_with_the_slow_sum_and_does_not_care_which_side_came_first(reference, data):
    size = len(reference)
    actual = data.draw(st.lists(st.integers(0, 200), min_size=size, max_size=size).filter(sum))
    assert psi(reference, actual) == pytest.approx(slow_psi(reference, actual))
    assert psi(reference, actual) == pytest.approx(psi(actual, reference))
    assert psi(reference, reference) == 0


def test_psi_refuses_other_bins_and_empty_sides():
    with pytest.raises(ValueError, match="same bins"):
        psi([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="no customers"):
        psi([0, 0], [1, 2])


def test_the_psi_of_chance_is_the_chi_squared_point_and_holds_for_19_of_20_samples():
    assert psi_by_chance(1000, 500, 1) == 0
    for bins in (3, 6, 11):
        exact = stats.chi2.ppf(0.95, bins - 1) * (1 / 1000 + 1 / 500)
        assert psi_by_chance(1000, 500, bins) == pytest.approx(exact, rel=0.01)
    rng = np.random.default_rng(1)
    shares = [0.1, 0.2, 0.3, 0.25, 0.15]
    drawn = [psi(rng.multinomial(1000, shares), rng.multinomial(500, shares)) for _ in range(2000)]
    assert np.mean(np.array(drawn) < psi_by_chance(1000, 500, 5)) == pytest.approx(0.95, abs=0.02)


def test_bins_hold_equally_many_and_missing_is_a_bin_of_its_own():
    values = np.append(np.arange(1, 101, dtype=float), [np.nan] * 7)
    edges = frozen_edges(values)
    assert edges.tolist() == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert np.bincount(binned(values, edges)).tolist() == [10] * 10 + [7]
    # later values beyond all that was seen fall into the outer bins
    assert binned([-5.0, 1e9, np.nan], edges).tolist() == [0, 9, 10]


def test_a_value_that_most_have_is_one_bin():
    values = np.array([0.0] * 80 + list(range(1, 21)))
    edges = frozen_edges(values)
    counts = np.bincount(binned(values, edges))
    assert counts.tolist() == [80, 10, 10]
    assert frozen_edges([np.nan, np.nan]).tolist() == []
    assert np.bincount(binned([5.0, 5.0], frozen_edges([5.0, 5.0])), minlength=3).tolist() == [2, 0, 0]


def test_information_value_agrees_with_weights_of_evidence_summed_by_hand():
    y = np.array([1] * 30 + [0] * 70 + [1] * 10 + [0] * 90)
    codes = np.array([0] * 100 + [1] * 100)
    expected = 0.0
    for responders, others in ((30, 70), (10, 90)):
        r, o = (responders + 0.5) / 41, (others + 0.5) / 161
        expected += (r - o) * math.log(r / o)
    assert information_value(y, codes) == pytest.approx(expected)
    assert information_value(y, np.zeros(200, dtype=int)) == 0
    # a bin that nobody is in says nothing
    assert information_value(y, codes * 5) == pytest.approx(expected)
    with pytest.raises(ValueError, match="responders and others"):
        information_value(np.ones(200), codes)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_the_area_agrees_with_another_library_and_its_variance_with_pairs_counted_one_by_one(seed):
    rng = np.random.default_rng(seed)
    size = 40
    y = np.append([1, 0, 1, 0], rng.integers(0, 2, size - 4))
    score, customer = rng.integers(0, 8, size).astype(float), rng.integers(0, 15, size)
    customer[:4] = [0, 1, 2, 3]
    found = clustered_auc(y, score, customer)
    assert found.value == pytest.approx(roc_auc_score(y, score))
    variance = slow_variance(y, score, customer)
    reach = 1.959963984540054 * math.sqrt(max(variance, 0.0))
    assert found.low == pytest.approx(max(0.0, found.value - reach))
    assert found.high == pytest.approx(min(1.0, found.value + reach))


def slow_variance(y, score, customer) -> float:
    """Obuchowski (1997), by the book: every pair of a responder and another, then sums by customer."""
    ones, zeros = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    wins = {
        (i, j): 1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0
        for i in ones
        for j in zeros
    }
    area = sum(wins.values()) / len(wins)
    by = {who: [0.0, 0.0] for who in set(customer.tolist())}
    for i in ones:
        by[int(customer[i])][0] += sum(wins[i, j] for j in zeros) / len(zeros) - area
    for j in zeros:
        by[int(customer[j])][1] += sum(wins[i, j] for i in ones) / len(ones) - area
    having = [len({int(customer[i]) for i in side}) for side in (ones, zeros)]
    m, n, all_ = len(ones), len(zeros), len(by)
    s10 = having[0] / ((having[0] - 1) * m) * sum(a * a for a, _ in by.values())
    s01 = having[1] / ((having[1] - 1) * n) * sum(b * b for _, b in by.values())
    s11 = all_ / (all_ - 1) * sum(a * b for a, b in by.values())
    return s10 / m + s01 / n + 2 * s11 / (m * n)


def test_repeating_every_case_of_a_customer_makes_the_interval_no_narrower():
    rng = np.random.default_rng(3)
    y, customer = rng.integers(0, 2, 200), np.arange(200)
    score = y + rng.normal(0, 2, 200)
    once = clustered_auc(y, score, customer)
    often = clustered_auc(*(np.tile(one, 6) for one in (y, score, customer)))
    alone = clustered_auc(np.tile(y, 6), np.tile(score, 6), np.arange(1200))
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
    assert alone.high - alone.low < 0.6 * (once.high - once.low)


def test_the_interval_of_the_area_holds_the_truth_in_19_of_20_samples():
    rng = np.random.default_rng(5)
    truth = stats.norm.cdf(0.5 / math.sqrt(2))  # two normals half a deviation apart
    held = 0
    for _ in range(400):
        y = rng.integers(0, 2, 150)
        found = clustered_auc(y, rng.normal(0.5 * y, 1), np.arange(150))
        held += found.low <= truth <= found.high
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_the_area_is_undefined_without_both_kinds_and_its_interval_with_one_customer():
    with pytest.raises(ValueError, match="responders and others"):
        clustered_auc([1, 1], [1.0, 2.0], np.array([0, 1]))
    with pytest.raises(ValueError, match="NaN"):
        clustered_auc([1, 0], [1.0, np.nan], np.array([0, 1]))
    single = clustered_auc([1, 0, 0], [2.0, 1.0, 0.0], np.array([0, 1, 2]))
    assert (single.value, math.isnan(single.low), math.isnan(single.high)) == (1.0, True, True)


def test_a_list_of_names_ranks_nobody_when_each_is_judged_by_other_customers():
    rng = np.random.default_rng(2)
    customer, y = np.arange(2000), rng.integers(0, 2, 2000)
    names = rng.integers(0, 600, 2000)
    in_sample = np.array([y[names == name].mean() for name in names])
    assert roc_auc_score(y, in_sample) > 0.75
    assert roc_auc_score(y, rates_of_others(y, names, customer)) == pytest.approx(0.5, abs=0.05)


def test_a_category_that_responds_ranks_above_one_that_does_not():
    y = np.array([1, 1, 0, 0] * 100)
    codes = np.array([0, 0, 1, 1] * 100)
    rates = rates_of_others(y, codes, np.arange(400))
    assert rates[0] == pytest.approx((100 + 10) / 120)
    assert rates[2] == pytest.approx(10 / 120)


values = st.lists(st.one_of(st.integers(-3, 3).map(float), st.just(math.nan)), min_size=4, max_size=30)


@given(values)
def test_ranks_agree_with_another_library_and_leave_the_unknown_out(numbers):
    assert mid_ranks(numbers) == pytest.approx(stats.rankdata(numbers, nan_policy="omit"), nan_ok=True)


def test_rank_correlations_agree_with_another_library_and_see_a_turned_column():
    rng = np.random.default_rng(4)
    table = rng.integers(0, 9, (60, 3)).astype(float)
    table[7, :] = np.nan
    columns = np.column_stack([table, -(table[:, 0] ** 3), np.ones(60)])
    found = rank_correlations(columns)
    known = np.delete(table, 7, axis=0)
    assert found[:3, :3] == pytest.approx(stats.spearmanr(known).statistic)
    assert found[0, 3] == pytest.approx(-1)
    assert np.isnan(found[4]).all()


def test_columns_known_of_other_customers_are_not_alike():
    one = np.array([1.0, 2, 3, 4, np.nan, np.nan, np.nan, np.nan])
    other = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    assert rank_correlations(np.column_stack([one, other]))[0, 1] < 0.9
