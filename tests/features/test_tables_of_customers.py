"""Attributes with and without history, intervals, lookups, and conditions of a source."""

from __future__ import annotations

import pytest

from .building import rows, source

PEOPLE = "customer_id:string since:date until:date loaded:date region:string income:number"
COLUMNS = "customer_id since until loaded region income"
REGION = {"region": {"agg": "value", "of": "region"}}


def test_attributes_without_a_clock_are_read_as_they_are_today(values):
    today = source("attributes", PEOPLE)
    assert not today.has_history
    facts = rows(COLUMNS, ("ann", "2030-01-01", None, None, "north", 5))
    assert values(today, facts, REGION, "2020-01-01")["region"] == "north"


def test_attributes_with_since_are_there_from_the_day_after(values):
    joined = source("attributes", PEOPLE, since="since")
    facts = rows(COLUMNS, ("ann", "2026-01-01", None, None, "north", 5))
    assert values(joined, facts, REGION, "2026-01-01")["region"] is None
    assert values(joined, facts, REGION, "2026-01-02")["region"] == "north"


def test_attributes_of_which_only_the_loading_is_known_are_read_as_the_bank_knew_them(values):
    loaded = source("attributes", PEOPLE, available_at="loaded", key="customer_id")
    facts = rows(
        COLUMNS, ("ann", None, None, "2026-01-01", "north", 5), ("ann", None, None, "2026-03-01", "south", 5)
    )
    assert loaded.has_history
    assert values(loaded, facts, REGION, "2025-12-31")["region"] is None
    assert values(loaded, facts, REGION, "2026-02-01")["region"] == "north"
    assert values(loaded, facts, REGION, "2026-03-01")["region"] == "south"


HISTORY = source("attributes", PEOPLE, valid_from="since", valid_to="until", available_after="1d")
MOVED = rows(
    COLUMNS,
    ("ann", "2025-01-01", "2026-02-10", None, "north", 5),
    ("ann", "2026-02-10", None, None, "south", 6),
)


@pytest.mark.parametrize(
    ("as_of", "region"),
    [("2025-01-01", None), ("2025-01-02", "north"), ("2026-02-10", "north"), ("2026-02-11", "south")],
)
def test_a_history_is_read_as_it_was_known(values, as_of, region):
    for facts in (MOVED, MOVED[::-1]):
        assert values(HISTORY, facts, REGION, as_of)["region"] == region


def test_the_end_of_an_attribute_cannot_be_read_before_it_is_known(values):
    stanzas = {"ends": {"agg": "value", "of": "days_between(until, as_of)"}}
    facts = rows(COLUMNS, ("ann", "2025-01-01", "2026-02-10", None, "north", 5))
    assert values(HISTORY, facts, stanzas, "2026-02-10")["ends"] is None
    assert values(HISTORY, facts, stanzas, "2026-02-11")["ends"] == 1


def test_where_leaves_a_value_unknown(values):
    stanzas = {"rich": {"agg": "value", "of": "income", "where": "income > 5"}}
    assert values(HISTORY, MOVED, stanzas, "2026-02-01")["rich"] is None
    assert values(HISTORY, MOVED, stanzas, "2026-03-01")["rich"] == 6


ACCOUNTS = "customer_id:string product:string opened:date closed:date matures:date limit_:number"
HELD = "customer_id product opened closed matures limit_"
HOLDINGS = source("intervals", ACCOUNTS, valid_from="opened", valid_to="closed")
FACTS = rows(
    HELD,
    ("ann", "card", "2020-01-01", None, None, 10),
    ("ann", "loan", "2025-12-01", "2026-03-01", "2027-01-01", 20),
    ("ann", "deposit", "2026-03-10", "2026-06-01", "2026-09-30", 30),
)


def test_held_are_the_rows_that_had_opened_and_not_closed(values):
    stanzas = {
        "card": {"agg": "holds", "where": "product = 'card'"},
        "loan": {"agg": "holds", "where": "product = 'loan'"},
        "n": {"agg": "held_count"},
        "lent": {"agg": "sum", "of": "limit_"},
        "longest": {"agg": "days_held"},
        "to_end": {"agg": "days_to_end", "of": "matures"},
    }
    assert values(HOLDINGS, FACTS, stanzas, "2026-03-31") == {
        "card": 1, "loan": 0, "n": 2, "lent": 40, "longest": 2281, "to_end": 183,
    }  # fmt: skip
    assert values(HOLDINGS, FACTS, stanzas, "2019-01-01") == {
        "card": 0, "loan": 0, "n": 0, "lent": 0, "longest": None, "to_end": None,
    }  # fmt: skip


@pytest.mark.parametrize(("as_of", "held"), [("2026-02-28", 1), ("2026-03-01", 1), ("2026-03-02", 0)])
def test_a_row_closed_on_the_as_of_day_is_still_held_at_its_midnight(values, as_of, held):
    stanzas = {"loan": {"agg": "holds", "where": "product = 'loan'"}}
    assert values(HOLDINGS, FACTS, stanzas, as_of)["loan"] == held


def test_opened_and_closed_count_by_their_own_days(values):
    stanzas = {
        "opened": {"agg": "count", "on": "opened", "windows": ["30d", "365d"]},
        "closed": {"agg": "count", "on": "closed", "windows": ["30d", "365d"]},
        "ever": {"agg": "count", "on": "opened", "windows": []},
        "since_closed": {"agg": "days_since_last", "on": "closed"},
    }
    assert values(HOLDINGS, FACTS, stanzas, "2026-03-31") == {
        "opened_30d": 1, "opened_365d": 2, "closed_30d": 1, "closed_365d": 1, "ever": 3, "since_closed": 30,
    }  # fmt: skip


def test_a_closing_counts_however_long_ago_the_row_was_opened(values):
    facts = rows(HELD, ("ann", "card", "2001-01-01", "2026-03-20", None, 1))
    stanzas = {"closed": {"agg": "count", "on": "closed", "windows": ["30d"]}}
    assert values(HOLDINGS, facts, stanzas, "2026-03-31")["closed_30d"] == 1


def test_the_end_is_masked_before_it_is_known_even_when_where_names_it(values):
    known_late = source("intervals", ACCOUNTS, valid_from="opened", valid_to="closed", available_after="5d")
    stanzas = {
        "will_close": {"agg": "count", "on": "opened", "where": "closed is not null", "windows": []},
        "end": {"agg": "days_to_end", "of": "closed"},
        "held": {"agg": "held_count"},
    }
    facts = rows(HELD, ("ann", "loan", "2025-12-01", "2026-03-01", None, 20))
    for as_of in ("2026-02-01", "2026-03-01", "2026-03-05"):
        assert values(known_late, facts, stanzas, as_of) == {"will_close": 0, "end": None, "held": 1}
    assert values(known_late, facts, stanzas, "2026-03-06") == {"will_close": 1, "end": None, "held": 0}


EVENTS = source(
    "events",
    "customer_id:string posted_at:date code:string amount:number",
    event_time="posted_at",
    where="days_between(posted_at, posted_at) = 0 and amount / 2 > 1",
    joins=[{"source": "codes", "on": "code", "to": "id", "columns": ["kind"]}],
)
CODES = source("lookup", "id:string kind:string active:boolean", where="active")
SPENT = rows(
    "customer_id posted_at code amount",
    ("ann", "2026-03-01", "f1", 10),
    ("ann", "2026-03-02", "f2", 20),
    ("ann", "2026-03-03", "zz", 40),
    ("ann", "2026-03-04", None, 80),
    ("ann", "2026-03-05", "f1", 1),
)
KINDS = rows("id kind active", ("f1", "food", True), ("f2", "food", False))


def test_lookups_are_joined_by_key_and_a_row_without_a_partner_keeps_nulls(values):
    stanzas = {
        "food": {"agg": "sum", "of": "amount", "where": "kind = 'food'"},
        "other": {"agg": "sum", "of": "amount", "where": "kind is null"},
        "last_kind": {"agg": "last", "of": "kind"},
    }
    found = values(EVENTS, SPENT, stanzas, "2026-03-31", codes=(CODES, KINDS))
    assert found == {"food": 10, "other": 140, "last_kind": "food"}


def test_the_condition_of_a_source_chooses_its_rows_and_may_use_our_functions(values):
    found = values(EVENTS, SPENT, {"n": {"agg": "count"}}, "2026-03-31", codes=(CODES, KINDS))
    assert found == {"n": 4}
