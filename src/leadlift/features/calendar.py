"""As-of dates: which days a population names, and which of them are mature."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from leadlift.errors import UserError
from leadlift.specs import Population, Target

MONTHS_PER_STEP = {"monthly": 1, "quarterly": 3}


@dataclass(frozen=True)
class Maturity:
    """Until when outcomes are known. ends: the first day that the target's data no longer covers."""

    ends: date
    wait: int

    @classmethod
    def of(cls, target: Target, ends: date) -> Maturity:
        """The maturity of a target whose source is complete up to the start of `ends`."""
        return cls(ends, target.gap + (target.outcome or 0))

    @property
    def last(self) -> date:
        """The last as-of date whose whole outcome window lies inside the data."""
        return self.ends - timedelta(days=self.wait)

    def refuse_immature(self, day: date, what: str, window: int) -> None:
        """Raise UserError when `day` is not mature, naming the last day that is."""
        if day > self.last:
            raise UserError(
                f"{what}: {day} is not mature: its {window}-day outcome window ends after the data "
                f"({self.ends}). Last mature day: {self.last}"
            )


def month_later(start: date, months: int) -> date:
    """The same day so many months on, or the month's last day where it has no such day.

    A start on the last day of its month gives the last day of each month.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    at_end = start.day == calendar.monthrange(start.year, start.month)[1]
    return date(year, month + 1, last if at_end else min(start.day, last))


def as_of_dates(population: Population, target: Target, maturity: Maturity) -> list[date]:
    """The as-of dates of a population in order. Raises UserError for dates that are not mature."""
    window = target.outcome or 0
    if not isinstance(population.as_of, str):
        for day in population.as_of or ():
            maturity.refuse_immature(day, "population.as_of", window)
        return sorted(set(population.as_of or ()))
    if population.to is not None:
        maturity.refuse_immature(population.to, "population.to", window)
    start, end = population.from_, population.to or maturity.last
    if start is None or start > end:
        raise UserError(f"population.from: {start} is not mature. Last mature day: {maturity.last}")
    days: list[date] = []
    while True:
        step = len(days)
        months = MONTHS_PER_STEP.get(population.as_of)
        day = month_later(start, step * months) if months else start + timedelta(weeks=step)
        if day > end:
            return days
        days.append(day)
