"""The SQL that a handful of definitions compile to, in each engine's dialect: it must not drift unseen."""

from __future__ import annotations

from datetime import date

import pytest

from leadlift.engines.spark.words import said
from leadlift.features import needed
from leadlift.features.choose import by_source
from leadlift.features.compile import assembled, part_query
from leadlift.features.population import cases, everyone, outcomes
from leadlift.features.rows import opened
from leadlift.specs import Population, Target

from .building import CUSTOMER, defined, source

SOURCES = {
    "customers": source(
        "attributes",
        "customer_id:string valid_from:date valid_to:date birth_date:date region:string",
        valid_from="valid_from",
        valid_to="valid_to",
        available_after="1d",
    ),
    "transactions": source(
        "events",
        "customer_id:string txn_id:string posted_at:timestamp loaded_at:timestamp amount:decimal branch:string",
        event_time="posted_at",
        available_at="loaded_at",
        key="txn_id",
        where="amount <> 0",
        joins=[{"source": "branches", "on": "branch", "columns": ["city"]}],
    ),
    "branches": source("lookup", "branch:string city:string"),
    "balances": source(
        "snapshots", "customer_id:string month_end:date balance:number", event_time="month_end"
    ),
    "holdings": source(
        "intervals",
        "customer_id:string product:string opened_on:date closed_on:date matures_on:date",
        valid_from="opened_on",
        valid_to="closed_on",
    ),
}
STANZAS = {
    "customers": {
        "age": {"agg": "value", "of": "years_between(birth_date, as_of)"},
        "region": {"agg": "value", "of": "region"},
    },
    "transactions": {
        "txn_count": {"agg": "count", "windows": ["30d", "90d"]},
        "spend": {"agg": "sum", "of": "-amount", "where": "amount < 0 and city = 'Bern'", "windows": ["30d"]},
        "last_city": {"agg": "last", "of": "city"},
        "days_since_txn": {"agg": "days_since_last"},
    },
    "balances": {
        "balance_change": {"agg": "change", "of": "balance", "months": 3},
        "balance_slope": {"agg": "slope", "of": "balance", "windows": ["180d"]},
    },
    "holdings": {
        "holds_card": {"agg": "holds", "where": "product = 'card'"},
        "closed": {"agg": "count", "on": "closed", "windows": ["90d"]},
        "days_to_end": {"agg": "days_to_end", "of": "matures_on"},
    },
}
TARGET = Target.model_validate(
    {"source": "holdings", "where": "product = 'fund'", "gap": "7d", "outcome": "60d"}
)
FORMULAS = {
    "n": {"agg": "count", "windows": ["30d", "90d"]},
    "trend": {"expr": "n_30d * 3 / n_90d"},
    "rising": {"expr": "case when trend > 1 then 'yes' else 'no' end"},
}


def part(name):
    features = defined(name, SOURCES, STANZAS[name])
    return part_query(name, SOURCES[name], list(features.values()), CUSTOMER)


def formulas():
    features = defined("transactions", SOURCES, FORMULAS)
    return assembled(*by_source(needed(features, list(features))))


QUERIES = {
    "opened_transactions": lambda: opened("transactions", SOURCES["transactions"], SOURCES),
    "features_of_attributes": lambda: part("customers"),
    "features_of_events": lambda: part("transactions"),
    "features_of_snapshots": lambda: part("balances"),
    "features_of_intervals": lambda: part("holdings"),
    "formulas": formulas,
    "everyone": lambda: everyone("customers", SOURCES["customers"], CUSTOMER),
    "cases": lambda: cases(
        "transactions",
        SOURCES["transactions"],
        CUSTOMER,
        "city = 'Bern'",
        TARGET,
        date(2025, 1, 31),
        None,
        SOURCES,
    ),
    "outcomes": lambda: outcomes(TARGET, CUSTOMER, SOURCES),
    "last_touch": lambda: outcomes(
        TARGET.model_copy(update={"last_touch": True}), CUSTOMER, SOURCES, Population(source="transactions")
    ),
}


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
@pytest.mark.parametrize("name", QUERIES)
def test_the_sql_does_not_drift(golden, name, dialect):
    golden(f"{name}.{dialect}.sql", said(QUERIES[name](), dialect) + "\n")
