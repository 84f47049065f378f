"""Which dates and customers are looked at."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.features.proof.sample import data_days, sampled, spread_dates

from .building import new_engine, open_tables, rows, source

EVENTS = source(
    "events",
    "customer_id:string at:date loaded:date",
    event_time="at",
    available_at="loaded",
    key="customer_id",
)
FIRST = date(2024, 1, 10)


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(1, 3000))
def test_dates_are_spread_over_the_time_of_the_data(first, length):
    last = first + timedelta(days=length)
    days = spread_dates(first, last)
    assert days == sorted(set(days))
    assert days[-1] == last
    assert all(first < day for day in days)
    if length > 600:
        assert len(days) >= 6
        assert any(day.day == 1 for day in days)
        assert any(day.day == calendar.monthrange(day.year, day.month)[1] for day in days)


def test_a_leap_day_is_among_the_dates_where_there_is_one():
    assert date(2024, 2, 29) in spread_dates(date(2023, 6, 1), date(2025, 6, 1))


@pytest.fixture
def engine(tmp_path):
    made = new_engine(tmp_path)
    yield made
    made.close()


def test_half_of_the_pairs_have_late_rows_and_some_have_none(engine):
    prompt = [(f"p{n:03d}", "2024-01-10", "2024-01-10") for n in range(100)]
    late = [(f"l{n:03d}", "2024-01-20", "2024-03-01") for n in range(100)]
    silent = [(f"s{n:03d}", "2024-05-01", "2024-05-01") for n in range(100)]
    sources = {"facts": EVENTS}
    open_tables(engine, sources, {"facts": rows("customer_id at loaded", *prompt, *late, *silent)})
    assert data_days(engine, sources) == (FIRST, date(2024, 5, 2))
    found = sampled(engine, sources, "customer_id", [date(2024, 2, 1)], 40, 1)
    kinds = [who[0] for who, _ in found.pairs]
    assert len(set(found.pairs)) == 40
    assert (kinds.count("l"), kinds.count("p"), kinds.count("s")) == (18, 16, 6)
    assert (found.late, found.without) == (18, 24)


def test_who_are_few_are_all_looked_at(engine):
    sources = {"facts": EVENTS}
    facts = rows(
        "customer_id at loaded", ("ann", "2024-01-10", "2024-01-10"), (None, "2024-01-10", "2024-01-10")
    )
    open_tables(engine, sources, {"facts": facts})
    days = [date(2024, 1, 10), date(2024, 2, 1)]
    found = sampled(engine, sources, "customer_id", days, 1000, 1)
    assert found.pairs == (("ann", days[0]), ("ann", days[1]))
