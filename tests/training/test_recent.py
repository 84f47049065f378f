"""The level of the latest cases, where the past shows that it is worth knowing."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.training.recent import recent_level

ROWS = 20_000
TIME = np.arange(ROWS) / ROWS


def came(rate, seed=0):
    return (np.random.default_rng(seed).random(ROWS) < rate).astype(float)


def said(y):
    """A model that knows the mean of all and nothing of time."""
    return np.full(ROWS, y.mean())


def test_a_level_that_rises_is_followed():
    y = came(0.02 + 0.1 * TIME)
    found = recent_level(said(y), y, np.arange(ROWS))
    assert 0.10 < y.mean() * found.ratio < 0.125
    assert "as the latest" in found.because


def test_a_level_that_falls_is_followed():
    y = came(0.12 - 0.1 * TIME)
    assert y.mean() * recent_level(said(y), y, np.arange(ROWS)).ratio < 0.04


@pytest.mark.parametrize("seed", range(5))
def test_a_steady_level_stays_as_it_is_to_the_last_bit(seed):
    y = came(0.05, seed)
    assert recent_level(said(y), y, np.arange(ROWS)).ratio == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_months_that_differ_without_a_direction_change_nothing(seed):
    month = (TIME * 20).astype(int)
    rates = 0.05 * np.exp(np.random.default_rng(seed).normal(0, 0.15, 20))
    y = came(rates[month], seed)
    assert recent_level(said(y), y, month).ratio == 1.0


def test_a_rise_that_the_model_knows_of_changes_nothing():
    rate = 0.02 + 0.1 * TIME
    assert recent_level(rate, came(rate), np.arange(ROWS)).ratio == 1.0


def test_a_year_of_months_is_too_short_to_see_a_drift():
    y = came(0.02 + 0.1 * TIME)
    found = recent_level(said(y), y, (TIME * 12).astype(int))
    assert found.ratio == 1.0
    assert "too few times" in found.because


def test_the_order_of_rows_does_not_matter_only_their_time():
    y = came(0.02 + 0.1 * TIME)
    mixed = np.random.default_rng(3).permutation(ROWS)
    whole = recent_level(said(y), y, np.arange(ROWS))
    assert recent_level(said(y)[mixed], y[mixed], np.arange(ROWS)[mixed]) == whole
