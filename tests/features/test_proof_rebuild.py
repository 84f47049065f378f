"""The second way, the plain oracle, SQL and tiles agree on random definitions over random histories."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadlift.features import open_sources
from leadlift.features.proof import Reader, Rebuilder, formula, same
from leadlift.features.rows import raw_name

from . import histories as h
from .building import arrow, defined, new_engine, rows, source
from .oracle import value
from .ways import FACTS, features_in, home_in, lay

modestly = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CASES = [*(("ann", day) for day in h.AS_OF), ("bob", h.AS_OF[0]), ("eve", h.AS_OF[0])]
BOTH = ("sql", "tiles")


def rebuilt(home, features, cases):
    """Every feature of every case by the second way: case -> feature -> answer."""
    reader = Reader(home.engine, home.sources, home.customer_key, raw_name)
    found = {case: {} for case in cases}
    for name in dict.fromkeys(feature.source for feature in features.values()):
        facts, _ = reader.facts(name, sorted({who for who, _ in cases}))
        rebuilder = Rebuilder(home.sources[name])
        for who, day in cases:
            known = rebuilder.known(facts[who], who, day)
            found[who, day] |= {
                feature.name: rebuilder.answer(feature, known, day)
                for feature in features.values()
                if feature.source == name
            }
    return found


def by_oracle(definitions, features, declared, facts, cases):
    names = {feature.stanza: name for name, feature in features.items()}
    found = {}
    for case in cases:
        values = (value(one, declared, facts, *case) for one in definitions)
        plain = (float(one) if isinstance(one, int | float | Decimal) else one for one in values)
        found[case] = {names[f"f{place}"]: one for place, one in enumerate(plain)}
    return found


def stanzas_of(definitions):
    return {f"f{place}": dict(one.stanza) for place, one in enumerate(definitions)}


def agree(table, cut, definitions, ways):
    declared, facts = table
    features = defined(FACTS, {FACTS: declared}, stanzas_of(definitions))
    oracle = by_oracle(definitions, features, declared, facts, CASES)
    with tempfile.TemporaryDirectory() as folder:
        laid = lay(Path(folder), declared, {"a": facts[:cut], "b": facts[cut:]})
        with home_in(Path(folder), laid, "sql") as home:
            answers = rebuilt(home, features, CASES)
            built = {
                way: features_in(replace(home, way=way, cache=Path(folder) / way), features, CASES)
                for way in ways
            }
    for way, values in {"oracle": oracle, **built}.items():
        for case in CASES:
            for name, answer in answers[case].items():
                assert same(values[case][name], answer), (way, case, features[name].spec, answer.value)


def several(definitions):
    return st.lists(definitions, min_size=4, max_size=8)


@modestly
@given(h.events(), st.integers(0, 24), several(h.event_definitions()))
def test_features_of_events(table, cut, definitions):
    agree(table, cut, definitions, BOTH)


@modestly
@given(h.snapshots(), st.integers(0, 24), several(h.snapshot_definitions()))
def test_features_of_snapshots(table, cut, definitions):
    agree(table, cut, definitions, BOTH)


@modestly
@given(h.intervals(), st.integers(0, 24), several(h.interval_definitions()))
def test_features_of_intervals(table, cut, definitions):
    agree(table, cut, definitions, ["sql"])


@modestly
@given(h.attributes(), st.integers(0, 24), several(h.attribute_definitions()))
def test_features_of_attributes(table, cut, definitions):
    agree(table, cut, definitions, ["sql"])


def local(instant, zone):
    """What clocks on the wall said."""
    return (
        None
        if instant is None
        else instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    )


@modestly
@given(h.zoned_events(), several(h.event_definitions()))
def test_times_with_a_zone_are_local_times_also_in_the_nights_when_clocks_change(drawn, definitions):
    zone, days, declared, facts = drawn
    cases = [("ann", day) for day in days]
    walls = [{**row, "at": local(row["at"], zone), "loaded": local(row["loaded"], zone)} for row in facts]
    features = defined(FACTS, {FACTS: declared}, stanzas_of(definitions))
    oracle = by_oracle(definitions, features, declared, walls, cases)
    table = arrow(declared, facts)
    for name in ("at", "loaded"):
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].cast(pa.timestamp("us", tz="UTC")))
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(table, Path(folder) / "facts.parquet")
        laid = declared.model_copy(update={"path": "facts.parquet"})
        with home_in(Path(folder), laid, "sql", zone=zone) as home:
            answers = rebuilt(home, features, cases)
            built = {
                way: features_in(replace(home, way=way, cache=Path(folder) / way), features, cases)
                for way in BOTH
            }
    for way, values in {"oracle": oracle, **built}.items():
        for case in cases:
            for name, answer in answers[case].items():
                assert same(values[case][name], answer), (way, zone, case, features[name].spec)


# ---------------------------------------------------------------- what random histories do not hold

DAY = date(2024, 3, 31)


@pytest.fixture
def home_of(tmp_path):
    """A home over several sources: home_of({name: (source, rows)})."""
    engines = []

    def made(tables):
        engine = new_engine(tmp_path)
        engines.append(engine)
        sources = {}
        for name, (declared, facts) in tables.items():
            pq.write_table(arrow(declared, facts), tmp_path / f"{name}.parquet")
            sources[name] = declared.model_copy(update={"path": f"{name}.parquet"})
        home, faults = open_sources(engine, tmp_path / "cache", sources, "customer_id", "sql")
        assert faults == []
        return home

    yield made
    for engine in engines:
        engine.close()


def both(home, features, cases):
    """By SQL and by the second way, which must agree."""
    built = features_in(home, features, cases)
    answers = rebuilt(home, features, cases)
    for case in cases:
        for name, answer in answers[case].items():
            assert same(built[case][name], answer), (case, name, built[case][name], answer.value)
    return built


OWNERS = source("lookup", "deposit:string customer_id:string role:string", where="role = 'OWNER'")
RATES = source("lookup", "code:string rate:number")
JOINS = [
    {"source": "owners", "on": "deposit", "columns": ["customer_id"]},
    {"source": "rates", "on": "code", "columns": ["rate"]},
]


def test_a_customer_named_by_a_lookup_a_partner_that_stands_twice_and_a_condition_of_the_source(home_of):
    moves = source(
        "events",
        "deposit:string code:string at:date amount:number",
        event_time="at",
        joins=JOINS,
        where="amount > 0",
    )
    home = home_of(
        {
            "owners": (OWNERS, rows("deposit customer_id role", ("d1", "ann", "OWNER"), ("d1", "bob", "USER"),
                                    ("d2", "ann", "OWNER"), ("d3", "bob", "OWNER"))),
            "rates": (RATES, rows("code rate", ("x", 0.5), ("y", 2.0), ("y", 3.0))),
            "moves": (moves, rows("deposit code at amount", ("d1", "x", "2024-03-01", 10.0),
                                  ("d2", "y", "2024-03-02", 1.0), ("d3", "z", "2024-03-03", 5.0),
                                  ("d1", "x", "2024-03-04", -10.0), (None, "x", "2024-03-05", 7.0))),
        }
    )  # fmt: skip
    stanzas = {"n": {"agg": "count"}, "rated": {"agg": "sum", "of": "amount * rate"}}
    found = both(home, defined("moves", home.sources, stanzas), [("ann", DAY), ("bob", DAY)])
    assert found["ann", DAY] == {"n": 3, "rated": 10}
    assert found["bob", DAY] == {"n": 1, "rated": 0}


def test_rows_that_a_contract_puts_in_quarantine_are_in_neither(home_of):
    columns = {
        "customer_id": {"type": "string"},
        "code": {"type": "string", "pattern": "[a-z]+"},
        "at": {"type": "date"},
        "amount": {"type": "number", "min": 0},
    }
    made = source("events", "customer_id:string at:date", event_time="at").model_dump(
        include={"path", "kind", "event_time"}
    )
    declared = type(OWNERS).model_validate({**made, "columns": columns, "on_fail": "quarantine"})
    facts = rows("customer_id code at amount", ("ann", "a", "2024-03-01", 1.0), ("ann", "A1", "2024-03-02", 10.0),
                 ("ann", "b", "2024-03-03", -100.0), ("ann", None, "2024-03-04", None))  # fmt: skip
    home = home_of({"facts": (declared, facts)})
    stanzas = {"n": {"agg": "count"}, "total": {"agg": "sum", "of": "amount"}}
    assert both(home, defined("facts", home.sources, stanzas), [("ann", DAY)])["ann", DAY] == {
        "n": 2,
        "total": 1,
    }


def test_attributes_without_a_clock_are_read_as_they_are_today_or_as_the_bank_knew_them(home_of):
    people = source("attributes", "customer_id:string town:string")
    told = source(
        "attributes", "customer_id:string town:string loaded:date", available_at="loaded", key="customer_id"
    )
    home = home_of(
        {
            "people": (people, rows("customer_id town", ("ann", "there"), ("ann", "here"))),
            "told": (told, rows("customer_id town loaded", ("ann", "here", "2024-03-01"),
                                ("ann", "there", "2024-03-31"), ("ann", "elsewhere", "2024-04-01"))),
        }
    )  # fmt: skip
    features = defined("people", home.sources, {"town": {"agg": "value", "of": "town"}})
    features |= defined("told", home.sources, {"told_town": {"agg": "value", "of": "town"}})
    assert both(home, features, [("ann", DAY)])["ann", DAY] == {"town": "here", "told_town": "there"}


def test_a_formula_is_computed_over_the_values_of_its_parts():
    declared = source("events", "customer_id:string at:date amount:decimal", event_time="at")
    stanzas = {
        "total": {"agg": "sum", "of": "amount"},
        "n": {"agg": "count"},
        "each": {"expr": "round(total / n, 1) + day(as_of)"},
    }
    features = defined("facts", {"facts": declared}, stanzas)
    compute = formula(features["each"])
    assert compute({"total": 10.0, "n": 4.0, "as_of": DAY}).value == 33.5
    assert compute({"total": 10.0, "n": 0.0, "as_of": DAY}).value is None
