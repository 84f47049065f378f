"""Features that move with time: left out where later cases of the training period are told better without them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from leadlift.models import Encoding
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import NOT_LEARNED, Cases, Parts, fit_calibrated, learned_from
from leadlift.training.lasting import in_time_for, lasting

ROWS = 6_000
SMALL = {"max_rounds": 20, "early_stopping": 10}


def chance(odds):
    return 1 / (1 + np.exp(-odds))


def cases_where(effect, dated=False, ordered=True) -> Cases:
    """Cases in the order of time with a tide that rises; `effect` of the tide and the time on the log-odds."""
    draw = np.random.default_rng(7)
    time = np.arange(ROWS) / ROWS
    tide, wealth = 3 * time + draw.normal(0, 0.3, ROWS), draw.normal(size=ROWS)
    y = (draw.random(ROWS) < chance(wealth - 1 + effect(tide, time))).astype(float)
    share = draw.random(ROWS)
    before = time < 0.75
    rows = {
        VALID: before & (share < 0.2),
        CALIBRATION: before & (share >= 0.2) & (share < 0.4),
        TRAIN: before & (share >= 0.4),
        TEST: ~before,
    }
    as_of = np.datetime64("2025-01-01") + (np.arange(ROWS) // 500).astype("timedelta64[D]")
    if not dated:
        as_of = np.full(ROWS, np.datetime64("NaT", "D"))
    parts = Parts({part: np.flatnonzero(mask) for part, mask in rows.items()}, None, 0, ordered)
    matrix = np.column_stack([tide, wealth]).astype(np.float32)
    return Cases(Encoding(("tide", "wealth"), {}), matrix, y, np.arange(ROWS), as_of, parts)


def turning(tide, time):
    """More on a tide higher than usual for the time, and from some day on fewer."""
    return np.where(time < 0.4, 4, -4) * (tide - 3 * time)


@pytest.mark.parametrize("dated", [True, False])
def test_a_feature_that_moved_and_misled_is_left_out(dated):
    found = lasting(cases_where(turning, dated))
    assert found.left_out == (0,)
    assert found.features == ("tide",)
    assert found.told.startswith("not learned from: tide, which moved")


def test_a_feature_that_moved_and_still_tells_stays():
    assert lasting(cases_where(lambda tide, time: tide - 3 * time)).left_out == ()


def test_without_an_order_in_time_nothing_is_left_out():
    assert lasting(cases_where(turning, ordered=False)).left_out == ()


def test_the_test_decides_nothing():
    cases = cases_where(turning)
    turned = cases.y.copy()
    turned[cases.rows(TEST)] = 1 - turned[cases.rows(TEST)]
    assert lasting(cases) == lasting(replace(cases, y=turned))


def test_a_model_never_asks_of_what_was_left_out_and_says_so():
    cases = cases_where(turning)
    for ensemble in (1, 2):
        model = fit_calibrated(cases, {}, ModelChoice(ensemble=ensemble, **SMALL), "x")
        assert model.booster.feature_importance("split")[0] == 0
        assert "tide" in model.meta[NOT_LEARNED]
        rows = cases.matrix[cases.rows(TEST)].copy()
        told = model.predict_matrix(rows).probability
        rows[:, 0] += 100
        assert (model.predict_matrix(rows).probability == told).all()


def test_where_response_drifts_chances_are_of_the_level_of_the_latest_cases():
    cases = cases_where(lambda tide, time: 3 * time - 1.5)
    blind = cases.matrix.copy()
    blind[:, 0] = 0  # else the tide would tell the model what time it is
    rising = replace(cases, matrix=blind)
    latest = cases.y[: int(0.75 * ROWS)][-500:].mean()
    drawn = replace(rising, parts=replace(rising.parts, ordered=False))
    told = [
        fit_calibrated(one, {}, ModelChoice(ensemble=2, **SMALL), "x")
        .predict_matrix(blind[cases.rows(TEST)])
        .probability.mean()
        for one in (rising, drawn)
    ]
    assert abs(told[0] - latest) < 0.05
    assert told[0] > told[1] + 0.1


@pytest.mark.parametrize("spec", [{"moved": "keep"}, {"monotone": {"tide": 1}}])
def test_what_the_pipeline_says_of_features_goes_before(spec):
    cases = cases_where(turning)
    assert learned_from(cases, ModelChoice(**spec))[0] is cases


def test_few_responders_leave_nothing_out():
    cases = cases_where(turning)
    rare = cases.y * (np.random.default_rng(1).random(ROWS) < 0.02)
    assert "to judge by" in lasting(replace(cases, y=rare)).because


def test_earlier_cases_whose_outcome_was_not_known_yet_teach_nothing_about_later_ones():
    days = np.repeat(np.arange("2025-01-31", "2025-07-01", 30, dtype="datetime64[D]"), 10)
    rows = np.arange(len(days))
    cases = SimpleNamespace(as_of=days, parts=Parts({}, None, 0, wait=60))
    earlier, later = in_time_for(cases, rows, 30)
    assert later.tolist() == rows[30:].tolist()
    assert earlier.tolist() == rows[days <= days[30] - np.timedelta64(60, "D")].tolist()
    assert len(earlier) == 20
    at_once = SimpleNamespace(as_of=days, parts=Parts({}, None, 0))
    assert in_time_for(at_once, rows, 30)[0].tolist() == rows[:30].tolist()
