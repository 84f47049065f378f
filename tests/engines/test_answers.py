"""What expressions of specs mean: the same on every engine, the expected value written by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from leadlift.specs import sql

ROW = {
    "n": (7, "integer", pa.int64()),
    "zero": (0, "integer", pa.int64()),
    "x": (2.5, "number", pa.float64()),
    "money": (Decimal("12.35"), "decimal", pa.decimal128(18, 2)),
    "name": ("Ann", "string", pa.string()),
    "path": (r"a\b", "string", pa.string()),
    "none": (None, "number", pa.float64()),
    "yes": (True, "boolean", pa.bool_()),
    "day": (date(2026, 3, 31), "date", pa.date32()),
    "at": (datetime(2026, 3, 30, 23, 30), "timestamp", pa.timestamp("us")),
}
ANSWERS = {
    "n / 2": 3.5,
    "n / zero": None,
    "n % zero": None,
    "-n % 3": -1,
    "money / 3": 12.35 / 3,
    "money * money": Decimal("152.5225"),
    "cast(x + 0.2 as int)": 3,
    "cast(money as bigint)": 12,
    "cast('17' as int)": 17,
    "cast(yes as int)": 1,
    "cast(n > 3 as int)": 1,
    "cast('0.1254' as decimal)": Decimal("0.125"),
    "cast(day as varchar)": "2026-03-31",
    "cast(at as varchar)": "2026-03-30 23:30:00",
    "cast(money as varchar)": "12.35",
    "cast(at as date)": date(2026, 3, 30),
    "round(money, 1)": 12.4,
    "round(-x)": -3.0,
    "floor(-x)": -3,
    "ceil(x)": 3,
    "ln(zero)": None,
    "sqrt(-x)": None,
    "power(n, 2)": 49.0,
    "exp(zero)": 1.0,
    "abs(-money)": Decimal("12.35"),
    "greatest(n, none, 3)": 7,
    "least(n, none, 3)": 3,
    "coalesce(none, n)": 7,
    "nullif(n, 7)": None,
    "if(none > 1, 'a', 'b')": "b",
    "none is not distinct from null": True,
    "name || none": None,
    "name || n": "Ann7",
    "length(name)": 3,
    "upper(name)": "ANN",
    "substr(name, 2)": "nn",
    "trim('  a ')": "a",
    "starts_with(name, 'An')": True,
    "name like 'A_n'": True,
    "name ilike 'ann'": True,
    r"path like 'a\b'": True,
    "name in ('Ann', 'Bob')": True,
    "n between 7 and 8": True,
    "hour(at)": 23,
    "year(day)": 2026,
    "days_between(at, day)": 1,
    "months_between(day, as_of)": 0,
    "years_between(day, as_of)": 0,
    "at < day": True,
}


@pytest.fixture
def answer(engine):
    columns = {name: pa.array([value], kind) for name, (value, _, kind) in ROW.items()}
    engine.define_table("one", pa.table({**columns, "as_of": pa.array([date(2026, 4, 30)], pa.date32())}))
    types = {name: kind for name, (_, kind, _) in ROW.items()}

    def asked(text):
        query = exp.select(sql.parse(text, types, "source 'one'").as_("it")).from_("one")
        return engine.table(query)["it"][0].as_py()

    return asked


def test_an_expression_means_the_same(answer):
    found = {text: answer(text) for text in ANSWERS}
    wrong = {text: value for text, value in found.items() if not _same(value, ANSWERS[text])}
    assert wrong == {}


def _same(found, expected):
    if found is None or expected is None or isinstance(expected, str | bool | date):
        return found == expected and type(found) is type(expected)
    return float(found) == pytest.approx(float(expected), rel=1e-9)


def test_days_are_added_to_times_without_losing_the_hour(engine):
    engine.define_table("one", pa.table({"at": pa.array([ROW["at"][0]], pa.timestamp("us"))}))
    later = exp.DateAdd(this=exp.column("at"), expression=exp.Literal.number(1), unit=exp.var("DAY"))
    known = exp.LTE(this=later, expression=exp.cast(exp.Literal.string("2026-03-31"), "DATE"))
    assert engine.table(exp.select(known.as_("known")).from_("one"))["known"].to_pylist() == [False]


def test_the_mean_of_decimals_is_not_rounded(engine):
    kept = pa.array([Decimal("0.01"), Decimal("0.01"), Decimal("0.02")], pa.decimal128(18, 2))
    engine.define_table("three", pa.table({"money": kept}))
    mean = exp.cast(exp.Avg(this=exp.column("money")), "DOUBLE")
    (found,) = engine.table(exp.select(mean.as_("it")).from_("three"))["it"].to_pylist()
    assert found == pytest.approx(0.04 / 3, rel=1e-12)


def test_decimals_that_cancel_out_have_a_mean_of_nothing(engine):
    """A mean of floats would be 1e-17, which is no near miss of 0 but infinitely far from it."""
    kept = pa.array([Decimal("0.10"), Decimal("0.20"), Decimal("-0.30"), None], pa.decimal128(18, 2))
    engine.define_table("four", pa.table({"money": kept}))
    mean = exp.cast(exp.Avg(this=exp.column("money")), "DOUBLE")
    assert engine.table(exp.select(mean.as_("it")).from_("four"))["it"].to_pylist() == [0.0]


def test_the_mean_of_nothing_is_unknown(engine):
    engine.define_table("two", pa.table({"g": [1, 2], "v": pa.array([None, 4], pa.int64())}))
    mean = exp.cast(exp.Avg(this=exp.column("v")), "DOUBLE").as_("it")
    query = exp.select("g", mean).from_("two").group_by("g").order_by("g")
    assert engine.table(query)["it"].to_pylist() == [None, 4.0]


def test_a_file_is_in_the_order_asked_for_by_what_is_not_in_it(engine, tmp_path):
    rows = list(range(1_000))
    table = pa.table({"v": rows, "k": [v * 7919 % 1_000 for v in rows], "g": [v % 3 for v in rows]})
    engine.define_table("thousand", table)
    query = exp.select("v").from_("thousand").order_by(exp.column("g").desc(), exp.column("k"))
    assert engine.write(query, tmp_path / "made.parquet") == 1_000
    wanted = table.sort_by([("g", "descending"), ("k", "ascending")])["v"]
    assert pq.read_table(tmp_path / "made.parquet").to_pydict() == {"v": wanted.to_pylist()}


def test_the_first_rows_of_an_order_are_written(engine, tmp_path):
    engine.define_table("ten", pa.table({"v": list(range(10)), "k": list(range(10, 0, -1))}))
    engine.write(exp.select("v").from_("ten").order_by("k").limit(3), tmp_path / "made.parquet")
    assert pq.read_table(tmp_path / "made.parquet")["v"].to_pylist() == [9, 8, 7]


def test_different_values_are_counted_in_groups_and_of_all(engine):
    engine.define_table("four", pa.table({"g": [1, 1, 1, 2], "v": ["a", "a", None, "b"]}))
    different = exp.Count(this=exp.Distinct(expressions=[exp.column("v")])).as_("n")
    grouped = exp.select("g", different).from_("four").group_by("g").order_by("g")
    assert engine.table(grouped)["n"].to_pylist() == [1, 1]
    assert engine.table(exp.select(different.copy()).from_("four"))["n"].to_pylist() == [2]


def test_an_order_puts_nulls_first_unless_told(engine):
    engine.define_table("three", pa.table({"v": [2, None, 1]}))
    query = exp.select("v").from_("three").order_by("v")
    assert engine.table(query)["v"].to_pylist() == [None, 1, 2]


def test_work_is_done_on_every_row_wherever_it_lies(engine):
    engine.define_table("hundred", pa.table({"v": list(range(100))}))
    schema = pa.schema({"w": pa.int8()})
    found = list(engine.mapped(exp.select("v").from_("hundred"), halved, schema, 30))
    assert max(batch.num_rows for batch in found) <= 30
    assert all(batch.schema.equals(schema) for batch in found)
    assert [v for batch in found for v in batch.column("w").to_pylist()] == [v // 2 for v in range(100)]


def halved(batches):
    for batch in batches:
        yield pa.record_batch({"w": pa.array([v // 2 for v in batch.column("v").to_pylist()], pa.int8())})
