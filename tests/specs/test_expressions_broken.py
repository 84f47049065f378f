"""Broken expressions in feature files: what SQL may not do, what it may not name, and of what type it must be."""

from __future__ import annotations

import pytest

TRANSACTIONS = """\
subject: behaviour
source: transactions
windows: [30d]
features:
"""
FUNCTIONS = (
    "abs, ceil, coalesce, day, days_between, exp, floor, greatest, hour, if, least, length, ln, "
    "lower, month, "
    "months_between, nullif, power, round, sqrt, starts_with, substr, trim, upper, year, years_between"
)


def case(sentence, head, stanzas, *expected):
    return pytest.param(head + stanzas, expected, id=sentence)


SQL = [
    case(
        "an unknown column is told with its place",
        TRANSACTIONS,
        "  a: {agg: sum, of: 2 * amont}",
        "5: features.a.of: no column 'amont' in source 'transactions' (character 5). Did you mean 'amount'?",
    ),
    case(
        "an unknown column in where is told at the line of where",
        TRANSACTIONS,
        "  a:\n    agg: count\n    where: amount > 0 and chanel = 'app'",
        "7: features.a.where: no column 'chanel' in source 'transactions' (character 16). Did you "
        "mean 'channel'?",
    ),
    case(
        "a subquery is refused",
        TRANSACTIONS,
        "  a: {agg: count, where: branch in (select branch from branches)}",
        "5: features.a.where: subqueries are not allowed; use columns of the source only",
    ),
    case(
        "an aggregate is refused",
        TRANSACTIONS,
        "  a: {agg: sum, of: sum(amount)}",
        "5: features.a.of: aggregates and windows are not allowed here; the stanza's `agg` says "
        "how rows are combined",
    ),
    case(
        "a window function is refused",
        TRANSACTIONS,
        "  a: {agg: sum, of: lag(amount) over (order by posted_at)}",
        "5: features.a.of: aggregates and windows are not allowed here; the stanza's `agg` says "
        "how rows are combined",
    ),
    case(
        "a table function is refused, with those that are allowed",
        TRANSACTIONS,
        "  a: {agg: sum, of: read_csv('x.csv')}",
        f"5: features.a.of: 'read_csv' is not an allowed function (character 1). Allowed: {FUNCTIONS}",
    ),
    case(
        "an unknown function names the nearest",
        TRANSACTIONS,
        "  a: {agg: max, of: lowr(channel)}",
        "5: features.a.of: 'lowr' is not an allowed function (character 1). Did you mean 'lower'?",
    ),
    case(
        "differences of days have one spelling",
        TRANSACTIONS,
        "  a: {agg: max, of: \"date_diff('day', posted_at, as_of)\"}",
        "5: features.a.of: 'date_diff' is not an allowed function. Did you mean 'days_between'?",
    ),
    case(
        "days_between takes two dates",
        TRANSACTIONS,
        "  a: {agg: max, of: days_between(posted_at)}",
        "5: features.a.of: 'days_between' takes two dates: the start and the end",
    ),
    case(
        "today does not exist",
        TRANSACTIONS,
        "  a: {agg: max, of: 'days_between(posted_at, current_date)'}",
        "5: features.a.of: today's date is not allowed: a feature stands on `as_of`",
    ),
    case(
        "nor does now",
        TRANSACTIONS,
        "  a: {agg: count, where: posted_at < now()}",
        "5: features.a.where: today's date is not allowed: a feature stands on `as_of`",
    ),
    case(
        "a statement is refused",
        TRANSACTIONS,
        "  a: {agg: count, where: drop table branches}",
        "5: features.a.where: DROP TABLE branches is not allowed in an expression",
    ),
    case(
        "two expressions are refused",
        TRANSACTIONS,
        "  a: {agg: count, where: amount > 0; amount < 9}",
        "5: features.a.where: must be one expression",
    ),
    case(
        "a cast to a strange type is refused",
        TRANSACTIONS,
        "  a: {agg: max, of: cast(amount as uuid)}",
        "5: features.a.of: cast to uuid is not allowed",
    ),
    case(
        "a column stands without a table",
        TRANSACTIONS,
        "  a: {agg: sum, of: transactions.amount}",
        "5: features.a.of: write 'amount' without 'transactions' in front: one source has no other table",
    ),
    case(
        "what breaks off is told with its place",
        TRANSACTIONS,
        "  a: {agg: count, where: 'amount >'}",
        "5: features.a.where: cannot be read as SQL near '>' (character 8)",
    ),
    case(
        "a quote left open is told",
        TRANSACTIONS,
        '  a: {agg: count, where: "channel = \'app"}',
        '5: features.a.where: cannot be read as SQL: a quote is left open in "channel = \'app"',
    ),
    case(
        "a text cannot be summed",
        TRANSACTIONS,
        "  a: {agg: sum, of: channel}",
        "5: features.a.of: agg 'sum' needs a number, but 'channel' is a text",
    ),
    case(
        "a joined column has its lookup's type",
        TRANSACTIONS,
        "  a: {agg: mean, of: city}",
        "5: features.a.of: agg 'mean' needs a number, but 'city' is a text",
    ),
    case(
        "a number is not a condition",
        TRANSACTIONS,
        "  a: {agg: count, where: amount + 1}",
        "5: features.a.where: must be a condition, but 'amount + 1' is a number",
    ),
    case(
        "a date is not a feature",
        TRANSACTIONS,
        "  a: {agg: last, of: posted_at}",
        "5: features.a.of: 'posted_at' is a date; a model needs a number: use days_between(posted_at, as_of)",
    ),
]

FORMULAS = [
    case(
        "an unknown feature in a formula names the nearest",
        TRANSACTIONS,
        "  a: {expr: txn_cout_30d / 2}",
        "5: features.a.expr: no feature 'txn_cout_30d' in the workspace (character 1). Did you "
        "mean 'txn_count_30d'?",
    ),
    case(
        "a circle is told once, as a circle",
        TRANSACTIONS,
        "  a: {expr: b + 1}\n  b: {expr: c * 2}\n  c: {expr: a - 1}",
        "5: features.a.expr: circular: a -> b -> c -> a",
    ),
    case(
        "a formula of itself is a circle",
        TRANSACTIONS,
        "  a: {expr: a + 1}",
        "5: features.a.expr: circular: a -> a",
    ),
    case(
        "a formula gives no date",
        TRANSACTIONS,
        "  a: {expr: as_of}",
        "5: features.a.expr: gives a date; a model needs a number: use days_between",
    ),
]


@pytest.mark.parametrize(("text", "expected"), [*SQL, *FORMULAS])
def test_a_broken_expression(told, text, expected):
    assert told({"feature_defs/x.yaml": text + "\n"}) == [f"feature_defs/x.yaml:{line}" for line in expected]
