"""Spines: which customers at which as-of dates, and what happened to them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlglot import exp

from leadlift.errors import UserError
from leadlift.features.compile import newest_rows
from leadlift.features.rows import (
    AT,
    ROW,
    SPINE,
    UNTIL,
    as_date,
    case,
    col,
    days_from,
    number,
    versions,
)
from leadlift.features.treatment import group_of, in_trial
from leadlift.names import AS_OF, CUSTOMER, TARGET, TREATMENT
from leadlift.specs import Population, Source, Target, column_types, sql
from leadlift.specs.treatment import Treatment

DATES, ADDED = "as_of_dates", "added"
LATER, NEXT = "later_case", "next_as_of"


def customers_source(sources: Mapping[str, Source]) -> str:
    """The source that says who is a customer: the first of kind attributes."""
    found = next((name for name, source in sources.items() if source.kind == "attributes"), None)
    if found is None:
        raise UserError("leadlift.yaml: no source of kind 'attributes' says who is a customer")
    return found


def everyone(name: str, source: Source, customer: str) -> exp.Select:
    """Customers x the days of table `as_of_dates`: those who were customers then, as known then.

    source: of kind attributes. One without `since` or history has always had all its customers.
    """
    key = source.customer_key or customer
    all_days = (
        exp.select(exp.cast(col(key), "TEXT").as_(CUSTOMER), col(AS_OF, DATES))
        .distinct()
        .from_(exp.to_table(name))
        .join(exp.to_table(DATES), join_type="cross")
        .where(exp.not_(exp.Is(this=col(key), expression=exp.null())))
    )
    if source.clock is None and source.since is None and source.available_at is None:
        return all_days
    columns = {source.valid_to} if source.valid_to else set()
    there = newest_rows(name, source, customer, columns)
    query = exp.select(col(CUSTOMER), col(AS_OF)).from_(there.subquery(ROW))
    if source.valid_to:
        query = query.where(exp.Is(this=col(source.valid_to), expression=exp.null()))
    return query.with_(SPINE, as_=all_days)


def cases(
    name: str,
    source: Source,
    customer: str,
    where: str | None,
    target: Target,
    first: date | None,
    last: date | None,
    sources: Mapping[str, Source],
    treatment: Treatment | None = None,
) -> exp.Select:
    """One row for each customer and day on which a row of the source stands: as_of is the row's own day.

    first, last: the as-of dates kept, both included. With `target.column` the target is read from the row
    itself; of several rows of a customer on a day, one positive makes the day positive. treatment: only rows of its
    groups are cases, and say which; of several on a day the highest group counts.
    """
    wanted = {target.column} if target.column else set()
    wanted |= {treatment.column} if treatment else set()
    types = column_types(source, sources)
    condition = sql.parse(where, types, f"source '{name}'") if where else None
    wanted |= sql.names_in(condition) if condition is not None else set()
    day = as_date(col(AT))
    rows = versions(name, source, wanted, customer, source.clock)
    conditions: list[exp.Expr] = [exp.Is(this=col(UNTIL), expression=exp.null())]
    conditions += [exp.not_(exp.Is(this=col(part), expression=exp.null())) for part in (CUSTOMER, AT)]
    conditions += [condition] if condition is not None else []
    conditions += [exp.GTE(this=day.copy(), expression=_day(first))] if first else []
    conditions += [exp.LTE(this=day.copy(), expression=_day(last))] if last else []
    conditions += [in_trial(treatment)] if treatment else []
    query = exp.select(col(CUSTOMER), day.as_(AS_OF)).from_(rows.subquery(ROW)).where(*conditions)
    if target.column is None and treatment is None:
        return query.distinct()
    if target.column is not None:
        query = query.select(exp.Max(this=outcome_of(target)).as_(TARGET))
    if treatment is not None:
        query = query.select(exp.Max(this=group_of(treatment)).as_(TREATMENT))
    return query.group_by(col(CUSTOMER), day.copy())


def outcomes(
    target: Target, customer: str, sources: Mapping[str, Source], population: Population | None = None
) -> exp.Select:
    """The target of every row of the spine: 1 when a row falls in [as_of + gap, as_of + gap + n).

    Of an amount: what the rows there add up to, 0 without any. Judged on the last version of each row: outcomes may be
    corrected, features may not. population: whose cases the spine's rows are, where the target is by last touch; None
    counts every row of the window whatever came between.
    """
    told: exp.Expr
    if target.added is not None:
        added = exp.Sum(this=exp.cast(col(ADDED, ROW), "DOUBLE"))
        told = exp.Coalesce(this=added, expressions=[number(0)])
    else:
        yes, no = (0, 1) if target.absent else (1, 0)
        seen = exp.GT(this=exp.Count(this=col("day", ROW)), expression=number(0))
        told = case(seen, number(yes)).else_(number(no))
    return _per_case(told.as_(TARGET), target, customer, sources, population)


def outcome_waits(target: Target, customer: str, sources: Mapping[str, Source]) -> exp.Select:
    """Column `wait` for every row of the spine: days from as_of to the first outcome in its window; null for none."""
    first = exp.Min(this=days_from(col(AS_OF, SPINE), col("day", ROW)))
    return _per_case(first.as_("wait"), target, customer, sources, None)


def _per_case(
    told: exp.Expr,
    target: Target,
    customer: str,
    sources: Mapping[str, Source],
    population: Population | None,
) -> exp.Select:
    """Each row of the spine with what is told of the outcomes in its window."""
    happened = _outcome_rows(target, customer, sources)
    after = days_from(col(AS_OF, SPINE), col("day", ROW))
    inside: list[exp.Expr] = [
        exp.EQ(this=col(CUSTOMER, ROW), expression=col(CUSTOMER, SPINE)),
        exp.GTE(this=after, expression=number(target.gap)),
        exp.LT(this=after.copy(), expression=number(target.gap + (target.outcome or 0))),
    ]
    keys = [col(CUSTOMER, SPINE), col(AS_OF, SPINE)]
    query = exp.select(*keys, told).from_(SPINE)
    if population is not None and target.last_touch:
        same = [exp.EQ(this=col(key, LATER), expression=col(key, SPINE)) for key in (CUSTOMER, AS_OF)]
        nexts = _next_cases(population, target, customer, sources)
        query = query.join(nexts.subquery(LATER), on=exp.and_(*same), join_type="left")
        since_next = days_from(col(NEXT, LATER), col("day", ROW))
        none = exp.Is(this=col(NEXT, LATER), expression=exp.null())
        inside.append(exp.or_(none, exp.LT(this=since_next, expression=number(target.gap))))
    query = query.join(happened.subquery(ROW), on=exp.and_(*inside), join_type="left")
    return query.group_by(*(key.copy() for key in keys))


def _next_cases(
    population: Population, target: Target, customer: str, sources: Mapping[str, Source]
) -> exp.Select:
    """Every case of the population's source, of any day, with the day of the customer's next one; null for none."""
    name = str(population.source)
    every = cases(name, sources[name], customer, population.where, target, None, None, sources)
    later = exp.Window(
        this=exp.Lead(this=col(AS_OF)),
        partition_by=[col(CUSTOMER)],
        order=exp.Order(expressions=[exp.Ordered(this=col(AS_OF), nulls_first=True)]),
    )
    return exp.select(col(CUSTOMER), col(AS_OF), later.as_(NEXT)).from_(every.subquery("every_case"))


def _outcome_rows(target: Target, customer: str, sources: Mapping[str, Source]) -> exp.Select:
    """The days on which the outcome happened, by customer; with `target.amount` beside each what it adds."""
    name = str(target.source)
    source = sources[name]
    clock = target.event_time or source.clock
    types = column_types(source, sources)
    condition = sql.parse(target.where, types, f"source '{name}'") if target.where else None
    added = sql.parse(target.added, types, f"source '{name}'") if target.added else None
    wanted = {one for tree in (condition, added) if tree is not None for one in sql.names_in(tree)}
    rows = versions(name, source, wanted | ({clock} if clock else set()), customer, source.clock)
    kept = [exp.Is(this=col(UNTIL), expression=exp.null())] + ([condition] if condition is not None else [])
    happened = (
        exp.select(col(CUSTOMER), as_date(col(str(clock))).as_("day")).from_(rows.subquery("v")).where(*kept)
    )
    if added is not None:
        happened = happened.select(added.as_(ADDED))
    return happened


def outcome_of(target: Target) -> exp.Expr:
    """What the case's own column says: the amount in it, or 1 where it means yes."""
    if target.amount:
        return exp.cast(col(str(target.column)), "DOUBLE")
    return positive(target)


def positive(target: Target) -> exp.Expr:
    """1 where the case's own column holds a value that means yes, 0 elsewhere, null where it is null."""
    value = exp.cast(col(str(target.column)), "TEXT")
    words = [exp.Literal.string(word) for word in target.positives]
    yes = exp.In(this=value, expressions=words)
    return (
        exp.Case()
        .when(yes, number(1))
        .when(exp.not_(exp.Is(this=value.copy(), expression=exp.null())), number(0))
    )


def data_end(name: str, source: Source, customer: str) -> exp.Select:
    """One row, one column `ends`: the last day on which something is recorded."""
    clock = source.clock or source.since
    last = exp.Max(this=as_date(col(str(clock))))
    return exp.select(last.as_("ends")).from_(exp.to_table(name))


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")
