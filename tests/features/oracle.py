"""The definition language once more, slow and plain: one definition, one customer, one as-of date, rows in a list.

Written from the design's words, not from the compiler: what a feature is, without a database.
"""

from __future__ import annotations

import calendar
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from leadlift.specs import Source

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Definition:
    """A feature in plain Python beside its stanza. of: row -> value; where: row -> true, false or None."""

    stanza: Mapping[str, Any]
    of: Callable[[Row], Any] | None = None
    where: Callable[[Row], bool | None] | None = None
    window: int | None = None

    @property
    def agg(self) -> str:
        return str(self.stanza["agg"])

    @property
    def on(self) -> str:
        return str(self.stanza.get("on", "held"))


@dataclass(frozen=True)
class Seen:
    """A row as it could be read at the as-of date."""

    row: Row
    at: datetime
    closed: datetime | None


def value(definition: Definition, source: Source, facts: Sequence[Row], customer: str, as_of: date) -> Any:
    """The feature of this customer at this as-of date."""
    seen = [one for one in visible(source, facts, as_of) if one.row["customer_id"] == customer]
    if source.kind == "attributes":
        return _attribute(definition, source, seen)
    rows = [one for one in seen if _counts(definition, source, one, as_of)]
    return _aggregated(definition, rows, as_of)


def visible(source: Source, facts: Sequence[Row], as_of: date) -> list[Seen]:
    """The rows that had happened before the day and were known on it, each in its last version known."""
    known = [row for row in facts if is_known(source, row, as_of)]
    seen = []
    for row in _last_versions(source, known):
        at = moment(row[source.clock or source.since])
        if at is not None and at < midnight(as_of):
            seen.append(_masked(source, row, at, as_of))
    return seen


def is_known(source: Source, row: Row, as_of: date) -> bool:
    """Whether the bank knew of the row; without a time of knowledge, once it has happened."""
    known = known_at(source, row)
    if known is None or source.available_at is not None:
        return known is not None and known <= midnight(as_of)
    return known <= midnight(as_of) and moment(row[source.clock or source.since]) < midnight(as_of)


def known_at(source: Source, row: Row) -> datetime | None:
    """When the bank knew of a row."""
    if source.available_at is not None:
        return moment(row[source.available_at])
    at = moment(row[source.clock or source.since])
    return None if at is None else at + timedelta(days=source.available_after or 0)


def _last_versions(source: Source, known: Iterable[Row]) -> list[Row]:
    if not source.keys:
        return list(known)
    alone: list[Row] = []
    last: dict[tuple[Any, ...], Row] = {}
    for row in sorted(known, key=lambda row: _order(source, row)):
        key = tuple(row[column] for column in source.keys)
        if None in key:
            alone.append(row)
        else:
            last[key] = row
    return [*alone, *last.values()]


def _order(source: Source, row: Row) -> tuple[Any, ...]:
    """By when it was known, when it happened, then by every column in the order of names; nulls first."""
    clock = source.clock or source.since
    parts = [known_at(source, row), moment(row[clock]), *(row[column] for column in sorted(source.columns))]
    return tuple((part is not None, part) if part is not None else (False,) for part in parts)


def _masked(source: Source, row: Row, at: datetime, as_of: date) -> Seen:
    """What a row says of its own end cannot be read before the end has come and was known."""
    if source.valid_to is None:
        return Seen(row, at, None)
    end = moment(row[source.valid_to])
    told = (
        end is not None
        and end < midnight(as_of)
        and end + timedelta(days=source.available_after or 0) <= midnight(as_of)
    )
    return Seen(row, at, end) if told else Seen({**row, source.valid_to: None}, at, None)


def _counts(definition: Definition, source: Source, one: Seen, as_of: date) -> bool:
    if source.kind == "intervals" and definition.on == "closed" and one.closed is None:
        return False
    if source.kind == "intervals" and definition.on == "held" and one.closed is not None:
        return False
    if definition.where is not None and definition.where({**one.row, "as_of": as_of}) is not True:
        return False
    return definition.window is None or _age(definition, one, as_of) <= definition.window


def _age(definition: Definition, one: Seen, as_of: date) -> int:
    at = one.closed if definition.on == "closed" and one.closed is not None else one.at
    return (as_of - at.date()).days


def _attribute(definition: Definition, source: Source, seen: Sequence[Seen]) -> Any:
    if not seen:
        return None
    latest = max(one.at for one in seen)
    # rows that began at the same time: the first of them by their columns
    rows = sorted((one.row for one in seen if one.at == latest), key=lambda row: _columns(source, row))
    if definition.where is not None and definition.where(rows[0]) is not True:
        return None
    return definition.of(rows[0]) if definition.of else None


def _columns(source: Source, row: Row) -> tuple[Any, ...]:
    return tuple(
        (row[c] is not None, row[c]) if row[c] is not None else (False,) for c in sorted(source.columns)
    )


def _aggregated(definition: Definition, rows: Sequence[Seen], as_of: date) -> Any:
    agg = definition.agg
    ages = [_age(definition, one, as_of) for one in rows]
    if agg in ("count", "held_count"):
        return len(rows)
    if agg == "holds":
        return int(bool(rows))
    if agg in ("days_since_last", "days_since_first", "days_held"):
        return (min(ages) if agg == "days_since_last" else max(ages)) if ages else None
    pairs = [(one.at, definition.of({**one.row, "as_of": as_of})) for one in rows if definition.of]
    pairs = [(at, found) for at, found in pairs if found is not None]
    return _of_values(definition, pairs, as_of)


def _of_values(definition: Definition, pairs: Sequence[tuple[datetime, Any]], as_of: date) -> Any:
    found = [one for _, one in pairs]
    match definition.agg:
        case "sum":
            return sum(found)
        case "distinct":
            return len(set(found))
        case "std":
            return statistics.stdev(float(one) for one in found) if len(found) > 1 else None
        case "mean":
            return sum(found) / len(found) if found else None
        case "min" | "max" as agg:
            return {"min": min, "max": max}[agg](found, default=None)
        case "first":
            return min(pairs)[1] if pairs else None
        case "last":
            return max(pairs)[1] if pairs else None
        case "days_to_end":
            return min(((moment(one).date() - as_of).days for one in found), default=None)
        case "value_ago" | "change" as agg:
            back = midnight(months_before(as_of, definition.stanza["months"]))
            ago = [pair for pair in pairs if pair[0] < back]
            then = max(ago)[1] if ago else None
            if agg == "value_ago":
                return then
            return max(pairs)[1] - then if then is not None else None
        case "slope":
            return _slope([(-(as_of - at.date()).days / 30, float(one)) for at, one in pairs])
    raise AssertionError(definition.agg)


def _slope(points: Sequence[tuple[float, float]]) -> float | None:
    if len({x for x, _ in points}) < 2:
        return None
    x_mean = statistics.fmean(x for x, _ in points)
    y_mean = statistics.fmean(y for _, y in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time())


def moment(value: date | datetime | None) -> datetime | None:
    """A day is the moment at which it begins."""
    return midnight(value) if value is not None and not isinstance(value, datetime) else value


def with_window(definition: Definition, days: int | None) -> Definition:
    """The same definition over a window."""
    return replace(definition, window=days)
