"""One scan per table, whatever is asked of it: read off DuckDB's own plan, and off the work it did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from leadlift.contracts.query import contract_of, contract_query
from leadlift.engines.spark.words import said

from .conftest import KEY, source

ROWS = 10_000


def movements(**more: Any) -> dict[str, Any]:
    """A table with every rule there is, which refers to another and to itself not at all."""
    return {
        "sales": source(
            "id:string customer_id:string at:timestamp known:timestamp amount:decimal channel:string",
            "events", path="sales.parquet", event_time="at", available_at="known", key="id",
            rules={
                "id": {"required": True, "unique": True, "pattern": "S[0-9]+"},
                "customer_id": {"required": True, "references": "customers.id"},
                "at": {"required": True, "max": datetime(2030, 1, 1).date()},
                "amount": {"required": True, "min": 0, "max": 50},
                "channel": {"allowed": ["app", "web"]},
            },
            checks={
                "fresh": "3d", "gaps": "1d", "volume": "week", "duplicates": "rows",
                "rules": {"small_in_app": {"expect": "channel <> 'app' or amount < 40"}},
            },
            **more,
        ),
        "customers": source("id:string", path="customers.parquet"),
    }  # fmt: skip


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both tables as files, under views of their names."""
    con = duckdb.connect()
    sales = """
        select 'S' || i id, 'C' || (i % 700) customer_id, timestamp '2026-01-01' + interval (i) minute as "at",
            timestamp '2026-01-02' + interval (i) minute known, (i % 60)::decimal(18, 2) amount,
            case i % 3 when 0 then 'app' when 1 then 'web' else 'pos' end channel
        from range(10000) t(i)
    """
    for name, query in (("sales", sales), ("customers", "select 'C' || i id from range(600) t(i)")):
        con.execute(f"copy ({query}) to '{tmp_path / name}.parquet' (format parquet)")
        con.execute(f"create view {name} as select * from read_parquet('{tmp_path / name}.parquet')")
    yield con
    con.close()


def worked(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Run the query; every step of its plan, with what DuckDB says it did there."""
    told = con.execute(f"explain (analyze, format json) {query}").fetchall()[0][1]
    steps, found = list(json.loads(told)["operator"]), []
    while steps:
        found.append(steps.pop())
        steps += found[-1].get("children", [])
    return found


def scans(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str, int]]:
    """Every scan of a file: its name, and how many rows were read."""
    files = [(step["extra_info"].get("Filename(s)"), step.get("rows_scanned")) for step in worked(con, query)]
    return sorted((Path(file).stem, rows) for file, rows in files if file)


def test_all_rules_of_a_table_are_answered_by_one_scan_of_it_and_one_of_what_it_refers_to(bank):
    sources = movements()
    contract = contract_of("sales", sources["sales"], sources, KEY)
    assert len(contract.rows) + len(contract.keys) == 15
    query = contract_query(contract).sql("duckdb")
    assert scans(bank, query) == [("customers", 600), ("sales", ROWS)]


def test_the_rows_pass_by_and_are_not_kept(bank):
    sources = movements()
    query = contract_query(contract_of("sales", sources["sales"], sources, KEY)).sql("duckdb")
    storage = {step["extra_info"].get("Chunk Storage") for step in worked(bank, query)} - {None}
    assert storage == {"NONE"}


def test_two_scans_would_be_seen(bank):
    counts = "select count(*) from sales where"
    twice = f"{counts} amount > 3 union all {counts} channel = 'web'"
    assert [file for file, _ in scans(bank, twice)] == ["sales", "sales"]


def test_the_query_can_be_said_in_sparks_words_too(golden):
    sources = movements()
    contract = contract_of("sales", sources["sales"], sources, KEY)
    for dialect in ("duckdb", "spark"):
        golden(f"contract_of_sales.{dialect}.sql", said(contract_query(contract), dialect) + "\n")
