"""Months judged by their outcomes: true chances raise nothing, false ones are named with the month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from leadlift.features.calendar import month_later
from leadlift.monitoring import Outcomes, judge_months, usual_limits

MARKS = usual_limits().marks
FIRST = date(2025, 1, 31)


def lived(draw, months=12, customers=2_000, odds=lambda month: 0.0, slope=lambda month: 1.0):
    """Scorings and what came of them. odds: added to everybody's; slope: of the score, as it is in truth."""
    made = []
    for month in range(months):
        score = draw.normal(-2.4, 1.0, customers)
        chance = 1 / (1 + np.exp(-score))
        truth = 1 / (1 + np.exp(2.4 - slope(month) * (score + 2.4) - odds(month)))
        y = (draw.random(customers) < truth).astype(float)
        made.append(Outcomes(month_later(FIRST, month), 1, score, chance, y, mature=True))
    return made


@pytest.mark.parametrize("customers", [60, 300, 20_000])
def test_true_chances_raise_nothing_in_ten_years(customers):
    draw = np.random.default_rng(customers)
    for _ in range(10):
        found = judge_months(lived(draw, customers=customers), {}, MARKS)
        assert [one.as_of for one in found.months if one.badly_calibrated or one.ranked_worse] == []
        assert (found.calibration, found.ranking) == (None, None)


def test_a_month_with_half_the_responders_is_named():
    found = judge_months(lived(np.random.default_rng(1), odds=lambda m: -0.9 if m == 11 else 0.0), {}, MARKS)
    assert [one.as_of for one in found.months if one.badly_calibrated] == [date(2025, 12, 31)]
    assert found.months[-1].responders < found.months[-1].low


def test_a_slow_fall_of_responders_is_dated_to_the_month_it_began():
    found = judge_months(
        lived(np.random.default_rng(2), 12, 6_000, odds=lambda m: -0.1 * max(0, m - 5)), {}, MARKS
    )
    assert found.calibration.since == month_later(FIRST, 6)
    assert (found.calibration.gradual, found.ranking) == (True, None)


def test_a_ranking_that_fades_is_dated_and_its_chances_are_not_blamed_alone():
    fading = lived(np.random.default_rng(3), 12, 6_000, slope=lambda m: 1 - 0.12 * max(0, m - 5))
    found = judge_months(fading, {}, MARKS)
    assert abs((found.ranking.since - month_later(FIRST, 6)).days) <= 31
    assert found.months[-1].ranked_worse
    assert found.months[-1].auc < found.months[-1].expected_auc - 0.05


def test_a_ranking_that_fades_is_seen_where_the_chances_were_told_anew_each_month():
    fading = lived(np.random.default_rng(3), 12, 6_000, slope=lambda m: 1 - 0.12 * max(0, m - 5))
    *earlier, newest = fading
    found = judge_months([*(replace(one, superseded=True) for one in earlier), newest], {}, MARKS)
    assert abs((found.ranking.since - month_later(FIRST, 6)).days) <= 31
    assert judge_months([newest], {}, MARKS).ranking is None


def test_what_a_replaced_calibration_promised_is_not_held_against_its_successor():
    fewer = lived(np.random.default_rng(2), 12, 6_000, odds=lambda m: -0.9 if m < 11 else 0.0)
    *earlier, newest = fewer
    assert judge_months(fewer, {}, MARKS).calibration is not None
    found = judge_months([*(replace(one, superseded=True) for one in earlier), newest], {}, MARKS)
    assert found.calibration is None
    assert not any(one.badly_calibrated for one in found.months)


def test_a_model_that_was_overconfident_at_training_is_not_worse_now():
    draw = np.random.default_rng(4)
    same = lived(draw, 12, 4_000, slope=lambda m: 0.7)
    (test,) = lived(draw, 1, 20_000, slope=lambda m: 0.7)
    then = judge_months([test], {}, MARKS).months[0]
    judged = {"auc": then.auc, "expected": then.expected_auc, "error": 0.005}
    assert judge_months(same, {}, MARKS).ranking is not None
    assert judge_months(same, judged, MARKS).ranking is None


def test_scorings_whose_outcomes_are_not_known_are_told_and_not_judged():
    made = lived(np.random.default_rng(5), 3)
    none = np.empty(0)
    waiting = Outcomes(month_later(FIRST, 3), 1, none, none, none, mature=False)
    found = judge_months([*made, waiting], {}, MARKS)
    assert (len(found.months), found.waiting) == (3, (waiting.as_of,))


def test_nobody_responding_among_few_is_no_alarm():
    none = Outcomes(FIRST, 1, np.zeros(40), np.full(40, 0.1), np.zeros(40), mature=True)
    (month,) = judge_months([none], {}, MARKS).months
    assert (month.badly_calibrated, month.auc, month.lift_at_10) == (False, None, None)


def test_months_known_to_differ_are_given_more_room():
    made = lived(np.random.default_rng(6), 12, 6_000, odds=lambda m: 0.35 if m % 2 else -0.35)
    restless = judge_months(made, {}, MARKS, wobble=0.4)
    assert [one for one in restless.months if one.badly_calibrated] == []
    assert [one for one in judge_months(made, {}, MARKS).months if one.badly_calibrated] != []
