"""Gaps between days, and volumes of days, weeks and months held against what is usual."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

DAY = timedelta(days=1)
# how many earlier periods say what is usual, and how few are too few; days are held against the same weekday
MEMORY, FEWEST = 12, 4
SATURDAY = 5
Gap = tuple[date, date, int]


@dataclass(frozen=True)
class Volume:
    """The rows of one whole period. usual: the median of those before, None when they are too few; low, high: the
    ends of what is not unusual.
    """

    first: date
    last: date
    rows: int
    usual: float | None = None
    low: float = 0
    high: float = 0

    @property
    def unusual(self) -> bool:
        """Whether there are far fewer or far more rows than usual."""
        return self.usual is not None and not self.low <= self.rows <= self.high


def gaps_in(days: Sequence[date], limit: str, weekends: bool) -> list[Gap]:
    """Runs of days or months without a row that are longer than `3d` or `1m` says: first, last, length.

    days: those with rows, in order. Without weekends a Saturday or Sunday counts for nothing.
    """
    most = int(limit[:-1])
    found = _months_missing(days) if limit[-1] == "m" else _days_missing(days, weekends)
    return [gap for gap in found if gap[2] > most]


def _days_missing(days: Sequence[date], weekends: bool) -> Iterator[Gap]:
    for before, after in pairwise(days):
        first, last = before + DAY, after - DAY
        length = (after - before).days - 1
        if length > 0:
            yield first, last, length if weekends else length - _weekend_days(first, length)


def _weekend_days(first: date, length: int) -> int:
    weeks, rest = divmod(length, 7)
    return 2 * weeks + sum((first.weekday() + ahead) % 7 >= SATURDAY for ahead in range(rest))


def _months_missing(days: Sequence[date]) -> Iterator[Gap]:
    months = sorted({(day.year * 12 + day.month - 1) for day in days})
    for before, after in pairwise(months):
        if after - before > 1:
            yield _month(before + 1), _month(after) - DAY, after - before - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def volumes(rows: Mapping[date, int], period: str, day: date, unusual: float) -> list[Volume]:
    """Whole periods up to a day, in order, each with what was usual before it. Those without rows count as 0.

    Usual is the median of up to twelve earlier periods (of days: of the same weekday). Unusual is what lies more
    than so many robust standard deviations away: 1.4826 times the median absolute deviation, and at least what
    chance (the root of the median) and a twentieth of the median allow.
    """
    past = sorted(one for one in rows if one <= day)
    if not past:
        return []
    counted: Counter[date] = Counter()
    begins = _BEGINS[period]
    for one in past:
        counted[begins(one)] += rows[one]
    # the first period may have begun before the data did
    starts = list(_starts(period, begins(past[0]), past[-1]))
    whole = [start for start in starts[period != "day" :] if _last(period, start) <= day]
    step = 7 if period == "day" else 1
    values = [counted[start] for start in whole]
    return [
        _held_against(
            values[index % step : index : step][-MEMORY:], start, _last(period, start), values[index], unusual
        )
        for index, start in enumerate(whole)
    ]


def _held_against(before: Sequence[int], first: date, last: date, rows: int, unusual: float) -> Volume:
    if len(before) < FEWEST:
        return Volume(first, last, rows)
    usual = median(before)
    spread = max(1.4826 * median(abs(one - usual) for one in before), usual**0.5, usual / 20)
    return Volume(first, last, rows, usual, max(usual - unusual * spread, 0), usual + unusual * spread)


def _starts(period: str, first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = _last(period, first) + DAY


def _last(period: str, first: date) -> date:
    if period == "month":
        return first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return first + (6 * DAY if period == "week" else 0 * DAY)


_BEGINS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - day.weekday() * DAY,
    "month": lambda day: day.replace(day=1),
}
