"""Windows, clocks and corrected rows: what may be seen at an as-of date."""

from __future__ import annotations

import pytest

from .building import built, defined, rows, source

COLUMNS = "customer_id txn_id posted_at loaded_at amount"
TYPES = "customer_id:string txn_id:string posted_at:timestamp loaded_at:timestamp amount:decimal"
EVENTS = source("events", TYPES, event_time="posted_at")
SUM = {"x": {"agg": "sum", "of": "amount"}}


def txn(*facts):
    """Transactions as (posted_at, amount)."""
    return rows(COLUMNS, *(("ann", str(i), at, None, amount) for i, (at, amount) in enumerate(facts)))


def test_a_window_includes_its_first_day_and_excludes_the_as_of_day(values):
    facts = txn(("2026-02-28", 100), ("2026-03-01", 10), ("2026-03-30 23:59", 1), ("2026-03-31", 1000))
    assert values(EVENTS, facts, SUM, "2026-03-31", windows=["30d"]) == {"x_30d": 11}


def test_a_window_counts_days_not_hours(values):
    facts = txn(("2026-03-01 00:00", 1), ("2026-02-28 23:59:59", 100))
    assert values(EVENTS, facts, SUM, "2026-03-31", windows=["30d"]) == {"x_30d": 1}


def test_windows_of_several_lengths_stand_side_by_side(values):
    facts = txn(("2026-03-30", 1), ("2026-03-01", 10), ("2025-12-01", 100))
    found = values(EVENTS, facts, SUM, "2026-03-31", windows=["1d", "30d", "365d"])
    assert found == {"x_1d": 1, "x_30d": 11, "x_365d": 111}


def test_a_window_reaches_over_a_leap_day(values):
    facts = txn(("2024-02-29", 1), ("2024-02-28", 10))
    assert values(EVENTS, facts, SUM, "2024-03-01", windows=["1d"]) == {"x_1d": 1}


def test_unwindowed_features_see_all_that_happened_before(values):
    facts = txn(("1999-01-01", 1), ("2026-03-30", 10), ("2026-03-31", 100))
    assert values(EVENTS, facts, SUM, "2026-03-31")["x"] == 11


def test_a_row_counts_when_the_bank_knew_of_it_not_when_it_happened(values):
    late = source("events", TYPES, event_time="posted_at", available_after="2d")
    facts = txn(("2026-03-29", 1), ("2026-03-29 00:01", 10), ("2026-03-30", 100))
    # known by midnight of the 31st: what happened two whole days before
    assert values(late, facts, SUM, "2026-03-31")["x"] == 1


def test_a_column_may_say_when_the_bank_knew(values):
    loaded = source("events", TYPES, event_time="posted_at", available_at="loaded_at")
    facts = rows(
        COLUMNS,
        ("ann", "1", "2026-03-01", "2026-03-31 00:00", 1),
        ("ann", "2", "2026-03-01", "2026-03-31 00:01", 10),
        ("ann", "3", "2026-03-01", None, 100),
    )
    assert values(loaded, facts, SUM, "2026-03-31")["x"] == 1


CORRECTED = source("events", TYPES, event_time="posted_at", available_at="loaded_at", key="txn_id")
VERSIONS = rows(
    COLUMNS,
    ("ann", "1", "2026-03-01", "2026-03-02", 10),
    ("ann", "1", "2026-03-01", "2026-03-20", 70),
    ("ann", "1", "2026-03-01", "2026-04-05", 0),
)


@pytest.mark.parametrize(
    ("as_of", "answer"), [("2026-03-02", 10), ("2026-03-19", 10), ("2026-03-20", 70), ("2026-04-05", 0)]
)
def test_of_several_versions_of_a_row_the_last_one_known_counts(values, as_of, answer):
    for facts in (VERSIONS, VERSIONS[::-1]):
        assert values(CORRECTED, facts, SUM, as_of)["x"] == answer


def test_a_correction_may_move_a_row_out_of_the_window(values):
    facts = rows(
        COLUMNS, ("ann", "1", "2026-03-25", "2026-03-26", 10), ("ann", "1", "2026-01-01", "2026-03-28", 10)
    )
    assert values(CORRECTED, facts, SUM, "2026-03-27", windows=["30d"]) == {"x_30d": 10}
    assert values(CORRECTED, facts, SUM, "2026-03-31", windows=["30d"]) == {"x_30d": 0}


def test_a_row_loaded_twice_counts_once(values):
    keyed = source("events", TYPES, event_time="posted_at", key=["customer_id", "txn_id"])
    twice = [*txn(("2026-03-01", 10)), *txn(("2026-03-01", 10))]
    assert values(keyed, twice, SUM, "2026-03-31")["x"] == 10
    assert values(EVENTS, twice, SUM, "2026-03-31")["x"] == 20


def test_a_version_of_the_as_of_day_itself_does_not_hide_the_one_before_it(values):
    keyed = source("events", TYPES, event_time="posted_at", key="txn_id")
    facts = rows(COLUMNS, ("ann", "1", "2026-03-01", None, 10), ("ann", "1", "2026-03-31", None, 70))
    assert values(keyed, facts, SUM, "2026-03-31")["x"] == 10
    assert values(keyed, facts, SUM, "2026-04-01")["x"] == 70


def test_rows_without_their_key_are_rows_of_their_own(values):
    facts = rows(COLUMNS, *[("ann", None, "2026-03-01", "2026-03-01", 10)] * 3)
    assert values(CORRECTED, facts, SUM, "2026-03-31")["x"] == 30


def test_each_row_of_the_spine_has_its_own_as_of_date(engine):
    sources = {"facts": EVENTS}
    features = defined("facts", sources, SUM, ["30d"])
    facts = txn(("2026-01-10", 1), ("2026-02-10", 10), ("2026-03-10", 100))
    spine = [("ann", "2026-02-01"), ("ann", "2026-03-01"), ("ann", "2026-04-01"), ("bob", "2026-04-01")]
    found = built(engine, sources, {"facts": facts}, features, spine)
    assert [row["x_30d"] for _, row in sorted(found.items())] == [1, 10, 100, 0]


def test_a_row_without_a_time_never_counts(values):
    assert values(EVENTS, txn((None, 1000), ("2026-03-01", 1)), SUM, "2026-03-31")["x"] == 1


def test_a_row_without_a_customer_is_nobodys(values):
    facts = rows(COLUMNS, (None, "1", "2026-03-01", None, 5))
    assert values(EVENTS, facts, SUM, "2026-03-31")["x"] == 0


def test_customer_keys_of_another_name_and_type_are_joined_as_text(values):
    numbered = source(
        "events", "client:string posted_at:date amount:number", event_time="posted_at", customer_key="client"
    )
    assert (
        values(numbered, rows("client posted_at amount", ("ann", "2026-03-01", 4)), SUM, "2026-03-31")["x"]
        == 4
    )
