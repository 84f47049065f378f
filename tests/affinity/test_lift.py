"""Lift and its interval: against other samples of the same customers, and where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.evaluation.lift import lift_of

LUCK = np.random.default_rng(11)


def counts(a: np.ndarray, b: np.ndarray) -> tuple[int, int, int, int]:
    return int((a & b).sum()), int(a.sum()), int(b.sum()), len(a)


def test_the_interval_is_that_of_resampled_customers():
    a = LUCK.random(4_000) < 0.2
    b = LUCK.random(4_000) < np.where(a, 0.3, 0.1)
    found = lift_of(*counts(a, b))
    drawn = []
    for _ in range(2_000):
        rows = LUCK.integers(0, 4_000, 4_000)
        both, na, nb, n = counts(a[rows], b[rows])
        drawn.append(both * n / (na * nb))
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert found.estimate.low == pytest.approx(low, rel=0.03)
    assert found.estimate.high == pytest.approx(high, rel=0.03)


def test_the_interval_holds_the_true_lift_as_often_as_it_says():
    held = 0
    for _ in range(1_000):
        a = LUCK.random(1_500) < 0.15
        b = LUCK.random(1_500) < np.where(a, 0.08, 0.04)
        estimate = lift_of(*counts(a, b)).estimate
        held += estimate.low <= 0.08 / (0.15 * 0.08 + 0.85 * 0.04) <= estimate.high
    assert held / 1_000 == pytest.approx(0.95, abs=0.025)


def test_independent_products_have_lift_one_within_luck():
    surely = [lift_of(*counts(LUCK.random(2_000) < 0.3, LUCK.random(2_000) < 0.1)).surely for _ in range(500)]
    assert np.std(surely) == pytest.approx(1.0, abs=0.12)


def test_what_everybody_holds_or_nobody_tells_nothing():
    assert lift_of(10, 100, 10, 100).surely == 0
    assert lift_of(0, 0, 10, 100).surely == 0
    assert np.isnan(lift_of(0, 0, 10, 100).estimate.value)


def test_an_empty_cell_leaves_an_interval():
    found = lift_of(0, 50, 20, 1_000)
    assert found.estimate.value == 0
    assert 0 <= found.estimate.low < 1 < found.estimate.high


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="no such counts"):
        lift_of(5, 4, 10, 100)
