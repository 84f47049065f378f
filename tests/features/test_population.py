"""Who is eligible at which as-of date, and what happened to them afterwards."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

from leadlift.features.population import DATES, cases, data_end, everyone, outcomes
from leadlift.features.rows import SPINE
from leadlift.specs import Population, Target

from .building import CUSTOMER, open_tables, rows, source

PEOPLE = "customer_id:string since:date until:date"
COLUMNS = "customer_id since until"


def target(**said):
    return Target.model_validate(said)


@pytest.fixture
def there(engine):
    """Customers at each of these days: there(source, facts, *days)."""

    def ask(declared, facts, *days):
        open_tables(engine, {"customers": declared}, {"customers": facts})
        known = [date.fromisoformat(day) for day in days]
        engine.define_table(DATES, pa.table({"as_of": pa.array(known, pa.date32())}))
        found = engine.table(everyone("customers", declared, CUSTOMER)).to_pylist()
        return sorted((row["as_of"].isoformat(), row[CUSTOMER]) for row in found)

    return ask


def test_customers_are_there_from_the_day_after_they_joined(there):
    facts = rows(COLUMNS, ("ann", "2025-01-01", None), ("bob", "2025-03-31", None))
    found = there(
        source("attributes", PEOPLE, since="since"), facts, "2025-01-01", "2025-03-31", "2025-04-30"
    )
    assert found == [("2025-03-31", "ann"), ("2025-04-30", "ann"), ("2025-04-30", "bob")]


def test_who_left_is_no_longer_there_once_that_is_known_and_may_come_back(there):
    history = source("attributes", PEOPLE, valid_from="since", valid_to="until", available_after="1d")
    facts = rows(COLUMNS, ("ann", "2025-01-01", "2025-02-10"), ("ann", "2025-06-01", None))
    days = ("2025-01-31", "2025-02-10", "2025-02-11", "2025-05-31", "2025-06-30")
    assert [day for day, _ in there(history, facts, *days)] == ["2025-01-31", "2025-02-10", "2025-06-30"]


def test_moving_within_a_history_is_not_leaving(there):
    history = source("attributes", PEOPLE, valid_from="since", valid_to="until")
    facts = rows(COLUMNS, ("ann", "2025-01-01", "2025-02-10"), ("ann", "2025-02-10", None))
    assert len(there(history, facts, "2025-02-01", "2025-02-10", "2025-02-11", "2025-03-01")) == 4


def test_a_table_without_time_has_always_had_its_customers(there):
    facts = rows(COLUMNS, ("ann", "2030-01-01", None), ("ann", None, None), (None, None, None))
    assert there(source("attributes", PEOPLE), facts, "2020-01-31") == [("2020-01-31", "ann")]


def test_customers_known_by_loading_alone_are_there_when_loaded(there):
    loaded = source("attributes", PEOPLE, available_at="since")
    facts = rows(COLUMNS, ("ann", "2025-01-01", None))
    assert [day for day, _ in there(loaded, facts, "2024-12-31", "2025-01-01")] == ["2025-01-01"]


CALLS = source(
    "events",
    "customer_id:string call_id:string called_at:timestamp offer:string answer:string",
    event_time="called_at",
    available_after="3d",
    key="call_id",
)
CALLED = rows(
    "customer_id call_id called_at offer answer",
    ("ann", "1", "2025-01-10 09:00", "loan", "no"),
    ("ann", "2", "2025-01-10 17:00", "loan", "yes"),
    ("ann", "3", "2025-02-10 09:00", "loan", None),
    ("bob", "4", "2025-01-10 09:00", "card", "yes"),
    ("bob", "5", "2025-03-10 09:00", "loan", "no"),
    (None, "6", "2025-03-10 09:00", "loan", "no"),
    ("cid", "7", None, "loan", "no"),
)
ANSWER = target(column="answer", positive="yes")


def cases_of(engine, where=None, predicted=ANSWER, first=None, last=None):
    open_tables(engine, {"calls": CALLS}, {"calls": CALLED})
    query = cases("calls", CALLS, CUSTOMER, where, predicted, first, last, {"calls": CALLS})
    found = engine.table(query).to_pylist()
    return {(row[CUSTOMER], row["as_of"].isoformat()): row.get("target") for row in found}


def test_each_contact_is_a_case_on_its_own_day_and_one_yes_makes_the_day_positive(engine):
    assert cases_of(engine) == {
        ("ann", "2025-01-10"): 1, ("ann", "2025-02-10"): None, ("bob", "2025-01-10"): 1, ("bob", "2025-03-10"): 0,
    }  # fmt: skip


def test_cases_are_those_that_where_names_between_the_first_and_the_last_day(engine):
    found = cases_of(engine, "offer = 'loan'", first=date(2025, 1, 10), last=date(2025, 2, 10))
    assert sorted(found) == [("ann", "2025-01-10"), ("ann", "2025-02-10")]


def test_several_contacts_on_a_day_are_one_case_when_the_outcome_is_elsewhere(engine):
    elsewhere = target(source="calls", outcome="30d")
    assert len(cases_of(engine, "offer = 'loan'", elsewhere)) == 3


BUYS = source(
    "events",
    "customer_id:string id:string at:date product:string",
    event_time="at",
    available_after="9d",
    key="id",
)


def outcome_of(engine, bought, **said):
    """The target of ann at 1 March 2025, of purchases (id, day, product)."""
    facts = rows("customer_id id at product", *(("ann", *one) for one in bought))
    open_tables(engine, {"buys": BUYS}, {"buys": facts})
    engine.define_table(
        SPINE, pa.table({CUSTOMER: ["ann"], "as_of": pa.array([date(2025, 3, 1)], pa.date32())})
    )
    asked = target(source="buys", outcome="30d", **said)
    (row,) = engine.table(outcomes(asked, CUSTOMER, {"buys": BUYS})).to_pylist()
    return row["target"]


@pytest.mark.parametrize(
    ("day", "gap", "answer"),
    [
        ("2025-02-28", "0d", 0),
        ("2025-03-01", "0d", 1),
        ("2025-03-30", "0d", 1),
        ("2025-03-31", "0d", 0),
        ("2025-03-07", "7d", 0),
        ("2025-03-08", "7d", 1),
        ("2025-04-06", "7d", 1),
        ("2025-04-07", "7d", 0),
    ],
)
def test_the_outcome_window_begins_after_the_gap_and_is_half_open(engine, day, gap, answer):
    assert outcome_of(engine, [("1", day, "fund")], gap=gap) == answer


LOANS = Population.model_validate({"source": "calls", "where": "offer = 'loan'", "to": "2025-02-01"})


def last_touch(engine, called, bought, gap):
    """(customer, day called) -> target, of calls (customer, day, offer) and purchases (customer, day)."""
    both = {"calls": CALLS, "buys": BUYS}
    calls = [(who, str(n), f"{day} 09:00", offer, None) for n, (who, day, offer) in enumerate(called)]
    buys = [(who, str(n), day, "fund") for n, (who, day) in enumerate(bought)]
    facts = {
        "calls": rows("customer_id call_id called_at offer answer", *calls),
        "buys": rows("customer_id id at product", *buys),
    }
    open_tables(engine, both, facts)
    asked = target(source="buys", outcome="30d", gap=f"{gap}d", last_touch=True)
    spine = cases("calls", CALLS, CUSTOMER, LOANS.where, asked, None, LOANS.to, both)
    engine.define_table(SPINE, engine.table(spine))
    found = engine.table(outcomes(asked, CUSTOMER, both, LOANS)).to_pylist()
    return {(row[CUSTOMER], row["as_of"].isoformat()): row["target"] for row in found}


def test_by_last_touch_an_outcome_counts_for_the_last_case_before_it(engine):
    called = [("ann", "2025-01-01", "loan"), ("ann", "2025-01-11", "loan"), ("bob", "2025-01-01", "loan")]
    bought = [("ann", "2025-01-12"), ("bob", "2025-01-12")]
    told = {("ann", "2025-01-01"): 0, ("ann", "2025-01-11"): 1, ("bob", "2025-01-01"): 1}
    assert last_touch(engine, called, bought, 0) == told


def test_by_last_touch_what_is_no_case_ends_no_window_and_a_case_past_the_last_day_does(engine):
    called = [("ann", "2025-01-15", "loan"), ("bob", "2025-01-15", "loan"), ("bob", "2025-02-05", "loan")]
    bought = [("ann", "2025-02-06"), ("bob", "2025-02-06")]
    other_offer = [("ann", "2025-02-05", "card")]
    told = last_touch(engine, called + other_offer, bought, 0)
    assert told == {("ann", "2025-01-15"): 1, ("bob", "2025-01-15"): 0}


@pytest.mark.parametrize("gap", [0, 4])
def test_last_touch_is_what_a_plain_reading_of_random_histories_says(engine, gap):
    rng = random.Random(gap)
    first = date(2024, 12, 1)

    def some(number, *more):
        days = [(rng.choice("abcdef"), first + timedelta(days=rng.randrange(90))) for _ in range(number)]
        return [(who, day.isoformat(), *(rng.choice(words) for words in more)) for who, day in days]

    for _ in range(5):
        called, bought = some(40, ("loan", "loan", "card")), some(25)
        asked = {(who, date.fromisoformat(day)) for who, day, offer in called if offer == "loan"}
        told = dict.fromkeys(((who, day.isoformat()) for who, day in asked if day <= LOANS.to), 0)
        for who, day in bought:
            waited = [
                (date.fromisoformat(day) - since).days - gap for customer, since in asked if customer == who
            ]
            last = min((days for days in waited if days >= 0), default=None)
            if last is not None and last < 30:
                case = (who, (date.fromisoformat(day) - timedelta(days=last + gap)).isoformat())
                told |= {case: 1} if case in told else {}
        assert last_touch(engine, called, bought, gap) == told


def test_nothing_in_the_window_is_no(engine):
    assert outcome_of(engine, []) == 0
    assert outcome_of(engine, [("1", None, "fund")]) == 0


def test_absent_turns_the_answer_round(engine):
    assert outcome_of(engine, [("1", "2025-03-05", "fund")], absent=True) == 0
    assert outcome_of(engine, [], absent=True) == 1


def test_where_says_what_counts_as_the_outcome(engine):
    bought = [("1", "2025-03-05", "card")]
    assert outcome_of(engine, bought, where="product = 'fund'") == 0
    assert outcome_of(engine, bought, where="product <> 'fund'") == 1


def test_an_outcome_is_judged_on_the_last_version_of_each_row(engine):
    moved_away = [("1", "2025-03-05", "fund"), ("1", "2025-06-05", "fund")]
    assert outcome_of(engine, moved_away) == 0


def test_the_end_of_the_data_is_its_last_day(engine):
    open_tables(engine, {"calls": CALLS}, {"calls": CALLED})
    (row,) = engine.table(data_end("calls", CALLS, CUSTOMER)).to_pylist()
    assert row["ends"] == date(2025, 3, 10)
