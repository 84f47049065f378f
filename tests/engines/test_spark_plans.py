"""What Spark is asked so that it plans well: told from the text of queries, which needs no Spark."""

from __future__ import annotations

from sqlglot import exp, parse_one

from leadlift.engines.spark.order import in_order, without_order
from leadlift.engines.spark.words import spark_sql


def asked(text: str) -> exp.Query:
    found = parse_one(text, dialect="duckdb")
    assert isinstance(found, exp.Query)
    return found


def test_rows_that_will_be_grouped_are_joined_where_they_will_be_grouped():
    told = spark_sql(
        asked("with k as (select s.c, r.v from s join r on r.c = s.c) select c, sum(v) from k group by c")
    )
    assert "SELECT /*+ MERGE(`s`) */ s.c" in told


def test_so_are_those_that_a_subquery_groups():
    inner = "(select c, sum(v) as v from k group by c)"
    told = spark_sql(
        asked(f"with k as (select s.c, r.v from s join r on r.c = s.c) select p.v from {inner} as p")
    )
    assert told.count("MERGE(`s`)") == 1


def test_other_joins_are_left_to_spark():
    for text in (
        "select s.c, r.v from s join r on r.c = s.c",
        "with k as (select c, v from s) select c, sum(v) from k group by c",
        "with k as (select s.c from s join r on r.c = s.c) select c from k",
        "select c, sum(v) from s group by c",
    ):
        assert "MERGE" not in spark_sql(asked(text)), text


def test_the_query_that_was_given_stays_as_it_was():
    query = asked("with k as (select s.c from s join r on r.c = s.c) select c from k group by c order by c")
    before = query.sql()
    spark_sql(query)
    without_order(query)
    assert query.sql() == before


def test_an_order_becomes_columns_and_an_order_by_them():
    bare, keys = without_order(asked("select v from t order by k desc, v + 1"))
    assert bare.sql("spark") == "SELECT v, k AS __order_0, v + 1 AS __order_1 FROM t"
    assert in_order("parts", keys).sql("duckdb") == (
        "SELECT * EXCLUDE (__order_0, __order_1) FROM parts ORDER BY __order_0 DESC, __order_1"
    )


def test_an_order_that_decides_which_rows_there_are_stays():
    for text in (
        "select v from t order by k limit 3",
        "select distinct v from t order by v",
        "select v from t",
    ):
        query = asked(text)
        assert without_order(query) == (query, [])
