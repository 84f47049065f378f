"""The rows of one customer behind one feature: which count at an as-of date, and why the others do not.

Everything here reads a source cut down to one customer, whose rows are numbered in the column `__row`; which of them
were known is decided by the same queries that build features.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from leadlift.features.compile import newest_rows
from leadlift.features.rows import (
    AGE,
    AT,
    CLOSED_AGE,
    KNOWN,
    ROW,
    UNTIL,
    case,
    col,
    known_rows,
    number,
    versions,
)
from leadlift.names import CUSTOMER
from leadlift.specs import FeatureDef, Source

PLACE, VALUE, WHY = "__row", "__value", "__why"
COUNTS = "counts"


def rows_of_customer(name: str, source: Source, key: str, customer: str) -> exp.Select:
    """The customer's rows of a source with all their versions, also those in which a row was another customer's.

    key: the workspace's customer key. customer: its value.
    """
    query = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(ROW))).from_(
        exp.to_table(name).as_(ROW)
    )
    mine = _is(col(source.customer_key or key, ROW), customer)
    if not source.keys:
        return query.where(mine)
    same = [exp.EQ(this=col(part, "m"), expression=col(part, ROW)) for part in source.keys]
    versions_of_mine = (
        exp.select(number(1))
        .from_(exp.to_table(name).as_("m"))
        .where(_is(col(source.customer_key or key, "m"), customer), *same)
    )
    return query.where(exp.or_(mine, exp.Exists(this=versions_of_mine)))


def known_of_customer(feature: FeatureDef, source: Source, key: str) -> exp.Select:
    """The rows known at the spine's date: `__row`, the columns as they could be read, age, value of `of`, and why.

    `__why` is `counts`, or says which part of the definition the row does not meet. Reads the tables `spine` and that
    of the feature's source.
    """
    name = str(feature.source)
    columns = shown_columns(feature, source) | {PLACE}
    base = known_rows(name, source, columns, key)
    fields = [col(column) for column in sorted(columns) if column != CUSTOMER]
    why = _why_not(feature, source)
    if source.kind == "attributes":
        newest = exp.select(col(PLACE)).from_(newest_rows(name, source, key, columns).subquery("n"))
        why = case(
            exp.not_(exp.In(this=col(PLACE), query=newest.subquery())), _text("a later row has begun")
        ).else_(why)
    value = feature.of.copy() if feature.of is not None else number(1)
    return exp.select(*fields, _age(feature).as_(AGE), value.as_(VALUE), why.as_(WHY)).from_(
        base.subquery(ROW)
    )


def unknown_of_customer(
    feature: FeatureDef, source: Source, key: str, customer: str, day: date
) -> exp.Select:
    """Every row of the customer with `__why`: the first clock that keeps it out at this day.

    Rows that were known have a reason too, for want of a better one that a later version replaced them: they are to be
    read from `known_of_customer` instead.
    """
    columns = shown_columns(feature, source) | {PLACE}
    rows = versions(str(feature.source), source, columns, key, source.clock or source.since)
    as_of = exp.cast(_text(day.isoformat()), "DATE")
    nowhen = exp.Is(this=col(AT), expression=exp.null())
    why = (
        exp.Case()
        .when(exp.GTE(this=col(AT), expression=as_of), _text("not before the as-of day"))
        .when(exp.GT(this=col(KNOWN), expression=as_of.copy()), _text("not yet known"))
    )
    if source.clock or source.since:
        why = why.when(nowhen, _text("without a time"))
    if source.keys:
        replaced = exp.not_(exp.Is(this=col(UNTIL), expression=exp.null()))
        why = why.when(replaced, _text("replaced by a later version"))
    fields = [col(column) for column in sorted(columns) if column != CUSTOMER]
    return (
        exp.select(*fields, why.else_(_text("not yet known")).as_(WHY))
        .from_(rows.subquery(ROW))
        .where(_is(col(CUSTOMER), customer))
    )


def shown_columns(feature: FeatureDef, source: Source) -> set[str]:
    """What a reader needs to see of a row: its key, its clocks, and the columns that the feature is made of."""
    clocks = (source.clock, source.since, source.valid_to, source.available_at)
    return {*source.keys, *feature.uses, *filter(None, clocks)}


def _why_not(feature: FeatureDef, source: Source) -> exp.Expr:
    """`counts`, or the first part of the definition that a known row does not meet."""
    told = exp.Case()
    ended = exp.Is(this=col(CLOSED_AGE), expression=exp.null())
    if source.kind == "intervals":
        if feature.spec.on == "closed":
            told = told.when(ended, _text("not ended by then"))
        elif feature.spec.on in (None, "held"):
            told = told.when(exp.not_(ended), _text("ended by then"))
    if feature.window is not None:
        told = told.when(
            exp.GT(this=_age(feature), expression=number(feature.window)),
            _text(f"older than {feature.window} days"),
        )
    if feature.where is not None:
        met = exp.Coalesce(this=exp.paren(feature.where.copy()), expressions=[exp.false()])
        told = told.when(exp.not_(met), _text("condition not met"))
    return told.else_(_text(COUNTS)) if told.args.get("ifs") else _text(COUNTS)


def _age(feature: FeatureDef) -> exp.Expr:
    return col(CLOSED_AGE if feature.spec.on == "closed" else AGE)


def _is(key: exp.Expr, customer: str) -> exp.Expr:
    return exp.EQ(this=exp.cast(key, "TEXT"), expression=_text(customer))


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)
