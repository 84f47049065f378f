"""Feeds: a source that stops, one that comes once a month, a column gone empty, a month with half the rows."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from leadlift.engines.duckdb import DuckDbEngine
from leadlift.monitoring import daily_query, feed_of, usual_limits, watched_columns
from leadlift.specs import Source

DAY = date(2025, 12, 31)
MARKS = usual_limits().marks
COLUMNS = ("channel",)


def source(**more):
    kind = {"path": "x", "kind": "events", "event_time": "at", "columns": {
        "customer_id": {"type": "string"}, "at": {"type": "date"}, "channel": {"type": "string"},
        "name": {"type": "string", "pii": True}}}  # fmt: skip
    return Source.model_validate({**kind, **more})


def told(by_day, declared=None):
    """by_day: day -> rows, and how many of them have a channel."""
    rows = [{"__day": at, "__rows": n, "v0": there} for at, (n, there) in by_day.items()]
    return feed_of("payments", declared or source(), COLUMNS, pa.Table.from_pylist(rows), DAY, MARKS)


def daily(rows=40, until=DAY, days=390):
    return {until - timedelta(days=ago): (rows, rows) for ago in range(days, 0, -1)}


def month_ends(count, rows=500):
    ends = [date(2025 - (12 - m) // 12, (m - 1) % 12 + 1, 28) for m in range(13 - count, 13)]
    return dict.fromkeys(ends, (rows, rows))


def test_a_daily_source_that_comes_is_fine():
    feed = told(daily())
    assert (feed.stale, feed.odd, feed.emptied, feed.age) == (False, False, (), 1)


def test_a_daily_source_that_stopped_ten_days_ago_is_stale_since_its_newest_row():
    feed = told(daily(until=DAY - timedelta(days=10)))
    assert feed.stale
    assert feed.newest == DAY - timedelta(days=11)


def test_a_month_end_source_is_late_only_when_a_month_end_is_missing():
    assert not told(month_ends(12)).stale
    late = {at: rows for at, rows in month_ends(12).items() if at.month < 11}
    assert told(late).stale


def test_what_leadlift_yaml_allows_goes_before_what_is_usual():
    patient = source(checks={"fresh": "60d"})
    assert not told(daily(until=DAY - timedelta(days=10)), patient).stale


def test_a_month_with_a_third_of_the_rows_is_odd_and_a_few_more_or_less_are_not():
    fewer = daily() | {DAY - timedelta(days=ago): (13, 13) for ago in range(28, 0, -1)}
    assert told(fewer).odd
    draw = np.random.default_rng(1)
    noisy = {at: (n, n) for at in daily() for n in [int(draw.poisson(0.5)) + 1]}
    assert not told(noisy).odd


def test_a_delivery_with_half_the_customers_is_odd():
    short = month_ends(12)
    short[max(short)] = (200, 200)
    assert (told(short).odd, told(short).per) == (True, "delivery")


def test_a_column_gone_empty_is_named_with_its_first_empty_day():
    gone = daily() | {DAY - timedelta(days=ago): (40, 0) for ago in range(9, 0, -1)}
    (found,) = told(gone).emptied
    assert (found.column, found.since) == ("channel", DAY - timedelta(days=9))
    assert (found.before, found.now) == (0.0, 1.0)


def test_a_column_stays_told_while_it_stays_empty():
    long_gone = daily() | {DAY - timedelta(days=ago): (40, 0) for ago in range(250, 0, -1)}
    (found,) = told(long_gone).emptied
    assert found.since == DAY - timedelta(days=250)


def test_a_column_that_was_always_mostly_empty_is_no_news():
    assert told(dict.fromkeys(daily(), (40, 8))).emptied == ()


def test_a_source_without_rows_has_no_newest():
    feed = told({})
    assert (feed.newest, feed.rows, feed.stale) == (None, 0, False)


def test_personal_columns_and_ends_of_rows_are_not_looked_at():
    columns = {"customer_id": {"type": "string"}, "at": {"type": "date"}, "ends": {"type": "date"},
               "name": {"type": "string", "pii": True}}  # fmt: skip
    held = source(kind="intervals", event_time=None, valid_from="at", valid_to="ends", columns=columns)
    assert watched_columns(held, {}) == ("customer_id", "at")


def test_rows_after_the_day_and_rows_known_later_do_not_count(tmp_path):
    engine = DuckDbEngine(tmp_path, tmp_path / "cache", "UTC")
    late = source(available_at="known", columns={"customer_id": {"type": "string"}, "at": {"type": "date"},
                  "known": {"type": "date"}, "channel": {"type": "string"}})  # fmt: skip
    rows = [
        (date(2025, 12, 1), date(2025, 12, 1), "app"),
        (date(2025, 12, 1), date(2025, 12, 1), None),
        (date(2025, 12, 2), date(2026, 1, 5), "app"),
        (DAY, DAY, "app"),
    ]
    at, known, channel = zip(*rows, strict=True)
    table = pa.table({"at": pa.array(at), "known": pa.array(known), "channel": pa.array(channel)})
    try:
        engine.define_table("payments", table)
        found = engine.table(daily_query("payments", late, COLUMNS, DAY)).to_pylist()
    finally:
        engine.close()
    assert found == [{"__day": date(2025, 12, 1), "__rows": 2, "v0": 1}]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_handful_of_rows_says_nothing(rows):
    feed = told({DAY - timedelta(days=200 * n + 1): (1, 0) for n in range(rows)})
    assert (feed.odd, feed.emptied, feed.limit) == (False, (), None)
