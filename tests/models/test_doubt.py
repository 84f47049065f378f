"""Expected responders, and between what they fall."""

from __future__ import annotations

import json

import numpy as np
import pytest

from leadlift.models import Doubt, Evidence, doubt_of, fit_calibrator
from leadlift.models.calibrators import AsIs, chance

SURE = Doubt((0.0,), ((0.0,),) * 100, 0.0, 0)


def evidence(n, rate, seed, month=None):
    """Cases whose raw outputs are their true chances; all of them calibrate."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(np.log(rate / (1 - rate)) - 0.5, 1.0, n)
    raw = chance(odds)
    moved = odds if month is None else odds + month[1][month[0]]
    y = (rng.random(n) < chance(moved)).astype(float)
    everyone = np.ones(n, dtype=bool)
    return Evidence(raw, y, np.arange(n), everyone, everyone, np.ones(n), None if month is None else month[0])


def test_with_nothing_in_doubt_the_limits_are_those_of_independent_draws():
    p = np.random.default_rng(0).beta(1, 30, 5_000)
    expected = SURE.expected(AsIs(), p)
    draws = (np.random.default_rng(1).random((4_000, 5_000)) < p).sum(axis=1)
    assert expected.value == pytest.approx(p.sum())
    assert (expected.low, expected.high) == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=4)


def test_an_empty_list_expects_nobody():
    assert SURE.expected(AsIs(), []).high == 0.0


def test_a_list_in_another_order_expects_the_same():
    p = np.random.default_rng(0).beta(1, 30, 3_000)
    assert SURE.expected(AsIs(), p) == SURE.expected(AsIs(), p[::-1])


def test_on_a_channel_that_keeps_a_third_a_third_is_expected_with_its_own_chance():
    p = np.random.default_rng(0).beta(1, 30, 5_000)
    holds = np.random.default_rng(2).choice([1.0, 1 / 3], 5_000)
    expected = SURE.expected(AsIs(), p, holds)
    draws = (np.random.default_rng(1).random((4_000, 5_000)) < p * holds).sum(axis=1)
    assert expected.value == pytest.approx((p * holds).sum())
    assert (expected.low, expected.high) == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=4)


@pytest.mark.parametrize("rate", [0.01, 0.2])
def test_nine_of_ten_lists_bring_what_was_expected(rate):
    inside = []
    for seed in range(12):
        seen = evidence(4_000, rate, seed)
        calibrator = fit_calibrator("platt", seen.raw, seen.y)
        new = evidence(6_000, rate, 1_000 + seed)
        best = np.argsort(-new.raw)[:1_500]
        told = doubt_of(calibrator, seen, replicas=30).expected(calibrator, new.raw[best])
        inside.append(told.low <= new.y[best].sum() <= told.high)
    assert np.mean(inside) >= 0.9


def test_a_calibration_learned_from_few_is_doubted_more():
    widths = []
    for n in (1_000, 30_000):
        seen = evidence(n, 0.05, 3)
        calibrator = fit_calibrator("platt", seen.raw, seen.y)
        told = doubt_of(calibrator, seen).expected(calibrator, np.full(20_000, 0.05))
        widths.append(told.high - told.low)
    assert widths[0] > 1.5 * widths[1]


def test_months_that_differ_by_more_than_chance_widen_the_limits():
    month = np.arange(40_000) % 20
    effects = np.random.default_rng(5).normal(0, 0.3, 20)
    seen = evidence(40_000, 0.1, 1, (month, effects))
    found = doubt_of(fit_calibrator("platt", seen.raw, seen.y), seen)
    assert found.months == 20
    assert found.wobble == pytest.approx(effects.std(), rel=0.3)


def test_months_that_differ_by_chance_alone_do_not():
    seen = evidence(40_000, 0.1, 1, (np.arange(40_000) % 20, np.zeros(20)))
    assert doubt_of(fit_calibrator("platt", seen.raw, seen.y), seen).wobble < 0.12


def test_it_is_the_same_after_saving():
    seen = evidence(2_000, 0.1, 1)
    doubt = doubt_of(fit_calibrator("centred", seen.raw, seen.y), seen, replicas=10)
    assert Doubt.from_dict(json.loads(json.dumps(doubt.to_dict()))) == doubt
