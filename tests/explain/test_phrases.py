# ruff: noqa: RUF001 - Chinese is written with full-width signs

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.explain import Phrase, say
from leadlift.explain.phrases import readable, with_unit


def phrase(**words) -> Phrase:
    return Phrase(**{"feature": "app_spend_30d", "family": "app_spend", "label": "Spent in the app", **words})


SPEND = phrase(unit="CNY", up="Spends {value} {unit} in the app, above {typical}", down="Hardly uses the app")


def test_a_value_is_compared_with_the_typical_one():
    assert say(phrase(unit="CNY"), 12_300.4, 800.0) == "Spent in the app: 12,300 CNY (usually 800 CNY)"
    assert say(phrase(unit="CNY"), 12_300.4, None) == "Spent in the app: 12,300 CNY"


def test_own_sentences_are_told_above_and_below():
    assert say(SPEND, 12_300, 800) == "Spends 12,300 CNY in the app, above 800"
    assert say(SPEND, 10, 800) == "Hardly uses the app"


@pytest.mark.parametrize("value", [800, 800.0, 800.3])
def test_a_value_that_reads_as_the_typical_one_is_neither_above_nor_below(value):
    assert say(SPEND, value, 800) == "Spent in the app: 800 CNY, as usual"


def test_a_missing_value_is_none_on_record():
    assert say(SPEND, None, 800) == say(SPEND, math.nan, 800) == "Spent in the app: none on record"


def test_without_a_typical_value_nothing_is_said_of_above_or_below():
    assert say(SPEND, 12_300, None) == say(SPEND, 12_300, math.nan) == "Spent in the app: 12,300 CNY"


def test_a_truth_has_its_sentences_whatever_is_usual():
    mortgage = phrase(label="Mortgage", up="Has a mortgage", down="Has no mortgage")
    for typical in (True, False, 0.0, 1.0, None):
        assert say(mortgage, True, typical) == "Has a mortgage"
        assert say(mortgage, False, typical) == "Has no mortgage"
    assert say(phrase(label="Mortgage"), True, 0.0) == "Mortgage: yes (usually no)"
    assert say(phrase(label="Mortgage"), False, False) == "Mortgage: no, as usual"


def test_a_text_is_the_usual_one_or_another():
    job = phrase(label="Occupation", up="Works as {value}")
    assert say(job, "teacher", "clerk") == "Works as teacher"
    assert say(job, "clerk", "clerk") == "Occupation: clerk, as usual"
    assert say(phrase(label="Occupation"), "teacher", "clerk") == "Occupation: teacher (usually clerk)"


def test_a_day_is_compared_with_a_day_and_with_nothing_else():
    opened = phrase(label="Opened", up="Newer than {typical}", down="Older than {typical}")
    assert say(opened, date(2026, 6, 30), date(2020, 1, 1)) == "Newer than 2020-01-01"
    assert say(opened, datetime(2019, 6, 30, 12), date(2020, 1, 1)) == "Older than 2020-01-01"
    assert say(opened, date(2026, 6, 30), 41.0) == "Opened: 2026-06-30"


def test_a_share_is_read_in_per_cent():
    weekend = phrase(label="Weekend spending", unit="share", up="{value} of spending at weekends")
    assert say(weekend, 0.352, 0.1) == "35.2% of spending at weekends"
    assert say(phrase(label="Weekends", unit="share"), 0.05, 0.1) == "Weekends: 5% (usually 10%)"


def test_sentences_are_said_in_chinese_too():
    assert say(phrase(label="消费", unit="元"), 12_300, 800, "zh") == "消费：12,300 元（一般客户为 800 元）"
    assert say(phrase(label="消费"), None, 800, "zh") == "消费：无记录"


def test_a_value_with_braces_is_only_a_value():
    assert say(phrase(label="{unit}", up="In {value}"), "{label}", "x") == "In {label}"
    assert say(phrase(label="{unit}"), "{label}", "x") == "{unit}: {label} (usually x)"


@pytest.mark.parametrize("blank", ["{values}", "{value.__class__}", "{}", "{0}"])
def test_a_misspelt_blank_is_found_when_the_phrase_is_made(blank):
    with pytest.raises(ValueError, match=r"app_spend_30d: .* is none of"):
        phrase(up=f"Spends {blank}")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (1.0, "1"), (-3.0, "-3"), (1234567.0, "1,234,567"), (1234.5, "1,234"), (999.6, "1,000"),
        (123.45, "123"), (12.345, "12.3"), (1.5, "1.5"), (0.123456, "0.123"), (0.0000123, "0.000012"),
        (1e-9, "0"), (-1e-9, "0"), (math.inf, "inf"),
    ],
)  # fmt: skip
def test_numbers_have_the_digits_that_a_reader_needs(number, text):
    assert readable(number) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "days", "1 day"), (2, "days", "2 days"), (1, "branches", "1 branch"), (1, "boxes", "1 box"),
        (1, "categories", "1 category"), (1, "class", "1 class"),
        (1.5, "days", "1.5 days"), (1, "CNY", "1 CNY"), (35, "%", "35%"),
        (Decimal("12.50"), "CNY", "12.5 CNY"), (date(2026, 6, 30), "days", "2026-06-30"),
    ],
)  # fmt: skip
def test_units_follow_their_values(value, unit, text):
    assert with_unit(value, unit) == text


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_customer_is_never_told_to_be_on_the_wrong_side(value, typical):
    told = say(phrase(up="above {typical}", down="below {typical}"), value, typical)
    assert not told.startswith("above") or value > typical
    assert not told.startswith("below") or value < typical


@given(st.floats(min_value=1e-3, max_value=1e12))
def test_what_is_shown_is_the_number_to_three_digits(number):
    assert float(readable(number).replace(",", "")) == pytest.approx(number, rel=0.006)
