"""Chances that come true."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.evaluation import calibration_error
from leadlift.models import at_level, calibrator_from_dict, fit_calibrator
from leadlift.models.calibrators import FLOOR

KINDS = ("isotonic", "centred", "platt", "beta")


def overconfident(n, seed=0):
    """Raw outputs that exaggerate, and who responded."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-3, 1, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return 1 / (1 + np.exp(-(2 * log_odds + 1))), y


@st.composite
def raw_and_responses(draw):
    """Outputs with ties and ends, and responses of both kinds."""
    n = draw(st.integers(2, 400))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    raw = np.round(rng.random(n), draw(st.integers(0, 4)))
    y = (rng.random(n) < draw(st.floats(0.02, 0.98))).astype(float)
    y[0], y[1] = 0.0, 1.0
    return raw, y


@pytest.mark.parametrize("kind", KINDS)
def test_calibrated_chances_come_true_for_other_customers(kind):
    raw, y = overconfident(20_000)
    new_raw, new_y = overconfident(20_000, seed=1)
    probability = fit_calibrator(kind, raw, y)(new_raw)
    assert calibration_error(new_y, new_raw) > 0.02
    assert calibration_error(new_y, probability) < 0.008


@pytest.mark.parametrize("kind", KINDS)
@given(rows=raw_and_responses())
def test_the_total_is_kept_the_order_too_and_nobody_is_certain(kind, rows):
    raw, y = rows
    calibrator = fit_calibrator(kind, raw, y)
    assert calibrator(raw).mean() == pytest.approx(y.mean(), abs=2e-5)
    everywhere = calibrator(np.linspace(0, 1, 500))
    assert (np.diff(everywhere) >= 0).all()
    assert everywhere.min() >= FLOOR
    assert everywhere.max() <= 1 - FLOOR


@pytest.mark.parametrize("kind", [*KINDS, "none"])
def test_saved_and_read_again_it_gives_the_same_chances(kind):
    raw, y = overconfident(500)
    calibrator = fit_calibrator(kind, raw, y)
    again = calibrator_from_dict(json.loads(json.dumps(calibrator.to_dict())))
    assert (again(raw) == calibrator(raw)).all()


def test_isotonic_steps_hold_at_least_a_hundred_customers():
    rng = np.random.default_rng(0)
    raw = np.concatenate([np.zeros(150), rng.random(1_000)])
    calibrator = fit_calibrator("isotonic", raw, (rng.random(1_150) < raw).astype(float))
    _, size = np.unique(calibrator(raw), return_counts=True)
    assert size.min() >= 100


def test_a_step_without_responders_gets_a_thousandth_of_the_base_rate():
    raw = np.repeat([0.1, 0.9], 200)
    y = [0] * 200 + [0, 1] * 100
    calibrator = fit_calibrator("isotonic", raw, y)
    assert calibrator([0.1, 0.9]) == pytest.approx([0.00025, 0.49975])


def test_fewer_than_two_steps_of_customers_get_the_base_rate():
    calibrator = fit_calibrator("isotonic", np.linspace(0, 1, 20), [0] * 15 + [1] * 5)
    assert calibrator([0.0, 0.5, 1.0]) == pytest.approx([0.25] * 3)


def test_platt_finds_the_line_that_made_the_distortion():
    raw, y = overconfident(100_000)
    told = fit_calibrator("platt", raw, y).to_dict()
    # the raw log-odds are 2 x + 1, so x is 0.5 raw - 0.5
    assert (told["slope"], told["intercept"]) == pytest.approx((0.5, -0.5), abs=0.05)


def test_a_model_that_ranks_the_wrong_way_round_is_not_turned():
    calibrator = fit_calibrator("platt", np.linspace(0.01, 0.99, 400), [1] * 100 + [0] * 300)
    assert calibrator([0.1, 0.9]) == pytest.approx([0.25, 0.25])


def test_no_calibration_only_keeps_off_the_ends():
    assert fit_calibrator("none", [0.5], [1])([0.0, 0.3, 1.0]).tolist() == [FLOOR, 0.3, 1 - FLOOR]


@pytest.mark.parametrize("kind", KINDS)
def test_one_class_cannot_be_calibrated_on(kind):
    with pytest.raises(UserError, match="3 rows of one class"):
        fit_calibrator(kind, [0.1, 0.2, 0.3], [0, 0, 0])


def test_an_unknown_calibration_names_the_known_ones():
    with pytest.raises(UserError, match="auto, isotonic, centred, platt, beta, none"):
        fit_calibrator("isotonik", [0.1], [1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mean", [0.01, 0.1, 0.4])
def test_a_calibrator_can_be_moved_to_another_level_without_changing_the_order(kind, mean):
    rng = np.random.default_rng(3)
    raw = rng.beta(1, 9, 4_000)
    y = (rng.random(4_000) < raw).astype(float)
    before = fit_calibrator(kind, raw, y)
    after = at_level(before, raw, mean)
    assert after(raw).mean() == pytest.approx(mean, rel=0.02)
    rising = np.sort(raw)
    assert (np.diff(after(rising)) >= 0).all()
    assert type(after) is type(before), "it is saved and loaded as what it was"
