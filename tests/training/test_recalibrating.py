"""What a calibration fitted to later cases promises, where months differ."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.models import Doubt
from leadlift.models.calibrators import AsIs, chance
from leadlift.training.recalibrating import LaterCases, recalibrate

WOBBLE, LISTS = 0.2, 24
KNOWN = Doubt((0.0,), ((0.0,),), WOBBLE, 12)


def month_of(rng, n, day):
    """Cases of one month whose level differs from the others'."""
    odds = rng.normal(-2.5, 1.0, n)
    y = (rng.random(n) < chance(odds + rng.normal(0, WOBBLE))).astype(float)
    return LaterCases(chance(odds), y, np.full(n, np.datetime64(day)))


def kept(doubted, lists=LISTS):
    """The share of lists of a month that bring what a calibration fitted to the month before promises."""
    held = []
    for seed in range(lists):
        rng = np.random.default_rng(seed)
        found = recalibrate(month_of(rng, 3_000, "2026-01-31"), AsIs(), "platt", doubted)
        to_come = month_of(rng, 3_000, "2026-02-28")
        told = found.doubt.expected(found.calibrator, to_come.raw)
        held.append(told.low <= to_come.y.sum() <= told.high)
    return np.mean(held)


def test_a_level_of_one_month_keeps_what_was_known_of_how_months_differ():
    assert kept(KNOWN) >= 0.9
    assert kept(None, LISTS // 2) < 0.75  # as if the next month were the one learned from


@pytest.mark.parametrize("months", [4, 8])
def test_months_enough_to_see_are_believed(months):
    rng = np.random.default_rng(1)
    each = [month_of(rng, 3_000, f"2026-{number + 1:02}-28") for number in range(months)]
    parts = zip(*((one.raw, one.y, one.when) for one in each), strict=True)
    found = recalibrate(LaterCases(*map(np.concatenate, parts)), AsIs(), "platt", KNOWN)
    assert found.doubt.months == months
    assert found.doubt.wobble != WOBBLE
