"""Since when: planted steps and ramps are found where they begin, and steady months give nothing."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.evaluation import onset

ERROR = np.full(12, 0.05)


@pytest.mark.parametrize("first", [0, 3, 8, 11])
def test_a_step_is_found_in_the_month_it_begins(first):
    months = np.where(np.arange(12) >= first, -0.4, 0.0)
    found = onset(months, ERROR)
    assert (found.first, found.gradual) == (
        first,
        False,
    ) or first == 11  # one month is a step and a ramp alike
    assert (found.first, found.size) == (first, pytest.approx(-0.4))


@pytest.mark.parametrize("first", [0, 4, 8])
def test_a_ramp_is_found_in_the_month_it_begins_and_told_apart_from_a_step(first):
    months = 0.1 * np.maximum(np.arange(12) - first + 1, 0)
    found = onset(months, ERROR)
    assert (found.first, found.gradual) == (first, True)
    assert found.size == pytest.approx(0.1 * (12 - first))


def test_steady_months_give_nothing_but_once_in_hundreds_of_series():
    draw = np.random.default_rng(0)
    alarms = sum(onset(draw.normal(0.0, 0.05, 12), ERROR) is not None for _ in range(600))
    assert alarms <= 3


def test_a_departure_that_is_over_is_no_departure():
    months = np.zeros(12)
    months[3] = -0.3
    found = onset(months, ERROR)
    assert found is None or abs(found.size) < 0.05


def test_no_months_give_nothing():
    assert onset([], []) is None
