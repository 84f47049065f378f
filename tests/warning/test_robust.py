"""Distances from the customer's own past against a slow plain version, and the properties they must have."""

from __future__ import annotations

from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.warning import deviations, usual_of
from leadlift.warning.robust import FLOOR, MEAN_TO_SIGMA, TO_SIGMA

LEAST = 3
values = st.one_of(st.just(float("nan")), st.integers(-20, 20).map(float))
pasts = st.integers(1, 4).flatmap(
    lambda f: st.lists(
        st.lists(st.lists(values, min_size=f, max_size=f), min_size=6, max_size=6), min_size=1, max_size=8
    )
)


def plain(past):
    """Median and floored spread of every customer and feature, one list at a time."""
    n, _, f = past.shape
    middle, spread = np.full((n, f), np.nan), np.full((n, f), np.nan)
    for i in range(n):
        for k in range(f):
            known = [x for x in past[i, :, k].tolist() if x == x]
            if len(known) >= LEAST:
                middle[i, k] = median(known)
                apart = [abs(x - middle[i, k]) for x in known]
                spread[i, k] = TO_SIGMA * median(apart) or MEAN_TO_SIGMA * sum(apart) / len(apart)
    for k in range(f):
        varying = [x for x in spread[:, k].tolist() if x > 0]
        for i in range(n):
            if not varying:
                spread[i, k] = np.nan
            elif spread[i, k] < FLOOR * median(varying):
                spread[i, k] = FLOOR * median(varying)
    return middle, spread


@settings(max_examples=150)
@given(pasts)
def test_median_and_spread_are_those_of_a_plain_version(rows):
    past = np.array(rows)
    usual = usual_of(past, LEAST)
    middle, spread = plain(past)
    np.testing.assert_allclose(usual.median, middle)
    np.testing.assert_allclose(usual.spread, spread)


def test_one_wild_month_in_the_past_moves_the_usual_little_and_is_told_when_it_is_now():
    rng = np.random.default_rng(3)
    past = rng.normal(100, 10, (200, 12, 1))
    calm = usual_of(past, LEAST)
    wild = past.copy()
    wild[:, 4, 0] = 100_000
    after = usual_of(wild, LEAST)
    assert np.abs(after.median - calm.median).max() < 10
    assert (np.abs(deviations(np.full((200, 1), 100_000.0), after)) > 100).all()
    assert (np.abs(deviations(np.full((200, 1), 100.0), after)) < 3).mean() > 0.95


def test_who_is_known_for_too_few_months_is_not_judged():
    past = np.full((2, 6, 1), np.nan)
    past[0, :2, 0], past[1, :, 0] = [1, 2], [1, 2, 3, 4, 5, 6]
    told = deviations(np.array([[50.0], [50.0]]), usual_of(past, LEAST))
    assert np.isnan(told[0, 0])
    assert told[1, 0] > 5


@pytest.mark.parametrize("factor", [0.001, 7.0, 1e6])
def test_the_unit_of_a_feature_does_not_matter(factor):
    rng = np.random.default_rng(5)
    past, now = rng.exponential(10, (50, 8, 2)), rng.exponential(30, (50, 2))
    told = deviations(now, usual_of(past, LEAST))
    np.testing.assert_allclose(deviations(factor * now, usual_of(factor * past, LEAST)), told, rtol=1e-9)
