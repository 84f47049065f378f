"""Questions are answered from views alone: what they say is right, and nothing can be written or read beside them."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
import sqlglot

from leadlift.engines.duckdb import DuckDbEngine
from leadlift.errors import UserError
from leadlift.specs import open_workspace
from leadlift.specs.questions import question
from leadlift.workflows.features import build as build_features

from .conftest import DAY, PIPELINES

VIEWS = {"customers", "scores", "leads"}


def rows(leadlift, folder, text, *more):
    said = leadlift("sql", text, "--json", *more, at=folder)
    assert said.code == 0, said.err
    return said.json


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("drop table customers", "only `select` is answered, not DROP"),
        ("delete from customers", "only `select` is answered, not DELETE"),
        ("insert into customers values (1)", "only `select` is answered, not INSERT"),
        ("create table x as select 1", "only `select` is answered, not CREATE"),
        ("copy (select 1) to 'x.csv'", "only `select` is answered, not COPY"),
        ("attach 'x.db'", "only `select` is answered, not ATTACH"),
        ("install httpfs", "only `select` is answered, not INSTALL"),
        ("set memory_limit = '1GB'", "only `select` is answered, not SET"),
        ("explain select 1", "only `select` is answered, not EXPLAIN"),
        ("select 1; drop table customers", "one question at a time, not 2"),
        ("", "the question is empty"),
        ("select from where", "cannot be read as SQL"),
        ("select 'open", "cannot be read as SQL"),
        ("select * into x from customers", "INTO is not answered"),
        ("select * from 'data/customers.parquet'", "no view 'data/customers.parquet'"),
        ("select * from read_parquet('data/customers.parquet')", "read_parquet is not available"),
        ("select * from read_csv_auto('/etc/passwd')", "not available"),
        ("select * from read_text('/etc/passwd')", "not available"),
        ("select * from glob('*')", "glob(...) is not a view"),
        ("select * from sniff_csv('x')", "sniff_csv(...) is not a view"),
        ("select * from query('select 1')", "query is not available"),
        ("select * from duckdb_settings()", "duckdb_settings is not available"),
        ("select current_setting('home_directory')", "current_setting is not available"),
        ("select * from raw_customers", "no view 'raw_customers'"),
        ("select (select max(name) from raw_customers)", "no view 'raw_customers'"),
        ("select * from scores where exists (select 1 from raw_customers)", "no view 'raw_customers'"),
        ("with raw_customers as (select 1) select * from raw_customers", "hides another table"),
        ("with x as (select * from raw_customers) select * from x", "no view 'raw_customers'"),
        ("select * from (with x as (select 1) select * from x) y, x", "no view 'x'"),
        ("select * from main.customers", "main.customers is not a view"),
        ("select * from information_schema.tables", "is not a view"),
        ("select * from custmers", "Did you mean 'customers'?"),
    ],
)  # fmt: skip
def test_what_is_no_question_over_views_is_refused_in_one_message(text, complaint):
    with pytest.raises(UserError) as found:
        question(text, VIEWS)
    assert complaint in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "text",
    [
        "select * from customers",
        "from customers",
        "select c.region, count(*) from customers c join scores s using (customer_id) group by all",
        "with x as (select * from scores), y as (select * from x) select * from y union all select * from x",
        "select * from CUSTOMERS where region in (select region from customers limit 1)",
        "select x, sum(x) over (order by x) from unnest([1, 2]) t(x)",
        "select * from range(3)",
        "(select 1) union (select 2)",
        "select * from (pivot customers on region using count(*))",
    ],
)
def test_selects_of_all_kinds_are_questions(text):
    assert question(text, VIEWS).views <= VIEWS


def test_a_question_that_got_past_the_check_still_reaches_no_other_file_and_no_setting(world, tmp_path):
    engine = DuckDbEngine(world, tmp_path / "cache")
    engine.define_files("there", world / "data" / "sales.parquet")
    there = list(engine.ask(sqlglot.parse_one("select count(*) as n from there"), 10))
    assert sum(batch.num_rows for batch in there) == 1
    other = world / "data" / "customers.parquet"
    for text in (f"select * from read_parquet('{other}')", "select * from read_text('/etc/hostname')"):
        with pytest.raises(UserError, match="file system operations are disabled"):
            list(engine.ask(sqlglot.parse_one(text, read="duckdb"), 10))
    engine.close()


def test_sources_are_views_under_their_names(leadlift, world):
    told = rows(
        leadlift, world, "select channel, count(*) as n, sum(amount) as s from transactions group by 1"
    )
    plain = pd.read_parquet(world / "data" / "transactions").groupby("channel")["amount"].agg(["size", "sum"])
    assert {row["channel"]: row["n"] for row in told} == plain["size"].to_dict()
    assert {row["channel"]: row["s"] for row in told} == pytest.approx(plain["sum"].astype(float).to_dict())


def test_scores_of_all_pipelines_and_days_are_one_view(leadlift, world):
    told = rows(leadlift, world, "select pipeline, as_of, count(*) as n from scores group by all order by 1")
    people = len(set(pd.read_parquet(world / "data" / "customers.parquet")["customer_id"]))
    assert told == [{"pipeline": name, "as_of": str(DAY), "n": people} for name in sorted(PIPELINES)]


def test_what_is_not_there_yet_is_an_empty_view(leadlift, world):
    for view in ("leads", "suppressed", "lists", "outcomes", "segments"):
        assert rows(leadlift, world, f"select * from {view}") == []
    said = leadlift("sql", "select * from leads", at=world)
    assert said.out.startswith("no rows (campaign, customer_id, as_of, list_id")


def test_features_are_those_that_are_built_and_no_others(leadlift, copy):
    said = leadlift("sql", "select total_assets from features", at=copy)
    assert said.code == 2
    assert "none of these features is built" in said.err
    names = ["total_assets", "txn_count_90d", "spend_trend", "region"]
    names = [name for name in names if name in open_workspace(copy).features]
    built = build_features(open_workspace(copy), DAY)
    told = pd.DataFrame(
        rows(leadlift, copy, f"select customer_id, {', '.join(names)} from features order by 1")
    )
    frame = pd.read_parquet(built.path).sort_values("customer_id")[["customer_id", *names]]
    pd.testing.assert_frame_equal(told, frame.reset_index(drop=True), check_dtype=False)
    # an edited definition is another feature: what was built by the old one is not shown as it
    path = copy / "feature_defs" / "value_balances.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("of: total_assets", "of: total_assets + 1", 1))
    both = rows(leadlift, copy, "select count(total_assets) as a, count(txn_count_90d) as b from features")
    assert both[0]["a"] == 0
    assert both[0]["b"] > 0


def test_segments_are_rows_whatever_the_form_of_their_files(leadlift, copy):
    place = copy / "segments" / "needs" / "as_of=2026-03-31"
    place.mkdir(parents=True)
    frame = pd.DataFrame({"customer_id": ["a", "b"], "needs_saver": [1, 1], "needs_trader": [0, 1]})
    frame.to_parquet(place / "s.parquet")
    place = copy / "segments" / "tier" / "as_of=2026-03-31"
    place.mkdir(parents=True)
    pd.DataFrame({"customer_id": ["a"], "tier": ["gold"]}).to_parquet(place / "s.parquet")
    query = (
        "select segmentation, customer_id, segment from segments where segment is not null order by 1, 2, 3"
    )
    told = [tuple(row.values()) for row in rows(leadlift, copy, query)]
    assert told == [
        ("needs", "a", "saver"), ("needs", "b", "saver"), ("needs", "b", "trader"), ("tier", "a", "gold"),
    ]  # fmt: skip


def test_answers_go_to_csv_and_parquet_whole(leadlift, world, tmp_path):
    query = "select customer_id, amount, posted_at from transactions order by 1, 3, 2"
    for form in ("csv", "parquet"):
        out = tmp_path / f"answer.{form}"
        said = leadlift("sql", query, "--out", str(out), at=world)
        assert said.code == 0, said.err
    told, same = (
        pd.read_csv(tmp_path / "answer.csv", dtype={"customer_id": str}),
        pq.read_table(out).to_pandas(),
    )
    assert said.out.startswith(f"{len(same):,} rows in ")
    assert list(told["customer_id"]) == list(same["customer_id"])
    assert list(told["amount"]) == pytest.approx(list(same["amount"].astype(float)))
    piped = leadlift("sql", query, "--format", "csv", at=world)
    assert piped.out == (tmp_path / "answer.csv").read_text("utf-8")


def test_a_table_on_a_terminal_stops_where_nobody_reads_on(leadlift, world):
    said = leadlift("sql", "select customer_id from transactions", at=world)
    assert len(said.out.splitlines()) < 120
    assert said.err == "the first 100 rows; all of them: --out FILE\n"


def test_no_answer_is_written_over_a_source(leadlift, copy):
    path = copy / "data" / "sales.parquet"
    before = path.read_bytes()
    said = leadlift("sql", "select 1 as x", "--out", str(path), at=copy)
    assert said.code == 2
    assert "holds a source of the workspace" in said.err
    assert path.read_bytes() == before


def test_a_question_that_fails_leaves_no_file(leadlift, world, tmp_path):
    said = leadlift(
        "sql", "select cast(region as int) as x from customers", "--out", str(tmp_path / "x.csv"), at=world
    )
    assert said.code == 2
    assert said.err.startswith("error: sql: Could not convert")
    assert list(tmp_path.iterdir()) == []


def test_asking_changes_nothing_in_the_workspace(leadlift, copy):
    def files():
        return {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file()}

    before = files()
    rows(leadlift, copy, "select count(*) from customers, scores")
    assert files() == before


def test_the_list_of_views_says_what_each_column_means(leadlift, world):
    said = leadlift("sql", "--list", "--json", at=world)
    views = {view["view"]: view for view in said.json}
    assert {
        "customers",
        "transactions",
        "features",
        "scores",
        "leads",
        "lists",
        "outcomes",
        "segments",
    } <= set(views)
    assert {column["hidden"] for column in views["customers"]["columns"]} == {"", "pii", "protected"}
    assert all(column["meaning"] for column in views["scores"]["columns"])
    text = leadlift("sql", "--list", at=world).out
    assert "name as on the identity document [pii: only with --with-pii]" in text
    assert json.dumps(said.json)


def test_a_source_keeps_its_name_before_a_view_of_ours(leadlift, copy):
    path = copy / "leadlift.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("  sales:\n", "  lists:\n"))
    for file in [*copy.glob("feature_defs/*.yaml"), *copy.glob("pipelines/*.yaml")]:
        file.write_text(file.read_text("utf-8").replace("source: sales", "source: lists"))
    assert rows(leadlift, copy, "select count(*) as n from lists")[0]["n"] > 0
    assert rows(leadlift, copy, "select * from leadlift_lists") == []
