"""Random expressions over random rows: the plain reading gives what the engine gives."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leadlift.errors import LeadliftError
from leadlift.features.proof.expressions import reading
from leadlift.specs import sql

from .building import arrow, source

COLUMNS = "a:decimal n:number i:integer s:string u:string b:boolean d:date e:date t:timestamp"
FACTS = source("flat", COLUMNS)
TYPES = {name: column.type for name, column in FACTS.columns.items()}
AS_OF = date(2024, 2, 29)


def maybe(values):
    return st.one_of(values, values, values, st.none())


DAYS = st.sampled_from(
    [date(2024, 2, 28), AS_OF, date(2024, 3, 1), date(2023, 2, 28), date(2023, 12, 31), date(1999, 3, 31)]
)
TEXTS = st.sampled_from(["", " app ", "App", "web", "a_b", "a%b", "straße", "Ünïcode", "  ", "a\tb "])
TIMES_OF_DAY = st.builds(
    lambda day, hour, minute: datetime(2024, 2, day, hour, minute),
    st.sampled_from([1, 28, 29]),
    st.integers(0, 23),
    st.sampled_from([0, 59]),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "a": maybe(st.integers(-99999, 99999).map(lambda cents: cents / 100)),
            "n": maybe(st.sampled_from([0.0, -0.5, 2.5, 1.005, 1e6, -3.0, 0.1, math.nan, 1234567.125])),
            "i": maybe(st.sampled_from([-7, -1, 0, 1, 2, 10, 365])),
            "s": maybe(TEXTS),
            "u": maybe(TEXTS),
            "b": maybe(st.booleans()),
            "d": maybe(DAYS),
            "e": maybe(DAYS),
            "t": maybe(TIMES_OF_DAY),
        }
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip

NUMBERS = st.sampled_from(["a", "n", "i", "a", "n", "i", "0", "1", "2.5", "-0.25", "100", "3e2", "null"])
WORDS = st.sampled_from(["s", "u", "'app'", "'a'", "'%'", "''", "null"])
TRUTHS = st.sampled_from(["b", "true", "false", "null"])
TIMES = st.sampled_from(["d", "e", "t", "as_of", "date '2024-01-31'"])


def made(*templates):
    """One of the templates, filled in: {n} a number, {w} a text, {t} a truth, {d} a time."""

    def fill(parts):
        def one(template):
            names = [piece[0] for piece in template.split("{")[1:]]
            return st.tuples(*(parts[name] for name in names)).map(lambda found: _put(template, found))

        return st.sampled_from(templates).flatmap(one)

    return fill


def _put(template, found):
    text = template
    for value in found:
        start = text.index("{")
        text = f"{text[:start]}{value}{text[start + 3 :]}"
    return text


MORE_NUMBERS = made(
    "({n} + {n})", "({n} - {n})", "({n} * {n})", "{n} / {n}", "({n} % {n})", "(- {n})", "abs({n})", "ceil({n})",
    "floor({n})", "round({n})", "round({n}, 1)", "round({n}, 2)", "sqrt({n})", "ln({n})", "exp({n} / 1000)",
    "power({n}, 2)", "coalesce({n}, {n})", "greatest({n}, {n})", "least({n}, {n}, {n})", "nullif({n}, {n})",
    "if({t}, {n}, {n})", "case when {t} then {n} when {t} then {n} end", "case {w} when {w} then {n} else {n} end",
    "case {n} when {n} then {n} else {n} end", "length({w})", "day({d})", "month({d})", "year({d})", "hour(t)",
    "days_between({d}, {d})", "months_between({d}, {d})", "years_between({d}, {d})", "cast(a as int)",
    "cast({n} as double)", "cast({n} as decimal(12, 1))", "cast({t} as int)", "(d - e)",
)  # fmt: skip
MORE_WORDS = made(
    "lower({w})", "upper({w})", "trim({w})", "trim({w}, 'a ')", "substr({w}, 2)", "substr({w}, 1, 2)", "({w} || {w})",
    "substr({w}, -2, 1)", "substr({w}, 0, 2)", "coalesce({w}, {w})", "case when {t} then {w} else {w} end",
    "nullif({w}, {w})", "cast(i as varchar)", "cast(a as text)", "cast(d as varchar)", "({w} || i)", "least({w}, {w})",
    "cast({t} as varchar)",
)  # fmt: skip
MORE_TRUTHS = made(
    "{n} < {n}", "{n} >= {n}", "{n} = {n}", "{n} <> {n}", "{w} = {w}", "{w} < {w}", "{d} <= {d}", "{d} = {d}",
    "({t} and {t})", "({t} or {t})", "(not {t})", "{n} between {n} and {n}", "{n} not between {n} and {n}",
    "{n} in ({n}, {n})", "{w} not in ({w}, {w})", "{n} is null", "{w} is not null", "{t} is true", "{t} is not true",
    "{n} is distinct from {n}", "{w} is not distinct from {w}", "{w} like 'a%'",
    "{w} not like '_pp%'", "{w} ilike 'A_%'",
    "starts_with({w}, {w})", "d >= '2024-02-29'", "t < '2024-02-29'", "{t} = {t}", "{d} between {d} and {d}",
)  # fmt: skip
MORE_TIMES = made(
    "cast(t as date)", "coalesce({d}, {d})", "greatest(d, e)", "(d + 1)", "case when {t} then d else e end"
)


def grown(depth):
    """Expressions of each kind, of at most so many levels."""
    parts = {"n": NUMBERS, "w": WORDS, "t": TRUTHS, "d": TIMES}
    for _ in range(depth):
        inner = dict(parts)
        parts = {
            "n": st.one_of(inner["n"], MORE_NUMBERS(inner)),
            "w": st.one_of(inner["w"], MORE_WORDS(inner)),
            "t": MORE_TRUTHS(inner),
            "d": st.one_of(inner["d"], MORE_TIMES(inner)),
        }
    return st.one_of(MORE_NUMBERS(parts), MORE_WORDS(parts), MORE_TRUTHS(parts), MORE_TIMES(parts))


EXPRESSIONS = st.lists(grown(2), min_size=4, max_size=10)


def plain(value):
    """Numbers of all types alike; texts, days and truths as they are."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return float(value)


def of_engine(engine, tree, facts):
    """What the engine gives for every row; None where it cannot compute or type the expression at all."""
    engine.define_table("rows_of_expressions", facts)
    query = exp.select(tree.copy().as_("it")).from_("rows_of_expressions")
    try:
        return engine.table(query)["it"].to_pylist()
    except LeadliftError:
        return None
    except Exception as error:
        if type(error).__module__.startswith(("duckdb", "_duckdb")):
            return None
        raise


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ROWS, EXPRESSIONS)
def test_the_plain_reading_gives_what_the_engine_gives(engine, rows, texts):
    table = arrow(FACTS, rows)
    table = table.append_column("as_of", pa.array([AS_OF] * len(rows), pa.date32()))
    plain_rows = table.to_pylist()
    for text in texts:
        tree = sql.parse(text, TYPES, "facts")
        expected = of_engine(engine, tree, table)
        if expected is None:
            continue
        read = reading(tree)
        for row, value in zip(plain_rows, expected, strict=True):
            found, value = plain(read(row)), plain(value)
            if isinstance(value, float) and isinstance(found, float):
                value = pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True)
            elif isinstance(value, datetime) and isinstance(found, date) and not isinstance(found, datetime):
                found = datetime(found.year, found.month, found.day)
            assert found == value, (text, row)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7 / 2", 3.5),
        ("7 / 0", None),
        ("7 % 0", None),
        ("-7 % 3", -1),
        ("ln(0)", None),
        ("sqrt(-1)", None),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(1250, -2)", 1300),
        ("cast(cast(2.5 as double) as int)", 2),
        ("cast(2.5 as int)", 3),
        ("null or true", True),
        ("null and true", None),
        ("1 in (2, null)", None),
        ("1 not in (1, null)", False),
        ("days_between(date '2024-02-28', date '2024-03-01')", 2),
        ("months_between(date '2024-01-31', date '2024-02-29')", 0),
        ("years_between(date '2004-02-29', date '2024-02-28')", 19),
        ("years_between(date '2004-02-29', date '2024-02-29')", 20),
        ("'Ab' || 5", "Ab5"),
        ("upper('straße')", "STRAẞE"),
        ("greatest(1, null)", 1),
        ("substr('hello', -3, 2)", "ll"),
        ("try_cast('x' as int)", None),
        ("as_of + 1 = date '2024-03-01'", True),
    ],
)
def test_an_expression_means_what_the_page_of_functions_says(engine, text, value):
    tree = sql.parse(text, TYPES, "facts")
    assert plain(reading(tree)({"as_of": AS_OF})) == value
    assert plain(of_engine(engine, tree, pa.table({"as_of": pa.array([AS_OF], pa.date32())}))[0]) == value
