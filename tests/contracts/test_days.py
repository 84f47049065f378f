"""Rules of days: freshness, gaps, volumes, rows from the future, and the day on which all data ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from leadlift.contracts import broken, judge, last_day
from leadlift.contracts.days import end_of

from .conftest import named, seen_in, source

EVENTS = {"kind": "events", "event_time": "at"}
COLUMNS = "customer_id:string at:date"
MONDAY = date(2026, 3, 2)


def days(first: date, count: int, step: int = 1) -> list[date]:
    return [first + timedelta(days=step * ahead) for ahead in range(count)]


def table(rows: Iterable[date]) -> str:
    return "customer_id,at\n" + "".join(f"c{place},{day}\n" for place, day in enumerate(rows))


def test_a_table_is_fresh_when_its_newest_row_is_near_the_day_stood_on(looked):
    text = table([date(2026, 3, 1), date(2026, 3, 7)])
    for day, holds in ((date(2026, 3, 10), True), (date(2026, 3, 11), False)):
        found = named(looked(text, COLUMNS, day=day, checks={"fresh": "3d"}, **EVENTS), "fresh")
        assert found.holds is holds
        assert found.severity == "error"
    assert (
        found.message
        == "the newest row is of 2026-03-07, 4 days before 2026-03-11; at most 3 days are allowed"
    )


def test_a_row_from_the_future_makes_no_table_fresh(looked):
    text = table([date(2026, 3, 1), date(2026, 12, 31)])
    found = looked(text, COLUMNS, day=date(2026, 3, 11), checks={"fresh": "3d"}, **EVENTS)
    assert named(found, "fresh").message.startswith("the newest row is of 2026-03-01, 10 days before")
    future = named(found, "future")
    assert (future.failing, future.severity, future.examples) == (1, "warn", ("2026-12-31",))
    assert (
        future.message
        == "1 of 2 rows come from the future: 'at' lies after 2026-03-11, the last on 2026-12-31"
    )


def test_an_empty_table_is_not_fresh_on_a_day_that_is_asked_for(looked):
    found = looked(table([]), COLUMNS, day=date(2026, 3, 11), checks={"fresh": "3d"}, **EVENTS)
    assert [(one.rule, one.message) for one in broken([found])] == [
        ("fresh", "no row up to 2026-03-11; at most 3 days are allowed")
    ]


def test_what_became_known_after_the_day_asked_for_comes_from_the_future_too(looked):
    text = "customer_id,at,known\n1,2026-03-01,2026-03-02\n2,2026-03-01,2026-03-05\n3,2026-03-01,\n"
    columns = "customer_id:string at:date known:date"
    found = looked(text, columns, available_at="known", day=date(2026, 3, 3), **EVENTS)
    assert named(found, "future").failing == 1
    # what ends by itself says nothing of loading times: the last rows are always loaded a little later
    assert broken([looked(text, columns, available_at="known", **EVENTS)]) == []


@pytest.mark.parametrize(
    ("limit", "weekends", "failing"),
    [("0d", True, 8), ("2d", True, 5), ("5d", True, 0), ("0d", False, 4), ("2d", False, 3), ("3d", False, 0)],
)  # fmt: skip
def test_gaps_longer_than_allowed_are_counted_in_days(looked, limit, weekends, failing):
    # Monday to Friday of three weeks; the third lacks Monday to Wednesday, and the first its Wednesday
    worked = [day for day in days(MONDAY, 19) if day.weekday() < 5]
    lacking = {MONDAY + timedelta(days=2), *days(MONDAY + timedelta(days=14), 3)}
    checks = {"gaps": limit, "weekends": weekends}
    text = table(day for day in worked if day not in lacking)
    found = named(looked(text, COLUMNS, day=date(2026, 4, 30), checks=checks, **EVENTS), "gaps")
    # without rows: a Wednesday; a weekend; a weekend and three days
    assert found.failing == failing


def test_the_gap_is_named_and_marked(looked):
    text = table([*days(MONDAY, 3), *days(MONDAY + timedelta(days=10), 3)])
    found = looked(text, COLUMNS, checks={"gaps": "3d"}, **EVENTS)
    gap = named(found, "gaps")
    assert (gap.failing, gap.of, gap.unit, gap.examples) == (7, 13, "days", ("2026-03-05 to 2026-03-11",))
    assert gap.message == "1 gap of more than 3 days without a row; the longest from 2026-03-05 to 2026-03-11"
    assert found.marked == ((date(2026, 3, 5), date(2026, 3, 11), "gap"),)


def test_snapshots_may_miss_no_month(looked):
    ends = [date(2025, 11, 30), date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 31)]
    snapshots = {"kind": "snapshots", "event_time": "at", "checks": {"gaps": "0m"}}
    found = named(looked(table(ends), COLUMNS, **snapshots), "gaps")
    assert (found.failing, found.of, found.unit) == (1, 5, "months")
    assert found.examples == ("2026-01-01 to 2026-01-31",)
    assert named(looked(table([*ends, date(2026, 1, 31)]), COLUMNS, **snapshots), "gaps").holds


@pytest.mark.parametrize(
    ("period", "first", "step"), [("week", MONDAY, 7), ("day", MONDAY, 1), ("month", date(2025, 1, 1), 31)]
)
@pytest.mark.parametrize(
    ("last", "word"), [(40, None), (55, None), (5, "a sudden drop"), (400, "a sudden flood")]
)
def test_a_sudden_drop_or_flood_is_told_and_what_varies_as_usual_is_not(
    looked, period, first, step, last, word
):
    lengths = [40, 38, 44, 41, 39, 42, 37, 43, 40, 41]
    periods = 50 if period == "day" else 11
    starts = [first.replace(month=1 + i) if period == "month" else first + timedelta(days=step * i)
              for i in range(periods)]  # fmt: skip
    sizes = [*(lengths[i % 10] for i in range(periods - 1)), last]
    end = {"week": starts[-1] + timedelta(days=6), "day": starts[-1], "month": date(2025, 11, 30)}[period]
    text = table(day for day, size in zip(starts, sizes, strict=True) for _ in range(size))
    found = named(looked(text, COLUMNS, day=end, checks={"volume": period}, **EVENTS), "volume")
    assert found.holds is (word is None)
    assert found.severity == "warn"
    assert word is None or found.message.startswith(f"{word}: {last} rows in the {period} from {starts[-1]}")


def test_a_period_that_is_not_over_is_not_judged(looked):
    sizes = [40] * 8 + [3]
    text = table(MONDAY + timedelta(weeks=i) for i, size in enumerate(sizes) for _ in range(size))
    last = MONDAY + timedelta(weeks=8)
    for day, holds in ((last + timedelta(days=5), True), (last + timedelta(days=6), False)):
        found = named(looked(text, COLUMNS, day=day, checks={"volume": "week"}, **EVENTS), "volume")
        assert found.holds is holds


def test_weekdays_are_held_against_the_same_weekday(looked):
    rows = [day for day in days(MONDAY, 62) for _ in range(2 if day.weekday() >= 5 else 60)]
    found = looked(table(rows), COLUMNS, checks={"volume": "day"}, **EVENTS)
    assert rows[-1].weekday() == 5
    assert named(found, "volume").message == "2 rows in the day from 2026-05-02; usual are 2 (0 to 9)"
    assert found.marked == ()


def test_a_table_of_one_day_has_nothing_to_compare_with(looked):
    checks = {"volume": "day", "gaps": "0d", "fresh": "0d"}
    found = looked(table([MONDAY] * 5), COLUMNS, checks=checks, **EVENTS)
    assert broken([found]) == []
    assert found.days == ((MONDAY, 5),)
    assert named(found, "volume").message == "too few whole days to know what is usual"


def test_all_data_ends_on_the_last_busy_day_and_a_row_years_ahead_does_not_move_it(tmp_path):
    sources = {
        "visits": source(COLUMNS, path="visits.csv", **EVENTS),
        "sales": source(COLUMNS, path="sales.csv", **EVENTS),
        "codes": source("code:string", "lookup", path="codes.csv"),
    }
    texts = {
        "visits": table([day for day in days(MONDAY, 40) for _ in range(10)] + [date(2099, 1, 1)]),
        "sales": table(days(MONDAY, 30)),
        "codes": "code\na\n",
    }
    seen = seen_in(tmp_path, sources, texts)
    end = last_day(seen)
    assert end == date(2026, 4, 10)
    told = broken(judge(one, end, asked=False) for one in seen)
    assert [(one.source, one.rule, one.failing, one.examples) for one in told] == [
        ("visits", "future", 1, ("2099-01-01",))
    ]


def test_without_clocks_there_is_no_day():
    assert end_of({}) is None


def test_decades_of_a_few_rows_do_not_make_a_single_row_look_usual():
    rows = {date(1950, 1, 1) + timedelta(days=100 * i): 1 for i in range(270)}
    busy = dict.fromkeys(days(date(2026, 1, 1), 60), 100)
    assert end_of({**rows, **busy, date(2026, 6, 1): 1}) == date(2026, 3, 1)
