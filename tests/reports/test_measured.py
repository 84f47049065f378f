"""What the page of a campaign says in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadlift.evaluation import Estimate
from leadlift.evaluation.campaign import AMOUNT, EFFECT, Effect, Kept, Promise
from leadlift.reports.measured import ListLine, MeasuredPage, measured_html, verdict

ZERO = Estimate(0.0, 0.0, 0.0)


def effect(low: float, high: float) -> Effect:
    rise = Estimate((low + high) / 2, low, high)
    return Effect(1_000, 200, 0, 0.12, 0.1, rise, ZERO, Estimate(20.0, 1.0, 39.0), None, 0.0, 0.06)


def promise(expected: float, low: float | None, high: float | None, came: int) -> Promise:
    return Promise(1_000, expected, low, high, came, Estimate(came, came, came))


@pytest.mark.parametrize(
    ("actual", "said"),
    [(90, "as promised (100, between 80 and 120)"), (70, "fewer than promised"), (130, "more than promised")],
)
def test_a_promise_is_said_to_be_kept_or_not(actual, said):
    assert said in verdict(promise(100.0, 80.0, 120.0, actual), None)


def test_an_uplift_models_promise_is_one_of_responders_more_than_without_contact():
    added = Promise(1_000, 40.0, 10.0, 70.0, 120, Estimate(35.0, 5.0, 65.0), EFFECT)
    assert verdict(added, None).startswith(
        "Of 1,000 contacted customers 120 responded. The contact was to add 40, between 10 and 70; it added "
        "35 [5, 65]: as promised."
    )
    unseen = Promise(1_000, 40.0, 10.0, 70.0, 120, None, EFFECT)
    assert "The contact was to add 40, between 10 and 70. There was no control" in verdict(unseen, None)
    unsure = Promise(1_000, 40.0, None, None, 120, Estimate(35.0, 5.0, 65.0), EFFECT)
    assert "was to add 40; it added 35 [5, 65]. There" in verdict(unsure, None)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((0.01, 0.05), "Contacting raised the response rate by +3.00 points [+1.00, +5.00]"),
        ((-0.05, -0.01), "Contacting lowered the response rate"),
        ((-0.01, 0.05), "No effect of contacting was found: +2.00 points [-1.00, +5.00]. It could"),
    ],
)  # fmt: skip
def test_no_effect_is_a_result_and_is_said(ends, said):
    assert said in verdict(promise(100.0, None, None, 90), effect(*ends))


def test_without_a_control_nobody_can_say_what_contacting_brought():
    assert "There was no control" in verdict(promise(100.0, 80.0, 120.0, 90), None)


def test_the_page_holds_every_list_and_never_judges_an_open_one():
    rate = Estimate(0.1, 0.05, 0.2)
    page = MeasuredPage(
        "秋季存款", "", "CNY",
        [ListLine("a-1", "2026-06-30", 900, 100, ""), ListLine("a-2", "2026-08-31", 800, 90, "2026-10-30")],
        promise(90.0, 70.0, 110.0, 90), [Kept("1", 90, 20.0, 9, rate)], [Kept("A", 90, 20.0, 9, rate)],
        None, effect(0.01, 0.05), None, {}, ["nobody reported controls"],
    )  # fmt: skip
    told = measured_html(page)
    assert "秋季存款" in told
    assert "immature until 2026-10-30: not judged" in told
    assert "nobody reported controls" in told
    assert "http" not in told.replace("http://www.w3.org", "")


def test_the_page_of_an_uplift_campaign_speaks_of_what_was_added():
    rate = Estimate(0.012, -0.002, 0.026)
    added = Promise(900, 9.0, 1.0, 17.0, 90, Estimate(11.0, -2.0, 24.0), EFFECT)
    groups = [Kept("A", 900, 9.0, 10.8, rate)]
    tenths = [replace(groups[0], name="1")]
    page = MeasuredPage(
        "autumn", "", "EUR", [ListLine("a-1", "2026-06-30", 900, 100, "")], added, tenths, groups,
        None, effect(-0.002, 0.026), None, {}, [],
    )  # fmt: skip
    told = measured_html(page)
    assert "Promised and added" in told
    assert "Points each, 95 %" in told
    assert "-0.2 to +2.6" in told
    assert "9 promised, 1 to 17" in told


def test_amounts_are_told_as_amounts_and_without_groups_beside_controls_there_is_no_picture():
    added = Promise(900, 9_000.0, 1_000.0, 17_000.0, 90, Estimate(11_000.0, -2_000.0, 24_000.0), AMOUNT)
    lists = [ListLine("a-1", "2026-06-30", 900, 100, "")]
    page = MeasuredPage("autumn", "", "EUR", lists, added, [], [], None, effect(-0.002, 0.026), None, {}, [])
    told = measured_html(page)
    assert "<img" not in told
    assert "11,000" in told
    assert "9,000 promised, 1,000 to 17,000" in told
    assert "seen beside a control alone." in told
    alone = replace(page, promised=replace(added, actual=None), effect=None)
    assert "and there was none" in measured_html(alone)
