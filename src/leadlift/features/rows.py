"""The rows of a source that were known at each as-of date: the three clocks, in one place.

A row counts at as-of T when it happened before T and the bank knew of it by T. Of several versions of a row
the last one known by T counts. What a row says of its own end is hidden until it has happened and was known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlglot import exp

from leadlift.contracts import sound_rows
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import Source, column_types, sql

# columns that the queries add to a source's own; no declared column may begin with an underscore twice
AT, KNOWN, UNTIL, AGE, CLOSED_AGE = "__at", "__known", "__until", "__age", "__closed_age"
ROW, SPINE = "r", "spine"


def col(name: str, table: str | None = None) -> exp.Column:
    """A column, quoted so that any declared name will do."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def number(value: int) -> exp.Expr:
    """A number as SQL."""
    return exp.Literal.number(value)


def as_date(value: exp.Expr) -> exp.Expr:
    """A day, whatever the clock's own precision."""
    return exp.cast(value, "DATE")


def days_from(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Whole days from one to the other, counted on dates."""
    return exp.DateDiff(this=as_date(end), expression=as_date(start), unit=exp.var("DAY"))


def later(value: exp.Expr, days: int) -> exp.Expr:
    """The time `days` after."""
    return exp.DateAdd(this=value, expression=number(days), unit=exp.var("DAY")) if days else value


def case(condition: exp.Expr, value: exp.Expr) -> exp.Case:
    """CASE WHEN condition THEN value END, of these trees themselves. On DuckDB 4 to 10 times faster than FILTER."""
    return exp.Case().when(condition, value, copy=False)


def all_of(*conditions: exp.Expr | None) -> exp.Expr:
    """Every condition that is given."""
    return exp.and_(*(c for c in conditions if c is not None))


def opened(name: str, source: Source, sources: Mapping[str, Source]) -> exp.Select:
    """The source as specs speak of it: its lookups joined, its `where` and `on_fail` applied."""
    chosen = [col(column, ROW).as_(column, quoted=True) for column in source.columns]
    query = exp.select().from_(exp.to_table(raw_name(name)).as_(ROW))
    for index, join in enumerate(source.joins):
        alias = f"j{index}"
        chosen += [col(column, alias).as_(column, quoted=True) for column in join.columns]
        on = exp.EQ(this=col(join.on, ROW), expression=col(join.to or join.on, alias))
        # a lookup's own `where` has been applied under its name
        query = query.join(exp.to_table(join.source).as_(alias), on=on, join_type="left")
    query = query.select(*chosen)
    sound = sound_rows(name, source, sources)
    if source.where is None and sound is None:
        return query
    columns, owner = column_types(source, sources), f"source '{name}'"
    asked = sql.parse(source.where, columns, owner) if source.where is not None else None
    return exp.select("*").from_(query.subquery(ROW)).where(all_of(asked, sound))


def raw_name(name: str) -> str:
    """What the engine opens a source under; `opened` then stands under the source's own name."""
    return f"raw_{name}"


def versions(
    name: str, source: Source, columns: Iterable[str], customer: str, clock: str | None
) -> exp.Select:
    """Each version of each row with the times from which and until which it was the last one known."""
    key = source.customer_key or customer
    at = col(clock) if clock is not None else exp.null()
    chosen = [
        exp.cast(col(key), "TEXT").as_(CUSTOMER),
        *(col(column).as_(column, quoted=True) for column in sorted(set(columns) - {CUSTOMER})),
        at.as_(AT),
        known_at(source, at).as_(KNOWN),
    ]
    query = exp.select(*chosen).from_(exp.to_table(name))
    if not source.keys:
        return query.select(exp.null().as_(UNTIL))
    known = known_at(source, at)
    # the order must not depend on the order of rows in a file: ties go by every column
    order = [known, *([at] if clock else []), *(col(column) for column in sorted(source.columns))]
    over = exp.Window(
        this=exp.Lead(this=known.copy()),
        partition_by=[col(column) for column in source.keys],
        order=exp.Order(expressions=[exp.Ordered(this=part.copy(), nulls_first=True) for part in order]),
    )
    # a row without its key is nobody's version
    keyed = all_of(*(exp.not_(exp.Is(this=col(key), expression=exp.null())) for key in source.keys))
    return query.select(case(keyed, over).as_(UNTIL))


def known_at(source: Source, at: exp.Expr) -> exp.Expr:
    """When the bank knew of a row."""
    if source.available_at is not None:
        return col(source.available_at)
    return later(at.copy(), source.available_after or 0)


def known_rows(
    name: str,
    source: Source,
    columns: Iterable[str],
    customer: str,
    longest: int | None = None,
    span: tuple[date, date] | None = None,
) -> exp.Select:
    """Spine x the rows known at its as-of dates, and each row's age in days (1: the day before the as-of).

    longest: only rows at most so many days old; None for all. span: the spine's first and last as-of date, which
    leave out nothing that counts but let an engine pass over rows and files before it joins.
    """
    wanted = set(columns) | ({source.valid_to} if source.valid_to else set())
    rows = versions(name, source, wanted, customer, source.clock or source.since)
    at, spine_day = col(AT, ROW), col(AS_OF, SPINE)
    age = days_from(at, spine_day)
    # without a knowledge time of its own a row is known once it has happened: one of the as-of day corrects nothing
    told_apart = source.available_at or source.available_after
    outlives = (exp.GT if told_apart else exp.GTE)(this=col(UNTIL, ROW), expression=spine_day)
    conditions = [
        exp.EQ(this=col(CUSTOMER, ROW), expression=col(CUSTOMER, SPINE)),
        exp.LT(this=at, expression=spine_day),
        exp.LTE(this=col(KNOWN, ROW), expression=spine_day),
        exp.or_(exp.Is(this=col(UNTIL, ROW), expression=exp.null()), outlives),
    ]
    if source.clock is None and source.since is None:
        # no clock at all: read as it is today, or as the bank knew it
        conditions = [conditions[0], *(conditions[2:] if source.available_at else [])]
    elif span is not None:
        conditions += _within(at, span, longest)
    if longest is not None:
        conditions.append(exp.LTE(this=age.copy(), expression=number(longest)))
    chosen = [col(CUSTOMER, SPINE).as_(CUSTOMER), spine_day.as_(AS_OF), at.as_(AT), age.as_(AGE)]
    for column in sorted(wanted - {CUSTOMER}):
        chosen.append(_as_known(column, source).as_(column, quoted=True))
    if source.kind == "intervals" and source.valid_to:
        chosen.append(days_from(_as_known(source.valid_to, source), spine_day.copy()).as_(CLOSED_AGE))
    query = exp.select(*chosen, copy=False).from_(SPINE)
    return query.join(rows.subquery(ROW, copy=False), on=exp.and_(*conditions, copy=False), copy=False)


def _within(at: exp.Expr, span: tuple[date, date], longest: int | None) -> list[exp.Condition]:
    """That a row can count at some day of the span: what all dates of the spine ask, in constants."""
    found: list[exp.Condition] = [exp.LT(this=at.copy(), expression=_day(span[1]))]
    if longest is not None:
        found.append(exp.GTE(this=at.copy(), expression=_day(span[0] - timedelta(days=longest))))
    return found


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def _as_known(column: str, source: Source) -> exp.Expr:
    """The column as it could be read at the as-of date: an end that is not yet known reads null."""
    value = col(column, ROW)
    if column != source.valid_to:
        return value
    end, day = col(column, ROW), col(AS_OF, SPINE)
    # with `available_at` the version itself was known; its end must still have happened
    known = later(end.copy(), source.available_after or 0)
    return case(exp.and_(exp.LT(this=end, expression=day), exp.LTE(this=known, expression=day.copy())), value)
