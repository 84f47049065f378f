"""Whether the sources a model reads still come: how old the newest row is, how many rows, which columns went empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median

import pyarrow as pa
from sqlglot import exp

from leadlift.features.rows import as_date, col
from leadlift.specs import Source, marked_columns

LOOKBACK, WINDOW, WEEK = 400, 28, 7
# A source whose gaps are all alike is late soon; one that comes when it comes is given more time.
REGULAR, PATIENT, IMPATIENT, LEAST_LIMIT = 1.5, 3.0, 1.5, 7
FEWEST_GAPS, FEWEST_ROWS, FEWEST_WINDOWS, Z_ROWS = 5, 20, 3, 4.0
ROWS, DAY = "__rows", "__day"

# a day, its rows, and how many of them have a value
Day = tuple[date, int, int]


@dataclass(frozen=True)
class Emptied:
    """A column whose values are gone: the share missing before and now, and since when."""

    column: str
    before: float
    now: float
    since: date


@dataclass(frozen=True)
class Feed:
    """One source on a day. newest: its newest row, None for none. limit: how many days old that may be; why: in words.

    rows: of the latest 28 days, or of the newest delivery of a source that comes at long intervals; usual: the
    median of those before, None where there are too few. per: what is counted. odd: as many times the usual, or
    as many times less, as the mark asks, beyond chance.
    """

    source: str
    newest: date | None
    age: int | None
    limit: int | None
    why: str
    rows: int
    usual: float | None
    per: str
    odd: bool
    emptied: tuple[Emptied, ...]

    @property
    def stale(self) -> bool:
        """Whether the newest row is too old."""
        return self.limit is not None and (self.age is None or self.age > self.limit)


def watched_columns(source: Source, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Columns whose emptiness is news: neither personal nor protected, nor the end of a row, which has yet to come."""
    hidden = {one for mark in ("pii", "protected") for one in marked_columns(source, sources, mark)}
    return tuple(one for one in source.columns if one not in hidden and one != source.valid_to)


def daily_query(name: str, source: Source, columns: Sequence[str], day: date) -> exp.Select:
    """Rows by day over the last 400 days before `day`, as known on it, and how many have a value in each column.

    The source must have a day clock.
    """
    at = as_date(col(str(source.day_clock)))
    first, last = (_literal(one) for one in (day - timedelta(days=LOOKBACK), day))
    counted = [exp.Count(this=col(one)).as_(f"v{index}") for index, one in enumerate(columns)]
    query = exp.select(at.as_(DAY), exp.Count(this=exp.Star()).as_(ROWS), *counted).from_(exp.to_table(name))
    query = query.where(exp.GTE(this=at.copy(), expression=first), exp.LT(this=at.copy(), expression=last))
    if source.available_at:
        known = exp.LTE(this=as_date(col(source.available_at)), expression=_literal(day))
        query = query.where(known)
    return query.group_by(at.copy())


def feed_of(
    name: str, source: Source, columns: Sequence[str], days: pa.Table, day: date, marks: Mapping[str, float]
) -> Feed:
    """Judge a source by what `daily_query` said."""
    told = sorted(days.to_pylist(), key=lambda row: row[DAY])
    rows = {row[DAY]: int(row[ROWS]) for row in told}
    past = list(rows)
    limit, why = _limit(source, past)
    count, usual, per = _volume(rows, day)
    odd = usual is not None and _odd(count, usual, marks["volume"])
    gone = [
        _emptied(
            column, [(row[DAY], int(row[ROWS]), int(row[f"v{place}"])) for row in told], day, marks["emptied"]
        )
        for place, column in enumerate(columns)
    ]
    newest = past[-1] if past else None
    age = (day - newest).days if newest else None
    return Feed(name, newest, age, limit, why, count, usual, per, odd, tuple(filter(None, gone)))


def _limit(source: Source, past: Sequence[date]) -> tuple[int | None, str]:
    if source.checks.fresh is not None:
        return source.checks.fresh, "as leadlift.yaml says"
    gaps = _gaps(past)
    if len(gaps) < FEWEST_GAPS:
        return None, "too few days with rows to know how often it comes"
    longest, regular = max(gaps), max(gaps) <= REGULAR * median(gaps)
    limit = max(LEAST_LIMIT, int((IMPATIENT if regular else PATIENT) * longest))
    return limit, f"its longest gap in {LOOKBACK} days was {longest} days"


def _gaps(past: Sequence[date]) -> list[int]:
    return [(after - before).days for before, after in pairwise(past)]


def _volume(rows: Mapping[date, int], day: date) -> tuple[int, float | None, str]:
    """The latest rows and the median of those before, by windows of 28 days or by delivery."""
    past = list(rows)
    gaps = _gaps(past)
    if not past:
        return 0, None, "28 days"
    if gaps and median(gaps) >= WEEK:
        before = [rows[one] for one in past[:-1]]
        return rows[past[-1]], float(median(before)) if len(before) >= FEWEST_WINDOWS else None, "delivery"
    windows = []
    end = day
    while end - timedelta(days=WINDOW) >= past[0]:
        begin = end - timedelta(days=WINDOW)
        windows.append(sum(count for one, count in rows.items() if begin <= one < end))
        end = begin
    if len(windows) <= FEWEST_WINDOWS:
        return windows[0] if windows else sum(rows.values()), None, "28 days"
    return windows[0], float(median(windows[1:])), "28 days"


def _odd(count: int, usual: float, mark: float) -> bool:
    return (count > usual * mark or count * mark < usual) and abs(count - usual) > Z_ROWS * sqrt(usual + 1.0)


def _emptied(column: str, days: Sequence[Day], day: date, mark: float) -> Emptied | None:
    """Whether the last week or the last month lacks values that the best month before had."""
    newest = days[-1][0] if days else day
    for window in (WEEK, WINDOW):
        # of a source that comes once a month the latest delivery is the latest week
        begin = min(day - timedelta(days=window), newest)
        recent = [one for one in days if one[0] >= begin]
        before = min(_blocks([one for one in days if one[0] < begin], begin), key=_missing, default=None)
        if before is None or _rows(recent) < FEWEST_ROWS:
            continue
        now, usual = _missing(recent), _missing(before)
        error = sqrt(0.25 * (1 / _rows(recent) + 1 / _rows(before)))
        if usual <= 0.5 and now - usual >= mark and now - usual > Z_ROWS * error:
            return Emptied(column, usual, now, _since(days, 0.5 * (usual + now)))
    return None


def _blocks(days: Sequence[Day], end: date) -> list[Sequence[Day]]:
    """The months before a day that hold enough rows to speak."""
    months: dict[int, list[Day]] = {}
    for one in days:
        months.setdefault((end - one[0]).days // WINDOW, []).append(one)
    return [month for month in months.values() if _rows(month) >= FEWEST_ROWS]


def _rows(days: Sequence[Day]) -> int:
    return sum(rows for _, rows, _ in days)


def _missing(days: Sequence[Day]) -> float:
    return 1.0 - sum(there for *_, there in days) / _rows(days)


def _since(days: Sequence[Day], level: float) -> date:
    """The first day of the last stretch on which more than the level is missing."""
    first = days[-1][0]
    for at, rows, there in reversed(days):
        if 1.0 - there / rows < level:
            break
        first = at
    return first


def _literal(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")
