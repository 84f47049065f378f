"""What bank to simulate, its calendar, and its random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from leadlift.errors import UserError
from leadlift.simulate._arrays import Rng

BLOCK = 10_000
"""Customers alive in one block: the unit of randomness, of memory and of a Parquet row group."""

BURN_IN = 12
"""Months lived before the first written one, so that products and intents have settled."""

_EPOCH = date(1970, 1, 1)
_MOST_CUSTOMERS = 10_000_000
_DAYS_OF_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class BankPlan:
    """The demo bank to write.

    customers: alive in every month; who leaves is replaced, so the tables name more. 1 to 10 million.
    months: calendar months of events, the last one ending on `end`. 1 to 240.
    end: last day of the data; must be the last day of a month.
    seed: equal seeds give equal files, bit for bit. 0 or more.

    Raises UserError for a value outside its range.
    """

    customers: int = 20_000
    months: int = 24
    end: date = date(2026, 6, 30)
    seed: int = 1

    def __post_init__(self) -> None:
        """Tell the first value that no bank can be made of."""
        _within("customers", self.customers, 1, _MOST_CUSTOMERS)
        _within("months", self.months, 1, 240)
        _within("seed", self.seed, 0, 2**63)
        if (self.end + timedelta(days=1)).day != 1:
            raise UserError(f"simulate: end must be the last day of a month, not {self.end}")


@dataclass(frozen=True)
class Month:
    """One calendar month. index: 0 is the first written one, burn-in below 0. start, end: days since 1970."""

    index: int
    start: int
    end: int
    of_year: int


def months_of(plan: BankPlan) -> list[Month]:
    """Every month to live through, the burn-in first."""
    last = plan.end.year * 12 + plan.end.month - 1
    first = last - plan.months + 1 - BURN_IN
    return [_month(count - first - BURN_IN, count) for count in range(first, last + 1)]


def months_after(end: date, index: int, count: int) -> list[Month]:
    """The months that follow a month's last day; index: of the first of them."""
    first = end.year * 12 + end.month
    return [_month(index + step, first + step) for step in range(count)]


def whole_months(span: str) -> int:
    """Months in a span of days or months, such as `30d` or `2m`; days are rounded to whole months, at least one.

    Raises UserError for another form, and for more than 240 months.
    """
    count, unit = span[:-1], span[-1:]
    if not (count.isascii() and count.isdecimal() and len(count) < 5 and int(count) and unit in ("d", "m")):
        raise UserError(f"simulate: advance must be days or months, such as 30d or 2m, not {span!r}")
    months = int(count) if unit == "m" else max(1, round(int(count) / _DAYS_OF_A_MONTH))
    _within("advance in months", months, 1, 240)
    return months


def life_stream(seed: int, block: int) -> Rng:
    """The random numbers of a block's life until the end of its plan."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))


def draw_stream(seed: int, block: int) -> Rng:
    """The random numbers of a block's experiments: nothing else depends on them."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block, 1)))


def month_stream(seed: int, block: int, month: Month) -> Rng:
    """The random numbers of a block in a month after the end of its plan: a month alone decides on them."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block, 2, month.index)))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def date_of(number: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=int(number))


def _month(index: int, count: int) -> Month:
    start = date(count // 12, count % 12 + 1, 1)
    after = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return Month(index, day_number(start), day_number(after) - 1, start.month)


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise UserError(f"simulate: {name} must be from {low} to {high}, not {value}")
