"""Random tables: every count is that of a plain-Python oracle, and so are the rows left out and put aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leadlift.contracts import judge, look, write_quarantine
from leadlift.contracts.query import contract_of
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.engines.spark.words import spark_sql
from leadlift.features.rows import opened as opened_source

from .conftest import KEY, source
from .oracle import Row, ahead, broken_by, longest_gaps, repeats

COLUMNS = "id:string customer_id:string at:date known:date amount:integer channel:string"
DAY, PARTNERS = date(2026, 1, 12), {"ann", "bob"}
SOURCES = {
    "customers": source("customer_id:string", path="customers.parquet"),
    "it": source(
        COLUMNS, "events", event_time="at", available_at="known", key="id", on_fail="quarantine",
        rules={
            "id": {"required": True, "pattern": "[A-C][0-9]?", "unique": True},
            "customer_id": {"references": "customers.customer_id"},
            "amount": {"min": -2, "max": 5, "severity": {"max": "warn"}},
            "channel": {"allowed": ["app", "web"]},
        },
        checks={
            "duplicates": "rows", "gaps": "1d",
            "rules": {"small_in_app": {"expect": "channel <> 'app' or amount < 4"}},
        },
    ),
}  # fmt: skip
# rules that a row breaks by what it says itself, and that are errors
OWN = {"id.required", "id.pattern", "amount.min", "channel.allowed", "backwards", "small_in_app"}

maybe_day = st.none() | st.integers(1, 20).map(lambda day: date(2026, 1, day))
rows_of = st.lists(
    st.fixed_dictionaries({
        "id": st.sampled_from([None, "A", "B", "C1", "D", "a", "A10", "A\n"]),
        "customer_id": st.sampled_from([None, "ann", "bob", "cem"]),
        "at": maybe_day,
        "known": maybe_day,
        "amount": st.none() | st.integers(-4, 7),
        "channel": st.sampled_from([None, "app", "web", "pos", ""]),
    }),
    max_size=25,
)  # fmt: skip
SCHEMA = pa.schema([
    ("id", pa.string()), ("customer_id", pa.string()), ("at", pa.date32()), ("known", pa.date32()),
    ("amount", pa.int64()), ("channel", pa.string()),
])  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbEngine]:
    root = tmp_path_factory.mktemp("oracle")
    made = DuckDbEngine(root, root / "cache")
    made.define_table("customers", pa.table({"customer_id": sorted(PARTNERS)}))
    yield made
    made.close()


def name_of(finding: Any) -> str:
    return f"{finding.column}.{finding.rule}" if finding.path[0] == "columns" else finding.rule


quickly = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quickly
@given(rows=rows_of)
def test_every_count_is_the_oracles(engine: DuckDbEngine, rows: list[Row]):
    engine.define_table("it", pa.Table.from_pylist(rows, SCHEMA))
    seen = look(engine, "it", SOURCES["it"], SOURCES, KEY)
    found = judge(seen, DAY, asked=True)
    told = [(name_of(one), one.failing) for one in found.findings if one.rule != "left_out"]
    broken = [broken_by(row, PARTNERS) for row in rows]
    assert sorted(told) == sorted([
        *((name, sum(name in one for one in broken)) for name in (*OWN, "amount.max", "customer_id.references")),
        ("id.unique", repeats(rows, ["id"])),
        ("duplicates", repeats(rows, ["id", "known"])),
        ("duplicates", repeats(rows, list(SCHEMA.names), nulls=True)),
        ("future", ahead(rows, DAY)),
        ("gaps", longest_gaps(rows, DAY, 1)),
    ])  # fmt: skip
    assert seen.left_out == sum(bool(one & OWN) for one in broken)
    assert found.rows == len(rows)


@quickly
@given(rows=rows_of)
def test_examples_are_values_that_break_the_rule(engine: DuckDbEngine, rows: list[Row]):
    engine.define_table("it", pa.Table.from_pylist(rows, SCHEMA))
    found = judge(look(engine, "it", SOURCES["it"], SOURCES, KEY), DAY, asked=True)
    for finding in found.findings:
        if finding.path[0] != "columns" or finding.rule in ("required", "unique"):
            continue
        bad = {str(row[finding.column]) for row in rows if name_of(finding) in broken_by(row, PARTNERS)}
        assert set(finding.examples) <= bad
        assert bool(finding.examples) == bool(bad)


@quickly
@given(rows=rows_of)
def test_what_is_read_and_what_is_put_aside_are_the_oracles(
    engine: DuckDbEngine, rows: list[Row], tmp_path: Path
):
    engine.define_table("raw_it", pa.Table.from_pylist(rows, SCHEMA))
    engine.define_table("it", pa.Table.from_pylist(rows, SCHEMA))
    broken = [broken_by(row, PARTNERS) for row in rows]
    read = engine.table(opened_source("it", SOURCES["it"], SOURCES)).to_pylist()
    assert bag(read) == bag(row for row, one in zip(rows, broken, strict=True) if not one & OWN)
    path = tmp_path / "it.parquet"
    errors = [one & {*OWN, "customer_id.references"} for one in broken]
    count = write_quarantine(engine, contract_of("it", SOURCES["it"], SOURCES, KEY), path)
    assert count == sum(bool(one) for one in errors)
    assert path.exists() == bool(count)
    aside = pq.read_table(path).to_pylist() if count else []
    assert bag({**row, "__broken": frozenset(row["__broken"].split(", "))} for row in aside) == bag(
        {**row, "__broken": frozenset(one)} for row, one in zip(rows, errors, strict=True) if one
    )


def bag(rows: Any) -> list[str]:
    """Rows in no order, nor their columns, nor the names of broken rules."""
    return sorted(
        repr([sorted(row[name]) if isinstance(row[name], frozenset) else row[name] for name in sorted(row)])
        for row in rows
    )


def test_the_condition_that_leaves_rows_out_can_be_said_in_sparks_words(golden):
    query = opened_source("it", SOURCES["it"], SOURCES)
    assert isinstance(query, exp.Select)
    golden("opened_in_quarantine.spark.sql", spark_sql(query, pretty=True) + "\n")
