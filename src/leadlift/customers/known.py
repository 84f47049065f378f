"""What each kind of source says of one customer on a day, from the rows that were known: nothing of any one bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlglot import exp

from leadlift.customers.facts import Change, Described, Held, History, Row, Series
from leadlift.engines import Engine
from leadlift.features.rows import AT, known_rows
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import Source, column_types, marked_columns

MONTHS, RECENT, ENDED, CHANGES = 24, 6, 6, 12
AMOUNTS = ("decimal", "number")
COUNT = "count"


def shown_columns(source: Source, sources: Mapping[str, Source], key: str, *, opened: bool) -> list[str]:
    """The columns that a reader sees: no ids of rows, no customer; personal and protected ones only when `opened`."""
    hidden = set() if opened else hidden_columns(source, sources)
    aside = {source.customer_key or key, *source.keys, source.available_at} | hidden
    ids = {n for n, c in source.columns.items() if c.type == "string" and (c.unique or c.references)}
    return [name for name in column_types(source, sources) if name not in aside | ids]


def hidden_columns(source: Source, sources: Mapping[str, Source]) -> set[str]:
    """The columns marked `pii` or `protected`, joined ones included."""
    return {name for mark in ("pii", "protected") for name in marked_columns(source, sources, mark)}


def rows_known(
    engine: Engine, name: str, source: Source, columns: Sequence[str], key: str
) -> list[dict[str, Any]]:
    """The customer's rows known at the spine's date, the oldest first, each in its last version known then.

    Reads the tables `spine`, of one row, and that of the source. AT is when a row happened or began.
    """
    query = known_rows(name, source, set(columns) - {CUSTOMER}, key)
    rows: list[dict[str, Any]] = engine.table(exp.select("*").from_(query.subquery("known"))).to_pylist()
    return sorted(rows, key=lambda row: (_day(row[AT]) or date.min, str(row[AT]), str(row)))


def described(
    name: str, source: Source, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> Described:
    """What a source of attributes says by its last row, and what changed before. rows: as `rows_known` gives them."""
    clocks = {source.valid_from, source.valid_to}
    told = [column for column in columns if column not in clocks]
    last = rows[-1]
    changes = [
        Change(day, column, before[column], after[column])
        for before, after in pairwise(rows)
        for column in told
        if (day := _day(after[AT])) is not None and before[column] != after[column]
    ]
    since = _day(last[AT]) if source.valid_from else None
    until = _day(last[source.valid_to]) if source.valid_to else None
    return Described(
        name, since, until, {column: _plain(last[column]) for column in told}, changes[::-1][:CHANGES]
    )


def held(name: str, source: Source, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Held:
    """What holds on the day, and what has ended, the newest first."""
    told = [_shown(row, columns) for row in reversed(rows)]
    if source.valid_to is None:
        return Held(name, told, [])
    ends = [row[source.valid_to] is not None for row in reversed(rows)]
    now = [row for row, ended in zip(told, ends, strict=True) if not ended]
    ended = [row for row, over in zip(told, ends, strict=True) if over]
    return Held(name, now, ended[:ENDED], len(ended[ENDED:]))


def balances(
    name: str, source: Source, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_of: date
) -> History:
    """A source of snapshots: the last value of each month, number by number."""
    months = months_before(as_of)
    last = {_month(row[AT]): row for row in rows}
    series = [
        Series(column, [_number(last[month][column]) if month in last else None for month in months])
        for column in _of_type(source, columns, (*AMOUNTS, "integer"))
    ]
    return _history(name, rows, months, series, columns, recent=1)


def activity(
    name: str, source: Source, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_of: date
) -> History:
    """A source of events: how many each month, and the sum of each amount."""
    months = months_before(as_of)
    series = [Series(COUNT, _sums(rows, months, None))]
    series += [Series(column, _sums(rows, months, column)) for column in _of_type(source, columns, AMOUNTS)]
    return _history(name, rows, months, series, columns, RECENT)


def months_before(as_of: date, months: int = MONTHS) -> list[str]:
    """The last months that began before the day, the oldest first, the one that is under way among them."""
    last = as_of.year * 12 + as_of.month - 1 - (as_of.day == 1)
    return [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in range(last - months + 1, last + 1)]


def _history(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    months: list[str],
    series: Sequence[Series],
    columns: Sequence[str],
    recent: int,
) -> History:
    """Months before the first that anything is known of are left out."""
    known = [_month(row[AT]) for row in rows]
    begin = next((place for place, month in enumerate(months) if known and month >= known[0]), len(months))
    cut = [Series(one.what, one.values[begin:]) for one in series]
    newest = [_shown(row, columns) for row in reversed(rows[-recent:])]
    return History(name, months[begin:], cut, newest, len(rows), _day(rows[-1][AT]) if rows else None)


def _sums(rows: Sequence[Mapping[str, Any]], months: list[str], column: str | None) -> list[float]:
    told = dict.fromkeys(months, 0.0)
    for row in rows:
        month = _month(row[AT])
        if month in told:
            told[month] += 1.0 if column is None else _number(row[column]) or 0.0
    return [round(value, 6) for value in told.values()]


def _of_type(source: Source, columns: Sequence[str], types: Sequence[str]) -> list[str]:
    return [name for name in columns if name in source.columns and source.columns[name].type in types]


def _shown(row: Mapping[str, Any], columns: Sequence[str]) -> Row:
    return {name: _plain(row[name]) for name in columns if name != AS_OF}


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def _month(value: Any) -> str:
    day = _day(value)
    return f"{day.year:04d}-{day.month:02d}" if day is not None else ""
