"""Limits from one file, and models compared in pairs."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.evaluation import compare, difference, limits


@pytest.mark.parametrize(
    ("auc", "verdict"),
    [
        (0.30, "failed"), (0.51, "failed"), (0.52, "weak"), (0.549, "weak"), (0.55, "passed"), (0.80, "passed"),
        (0.81, "suspicious"), (0.90, "suspicious"), (0.91, "too good to be true"), (float("nan"), "failed"),
    ],
)  # fmt: skip
def test_an_auc_is_judged_from_both_sides_and_never_folded(auc, verdict):
    assert limits()["auc"].verdict(auc) == verdict


@pytest.mark.parametrize(
    ("error", "verdict"), [(0.005, "passed"), (0.02, "weak"), (0.05, "weak"), (0.051, "failed")]
)
def test_an_error_is_better_the_lower_it_is(error, verdict):
    assert limits()["calibration_error"].verdict(error) == verdict


def test_the_limits_of_every_measure_are_in_order():
    for name, one in limits().items():
        marks = [mark for mark in (one.minimum, one.good, one.suspicious, one.too_good) if mark is not None]
        assert marks == sorted(marks, reverse=one.better == "lower"), name
        assert one.better in ("higher", "lower")
        assert one.why


@pytest.fixture(scope="module")
def scored() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    truth = draw.normal(size=1_500)
    y = (draw.random(1_500) < 1 / (1 + np.exp(2 - 1.5 * truth))) * 1.0
    return y, truth, truth + draw.normal(size=1_500), np.repeat(np.arange(500), 3)


def test_several_compared_at_once_are_as_each_compared_alone(scored):
    y, good, poor, customer = scored
    found = compare(y, good, {"poor": poor, "itself": good}, customer, resamples=40)
    assert found["poor"].gain == difference(y, good, poor, customer, resamples=40)
    assert {(e.value, e.low, e.high) for e in found["itself"].gain.values()} == {(0.0, 0.0, 0.0)}


def test_a_better_model_is_better_beyond_luck_and_a_worse_one_is_seen_as_worse(scored):
    y, good, poor, customer = scored
    assert compare(y, good, {"x": poor}, customer, resamples=40)["x"].gain["auc"].low > 0
    assert compare(y, poor, {"x": good}, customer, resamples=40)["x"].gain["auc"].high < 0


def test_shapes_that_differ_are_refused(scored):
    y, good, _, customer = scored
    with pytest.raises(ValueError, match="shapes differ"):
        compare(y, good, {"x": good[:-1]}, customer)
