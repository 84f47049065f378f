"""Duplicates by definition: what is the same however it is written, and what only looks alike."""

from __future__ import annotations

import pytest
import sqlglot

from leadlift.features.canonical import canonical
from leadlift.features.twins import Twin, defined_alike

from .building import defined, source

FACTS = source(
    "events",
    "customer_id:string posted_at:timestamp amount:decimal fee:decimal channel:string",
    event_time="posted_at",
)
SAME, TURNED = "the same definition", "the same definition, its sign turned"


def twins(stanzas, windows=()):
    found = defined_alike(defined("facts", {"facts": FACTS}, stanzas, windows))
    return {name: {twin.name: twin.how for twin in others} for name, others in found.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a > 1 and b = 2", "2 = b and 1 < a"),
        ("a in ('x', 'y')", "a in ('y', 'x', 'x')"),
        ("a in ('x')", "a = 'x'"),
        ("not a = 1", "a <> 1"),
        ("not (a < 1)", "a >= 1"),
        ("a between 1 and 5", "a <= 5 and a >= 1"),
        ("(a + b) - c", "b - c + a"),
        ("2 * (a * b)", "b * 2.0 * a"),
        ("a = 1 or a = 1", "a = 1"),
        ("a - -b", "b + a"),
    ],
)
def test_the_same_expression_written_otherwise_is_seen(one, other):
    assert canonical(sqlglot.parse_one(one)) == canonical(sqlglot.parse_one(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a > 1", "a >= 1"),
        ("a > b", "b > a"),
        ("a and b or c", "a and (b or c)"),
        ("a - b - c", "a - (b - c)"),
        ("a / b", "b / a"),
        ("a = 'x'", "a = 'X'"),
        ("a = '1'", "a = 1"),
        ("a in ('x', 'y')", "a not in ('x', 'y')"),
        ("cast(a as int)", "cast(a as double)"),
        ("abs(a)", "a"),
        ("coalesce(a, b)", "coalesce(b, a)"),
        ("a % b", "b % a"),
    ],
)
def test_another_expression_is_another(one, other):
    assert canonical(sqlglot.parse_one(one)) != canonical(sqlglot.parse_one(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("a - b", "b - a"), ("-a * b", "a * b"), ("a", "-1 * a"), ("-a / b", "a / b"), ("0 - a", "a + 0")],
)
def test_a_turned_sign_is_told_apart_from_what_it_stands_before(one, other):
    (sign, text), (turned, same) = canonical(sqlglot.parse_one(one)), canonical(sqlglot.parse_one(other))
    assert (text, sign) == (same, -turned)


def test_features_that_sum_the_same_amount_either_way_are_twins():
    stanzas = {
        "spent": {"agg": "sum", "of": "-amount", "where": "amount < 0 and channel = 'app'"},
        "moved": {"agg": "sum", "of": "amount", "where": "'app' = channel and 0 > amount"},
        "spent_in_all": {"agg": "sum", "of": "0 - amount", "where": "amount < 0"},
    }
    assert twins(stanzas, ["30d"]) == {"spent_30d": {"moved_30d": TURNED}, "moved_30d": {"spent_30d": TURNED}}


def test_the_lowest_of_minus_x_is_minus_the_highest_of_x():
    assert twins(
        {"low": {"agg": "min", "of": "-amount"}, "high": {"agg": "max", "of": "amount"},
         "top": {"agg": "max", "of": "-amount"}}
    ) == {"low": {"high": TURNED}, "high": {"low": TURNED}}  # fmt: skip


def test_a_count_is_a_sum_of_ones_and_a_spread_has_no_sign():
    assert twins({"n": {"agg": "count"}, "ones": {"agg": "sum", "of": "1"}}) == {
        "n": {"ones": SAME},
        "ones": {"n": SAME},
    }
    assert twins({"a": {"agg": "std", "of": "fee"}, "b": {"agg": "std", "of": "-fee"}}) == {
        "a": {"b": SAME},
        "b": {"a": SAME},
    }


def test_another_window_aggregation_or_column_is_no_twin():
    stanzas = {
        "a": {"agg": "sum", "of": "amount", "windows": ["30d", "90d"]},
        "b": {"agg": "mean", "of": "amount", "windows": ["30d"]},
        "c": {"agg": "sum", "of": "fee", "windows": ["30d"]},
        "d": {"agg": "last", "of": "-amount"},
        "e": {
            "agg": "last",
            "of": "amount",
        },  # of two at one time each takes its own largest: not the same rows
    }
    assert twins(stanzas) == {}


def test_formulas_are_twins_through_the_twins_they_are_made_of():
    stanzas = {
        "out": {"agg": "sum", "of": "-amount"},
        "net": {"agg": "sum", "of": "amount"},
        "n": {"agg": "count"},
        "out_each": {"expr": "out / n"},
        "net_each": {"expr": "net / n"},
        "copy": {"expr": "(out)"},
        "other": {"expr": "n / out"},
    }
    found = twins(stanzas)
    assert found["out_each"] == {"net_each": TURNED}
    assert found["out"] == {"net": TURNED, "copy": SAME}
    assert "other" not in found


def test_a_twin_says_how_it_is_known():
    made = defined("facts", {"facts": FACTS}, {"a": {"agg": "count"}, "b": {"agg": "count"}})
    assert defined_alike(made) == {"a": (Twin("b", SAME),), "b": (Twin("a", SAME),)}
