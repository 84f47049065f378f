"""A source cut back to what was known at the end of an as-of date, one customer at a time.

Written from docs/time.md alone: it shares nothing with the queries and the compiled passes that it is held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from leadlift.features.proof.values import Value, as_text, in_order, moment
from leadlift.specs import Source

FUTURE, UNKNOWN, REPLACED, TIMELESS = "not happened yet", "not known yet", "replaced", "without a time"


@dataclass(frozen=True)
class Clocks:
    """The rules of time that hold. All do, but for finding out which one a wrong value breaks.

    available: a row counts once the bank knew of it. happened: once it has happened. versions: of several versions of a
    row the last one. ends: an end cannot be read before it has happened and was known. shift: days added to windows.
    """

    available: bool = True
    happened: bool = True
    versions: bool = True
    ends: bool = True
    shift: int = 0


ALL = Clocks()


@dataclass(frozen=True, eq=False)
class Fact:
    """A row of a source as it lies there today.

    place: its number among the rows read. at, known, end: when it happened, when the bank knew, and when it ended. key:
    what its versions share; None for a row that stands alone. order: of versions.
    """

    place: int
    customer: str | None
    values: Mapping[str, Value]
    at: datetime | None
    known: datetime | None
    end: datetime | None
    key: tuple[Value, ...] | None
    order: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Seen:
    """A row as it could be read on the as-of date. age, closed: days since it happened and since its end."""

    fact: Fact
    row: Mapping[str, Value]
    age: int | None
    closed: int | None


@dataclass(frozen=True)
class Known:
    """A customer's rows on an as-of date: those that could be read, and the others with what keeps each out."""

    seen: tuple[Seen, ...]
    left: tuple[tuple[Fact, str], ...]

    @property
    def ends_hidden(self) -> int:
        """How many of the rows have an end that could not be read yet."""
        return sum(one.fact.end is not None and one.closed is None for one in self.seen)


def facts_of(source: Source, customer: str, rows: Iterable[Mapping[str, Value]]) -> list[Fact]:
    """Rows with their clocks. customer: the column that names the customer."""
    clock = source.clock or source.since
    facts = []
    for place, values in enumerate(rows):
        at = moment(values[clock]) if clock is not None else None
        known = _known(source, values, at)
        parts = tuple(values[column] for column in source.keys)
        who = values[customer]
        order = (known, at, *(values[column] for column in sorted(source.columns)))
        facts.append(
            Fact(
                place,
                None if who is None else as_text(who),
                values,
                at,
                known,
                moment(values[source.valid_to]) if source.valid_to is not None else None,
                None if not parts or None in parts else parts,
                tuple(in_order(part) for part in order) if parts else (),
            )
        )
    return facts


def known_on(
    source: Source, facts: Sequence[Fact], customer: str, as_of: date, clocks: Clocks = ALL
) -> Known:
    """What could be read of the customer on the day. facts: the customer's rows, and every version of each."""
    day = midnight(as_of)
    last = _last_versions(source, facts, day, clocks)
    seen, left = [], []
    for fact in facts:
        if fact.customer != customer:
            continue
        why = _kept_out(source, fact, day, clocks)
        if why is None and fact.place not in last:
            why = REPLACED
        if why is None:
            seen.append(_as_read(source, fact, as_of, clocks))
        else:
            left.append((fact, why))
    return Known(tuple(seen), tuple(left))


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time())


def timeless(source: Source) -> bool:
    """Whether nothing says since when a row holds, so that it is read as it is today."""
    return source.clock is None and source.since is None


def told_apart(source: Source) -> bool:
    """Whether a row may be known later than it happens."""
    return source.available_at is not None or bool(source.available_after)


def _known(source: Source, values: Mapping[str, Value], at: datetime | None) -> datetime | None:
    if source.available_at is not None:
        return moment(values[source.available_at])
    return at + timedelta(days=source.available_after or 0) if at is not None else None


def _kept_out(source: Source, fact: Fact, day: datetime, clocks: Clocks) -> str | None:
    """The first clock that keeps a row out, or None."""
    if not timeless(source):
        if fact.at is None:
            return TIMELESS
        if clocks.happened and fact.at >= day:
            return FUTURE
    return None if _is_known(source, fact, day, clocks) else UNKNOWN


def _is_known(source: Source, fact: Fact, day: datetime, clocks: Clocks) -> bool:
    if not clocks.available or (timeless(source) and source.available_at is None):
        return True
    if not told_apart(source):  # known once it has happened
        return not clocks.happened or (fact.at is not None and fact.at < day)
    return fact.known is not None and fact.known <= day


def _last_versions(source: Source, facts: Sequence[Fact], day: datetime, clocks: Clocks) -> set[int]:
    """The places of the rows that no later version known by then replaces."""
    if not source.keys or not clocks.versions or (timeless(source) and source.available_at is None):
        return {fact.place for fact in facts}
    last: dict[tuple[Value, ...], Fact] = {}
    alone = set()
    for fact in facts:
        if fact.key is None:
            alone.add(fact.place)
        elif _replaces(source, fact, day, clocks):
            other = last.get(fact.key)
            if other is None or other.order < fact.order:
                last[fact.key] = fact
    return alone | {fact.place for fact in last.values()}


def _replaces(source: Source, fact: Fact, day: datetime, clocks: Clocks) -> bool:
    """Whether the version was known: also one that says the row happens later than was thought."""
    if clocks.available:
        return _is_known(source, fact, day, clocks)
    return not clocks.happened or (fact.at is not None and fact.at < day)


def _as_read(source: Source, fact: Fact, as_of: date, clocks: Clocks) -> Seen:
    row = {**fact.values, "as_of": as_of}
    closed = None
    if source.valid_to is not None and fact.end is not None:
        delay = timedelta(days=source.available_after or 0)
        day = midnight(as_of)
        if not clocks.ends or (fact.end < day and fact.end + delay <= day):
            closed = (as_of - fact.end.date()).days
        else:
            row[source.valid_to] = None
    age = (as_of - fact.at.date()).days if fact.at is not None else None
    return Seen(fact, row, age, closed)
