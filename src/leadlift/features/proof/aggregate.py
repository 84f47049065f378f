"""Each aggregation in plain Python, as docs/aggregations.md defines it, over rows that count."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce

from leadlift.features.proof.known import Seen, midnight
from leadlift.features.proof.values import EXACT, Value, as_date, as_float, as_whole, in_order
from leadlift.specs import FeatureDef

DAYS_PER_SLOPE = 30


@dataclass(frozen=True)
class Counted:
    """A row that counts, and its value of `of`."""

    seen: Seen
    value: Value

    @property
    def at(self) -> datetime:
        """When it happened."""
        at = self.seen.fact.at
        if at is None:
            raise ValueError("a row without a time does not count")
        return at


def aggregated(feature: FeatureDef, rows: Sequence[Counted], as_of: date) -> Value:
    """The feature over the rows that count; of none what the aggregation gives then."""
    agg = str(feature.spec.agg)
    if agg in _OF_ROWS:
        ages = [one.seen.closed if feature.spec.on == "closed" else one.seen.age for one in rows]
        return _OF_ROWS[agg]([age for age in ages if age is not None])
    known = [one for one in rows if one.value is not None]
    if agg in _OF_VALUES:
        return _OF_VALUES[agg]([one.value for one in known])
    if agg == "first":
        return min(known, key=_by_time).value if known else None
    if agg == "last":
        return _latest(known)
    if agg in ("value_ago", "change"):
        back = midnight(months_before(as_of, feature.spec.months or 0))
        then, now = _latest([one for one in known if one.at < back]), _latest(known)
        if agg == "value_ago":
            return then
        return None if then is None or now is None else as_float(now) - as_float(then)
    if agg == "slope":
        return _slope([(one.seen.age or 0, as_float(one.value)) for one in known])
    if agg == "days_to_end":
        return min(((as_date(one.value) - as_of).days for one in known), default=None)
    raise NotImplementedError(f"no second definition of the aggregation {agg}")


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def size(rows: Sequence[Counted]) -> float:
    """How large the values are that a number is computed from: sums of large values are exact to so much less."""
    numbers = [one.value for one in rows if isinstance(one.value, int | float | Decimal)]
    return math.fsum(abs(float(one)) for one in numbers if math.isfinite(one))


def _by_time(one: Counted) -> tuple[datetime, object]:
    return one.at, in_order(one.value)


def _latest(rows: Sequence[Counted]) -> Value:
    return max(rows, key=_by_time).value if rows else None


def _sum(values: Sequence[Value]) -> Value:
    if any(isinstance(value, Decimal) for value in values):
        return reduce(EXACT.add, (Decimal(value) for value in values), Decimal(0))  # type: ignore[arg-type]  # numbers
    if any(isinstance(value, float) for value in values):
        return _float_sum([as_float(value) for value in values])
    return sum(as_whole(value) for value in values)


def _float_sum(values: Sequence[float]) -> float:
    try:
        return math.fsum(values)
    except (ValueError, OverflowError):  # infinite ones, of both signs
        return sum(values)


def _mean(values: Sequence[Value]) -> Value:
    return as_float(_sum(values)) / len(values) if values else None


def _deviation(values: Sequence[Value]) -> Value:
    if len(values) < 2:
        return None
    numbers = [as_float(value) for value in values]
    mean = _float_sum(numbers) / len(numbers)
    return math.sqrt(_float_sum([(one - mean) ** 2 for one in numbers]) / (len(numbers) - 1))


def _different(values: Sequence[Value]) -> Value:
    return len({"NaN" if isinstance(one, float) and math.isnan(one) else one for one in values})


def _slope(points: Sequence[tuple[int, float]]) -> Value:
    """The least-squares line through (days ago, value), in units per 30 days."""
    if len({age for age, _ in points}) < 2:
        return None
    days = [-age / DAYS_PER_SLOPE for age, _ in points]
    x_mean, y_mean = _float_sum(days) / len(days), _float_sum([y for _, y in points]) / len(points)
    rise = _float_sum([(x - x_mean) * (y - y_mean) for x, (_, y) in zip(days, points, strict=True)])
    return rise / _float_sum([(x - x_mean) ** 2 for x in days])


# over the ages of the rows that count
_OF_ROWS: dict[str, Callable[[Sequence[int]], Value]] = {
    "count": len,
    "held_count": len,
    "holds": lambda ages: int(bool(ages)),
    "days_since_last": lambda ages: min(ages, default=None),
    "days_since_first": lambda ages: max(ages, default=None),
    "days_held": lambda ages: max(ages, default=None),
}
# over the values that are known
_OF_VALUES: dict[str, Callable[[Sequence[Value]], Value]] = {
    "sum": _sum,
    "mean": _mean,
    "std": _deviation,
    "distinct": _different,
    "min": lambda values: min(values, key=in_order, default=None),
    "max": lambda values: max(values, key=in_order, default=None),
}
