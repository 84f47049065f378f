"""Every aggregation, on a handful of rows."""

from __future__ import annotations

import statistics

import pytest

from .building import rows, source

EVENTS = source(
    "events", "customer_id:string posted_at:timestamp amount:decimal channel:string", event_time="posted_at"
)
COLUMNS = "customer_id posted_at amount channel"
SPENT = rows(
    COLUMNS,
    ("ann", "2026-03-30 09:00", 10, "app"),
    ("ann", "2026-03-20 10:00", -4, "web"),
    ("ann", "2026-03-10 23:30", None, "app"),
    ("ann", "2026-01-15 12:00", 100, None),
    ("bob", "2026-03-30 09:00", 999, "app"),
)
AS_OF = "2026-03-31"


def amount(agg, **more):
    return {"x": {"agg": agg, "of": "amount", **more}}


@pytest.mark.parametrize(
    ("stanza", "answer"),
    [
        ({"agg": "count"}, 4),
        ({"agg": "sum", "of": "amount"}, 106),
        ({"agg": "mean", "of": "amount"}, 106 / 3),
        ({"agg": "min", "of": "amount"}, -4),
        ({"agg": "max", "of": "amount"}, 100),
        ({"agg": "std", "of": "amount"}, statistics.stdev([10, -4, 100])),
        ({"agg": "distinct", "of": "channel"}, 2),
        ({"agg": "last", "of": "channel"}, "app"),
        ({"agg": "first", "of": "channel"}, "app"),
        ({"agg": "last", "of": "amount"}, 10),
        ({"agg": "first", "of": "amount"}, 100),
        ({"agg": "days_since_last"}, 1),
        ({"agg": "days_since_first"}, 75),
        ({"agg": "min", "of": "channel"}, "app"),
        ({"agg": "max", "of": "days_between(posted_at, as_of)"}, 75),
    ],
    ids=lambda value: f"{value['agg']} of {value.get('of')}" if isinstance(value, dict) else None,
)
def test_an_aggregation_counts_what_is_there_and_passes_over_nulls(values, stanza, answer):
    assert values(EVENTS, SPENT, {"x": stanza}, AS_OF)["x"] == pytest.approx(answer)


@pytest.mark.parametrize(
    ("agg", "answer"), [("count", 0), ("days_since_last", None), ("days_since_first", None)]
)
def test_a_customer_without_rows_has_zero_counts_and_no_days(values, agg, answer):
    assert values(EVENTS, [], {"x": {"agg": agg}}, AS_OF)["x"] == answer


@pytest.mark.parametrize(
    ("agg", "answer"),
    [
        ("sum", 0),
        ("distinct", 0),
        ("mean", None),
        ("min", None),
        ("max", None),
        ("std", None),
        ("last", None),
    ],
)
def test_sums_of_nothing_are_zero_and_other_aggregates_of_nothing_are_unknown(values, agg, answer):
    assert values(EVENTS, [], amount(agg), AS_OF)["x"] == answer
    all_null = rows(COLUMNS, ("ann", "2026-03-30", None, "app"))
    assert values(EVENTS, all_null, amount(agg), AS_OF)["x"] == answer


def test_where_chooses_the_rows_that_count(values):
    stanzas = {"n": {"agg": "count", "where": "channel = 'app' and amount > 0"}, "all": {"agg": "count"}}
    assert values(EVENTS, SPENT, stanzas, AS_OF) == {"n": 1, "all": 4}


def test_a_where_that_is_unknown_for_a_row_leaves_it_out(values):
    assert values(EVENTS, SPENT, {"n": {"agg": "count", "where": "channel <> 'web'"}}, AS_OF)["n"] == 2


def test_alternatives_in_where_hold_together_inside_a_window(values):
    stanzas = {"n": {"agg": "count", "where": "channel = 'web' or channel is null", "windows": ["30d"]}}
    assert values(EVENTS, SPENT, stanzas, AS_OF)["n_30d"] == 1


def test_a_feature_may_bear_the_name_of_a_column(values):
    stanzas = {"amount": {"agg": "sum", "of": "amount"}, "most": {"agg": "max", "of": "amount"}}
    assert values(EVENTS, SPENT, stanzas, AS_OF) == {"amount": 106, "most": 100}


def test_where_and_of_may_speak_of_the_as_of_date(values):
    stanzas = {"n": {"agg": "count", "where": "days_between(posted_at, as_of) <= 11"}}
    assert values(EVENTS, SPENT, stanzas, AS_OF)["n"] == 2


def test_the_deviation_of_one_value_is_unknown(values):
    assert values(EVENTS, SPENT[:1], amount("std"), AS_OF)["x"] is None


def test_of_rows_at_the_same_time_the_last_has_the_largest_value_and_the_first_the_smallest(values):
    twins = rows(COLUMNS, ("ann", "2026-03-30 09:00", 5, "a"), ("ann", "2026-03-30 09:00", 7, "b"))
    for facts in (twins, twins[::-1]):
        assert values(EVENTS, facts, {"l": {"agg": "last", "of": "amount"}}, AS_OF)["l"] == 7
        assert values(EVENTS, facts, {"f": {"agg": "first", "of": "amount"}}, AS_OF)["f"] == 5


def test_the_last_value_passes_over_rows_that_have_none(values):
    facts = rows(COLUMNS, ("ann", "2026-03-01", 5, "a"), ("ann", "2026-03-30", None, "b"))
    assert values(EVENTS, facts, amount("last"), AS_OF)["x"] == 5


def test_a_sum_of_cents_is_exact(values):
    facts = rows(COLUMNS, *[("ann", "2026-03-30", "0.10", "a")] * 30)
    assert values(EVENTS, facts, amount("sum"), AS_OF)["x"] == 3.0


@pytest.mark.parametrize(
    ("of", "answer"),
    [
        ("amount / 0", None),
        ("amount % 0", None),
        ("ln(amount - 10)", None),
        ("sqrt(-amount)", None),
        ("7 / 2", 3.5),
    ],
)
def test_what_engines_answer_differently_is_unknown(values, of, answer):
    assert values(EVENTS, SPENT[:1], {"x": {"agg": "max", "of": of}}, AS_OF)["x"] == answer


BALANCES = source("snapshots", "customer_id:string day:date balance:number", event_time="day")
SEEN = rows(
    "customer_id day balance",
    ("ann", "2025-12-31", 100),
    ("ann", "2026-01-31", 130),
    ("ann", "2026-02-28", 160),
    ("ann", "2026-03-31", 190),
)


def test_the_value_some_months_ago_is_the_last_one_seen_before_that_day(values):
    stanzas = {
        "now": {"agg": "last", "of": "balance"},
        "ago": {"agg": "value_ago", "of": "balance", "months": 1},
        "change": {"agg": "change", "of": "balance", "months": 2},
        "before_all": {"agg": "value_ago", "of": "balance", "months": 12},
    }
    assert values(BALANCES, SEEN, stanzas, "2026-03-31") == {
        "now": 160, "ago": 130, "change": 60, "before_all": None,
    }  # fmt: skip


def test_a_month_before_a_month_end_is_the_end_of_a_shorter_month(values):
    stanzas = {"ago": {"agg": "value_ago", "of": "balance", "months": 1}}
    # a month before 30 March 2026 is 28 February: what is seen on that day itself is not before it
    assert values(BALANCES, SEEN, stanzas, "2026-03-30")["ago"] == 130
    assert values(BALANCES, SEEN, stanzas, "2026-04-01")["ago"] == 160


def test_the_slope_is_in_units_for_thirty_days(values):
    facts = rows(
        "customer_id day balance",
        ("ann", "2026-01-01", 10),
        ("ann", "2026-01-31", 25),
        ("ann", "2026-03-02", 40),
    )
    assert values(BALANCES, facts, {"s": {"agg": "slope", "of": "balance"}}, AS_OF)["s"] == pytest.approx(15)


@pytest.mark.parametrize(
    "facts",
    [SEEN[:1], [*SEEN[:1], {**SEEN[1], "balance": None}], [SEEN[0], {**SEEN[0], "balance": 7.0}]],
    ids=["of one row", "of one value", "of two rows on one day"],
)
def test_the_slope_of_a_single_day_is_unknown(values, facts):
    assert values(BALANCES, facts, {"s": {"agg": "slope", "of": "balance"}}, AS_OF)["s"] is None


def test_formulas_are_computed_from_features_and_from_formulas(values):
    stanzas = {
        "spend": {"agg": "sum", "of": "amount", "windows": ["30d", "90d"]},
        "twice": {"expr": "share * 2"},
        "share": {"expr": "spend_30d / nullif(spend_90d, 0)"},
        "many": {"expr": "spend_90d > 50"},
    }
    found = values(EVENTS, SPENT, stanzas, AS_OF)
    assert found == {"spend_30d": 6, "spend_90d": 106, "share": 6 / 106, "twice": 12 / 106, "many": 1}
