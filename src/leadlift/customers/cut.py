"""A source cut down to one customer: the filter reaches the files, so that it costs what reading two columns does."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from sqlglot import exp

from leadlift.engines import Engine
from leadlift.features.rows import col
from leadlift.specs import Source, column_types

MOST_KEYED = 10_000_000
"""Rows of a source beyond which nobody looks for versions of a customer's rows under other customers."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A source's rows of one customer, all versions. alone: whether versions under other customers were not sought."""

    rows: pa.Table
    alone: bool = False


def cut_down(engine: Engine, name: str, source: Source, key: str, customer: str, size: int | None) -> Cut:
    """The rows of a customer with all their versions, also those in which a row was another customer's.

    name: what the source is readable under. key: the workspace's customer key. size: about how many rows the source
    has, None where that is not known.
    """
    query = exp.select("*").from_(exp.to_table(name))
    theirs = source.customer_key or key
    mine = engine.table(query.where(is_customer(theirs, source, customer)))
    if not source.keys or mine.num_rows == 0:
        return Cut(mine)
    if size is not None and size > MOST_KEYED:
        return Cut(mine, alone=True)
    keys = f"keys_of_{name}"
    engine.define_table(keys, mine.select(list(source.keys)))
    same = exp.and_(*(exp.EQ(this=col(part, "k"), expression=col(part, "r")) for part in source.keys))
    every = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("r"))).from_(
        exp.to_table(name).as_("r")
    )
    held = exp.select(exp.Literal.number(1)).from_(exp.to_table(keys).as_("k")).where(same)
    other = exp.not_(is_customer(theirs, source, customer, "r"))
    elsewhere = engine.table(every.where(exp.Exists(this=held), other))
    return Cut(pa.concat_tables([mine, elsewhere]))


def is_customer(key: str, source: Source, customer: str, table: str | None = None) -> exp.Expr:
    """That the key is this customer's. Compared in the column's own type where that says the same, as files prefer."""
    column = col(key, table)
    whole = column_types(source, {}).get(key) == "integer"
    if whole and customer.lstrip("-").isdigit() and str(int(customer)) == customer:
        return exp.EQ(this=column, expression=exp.cast(exp.Literal.string(customer), "BIGINT"))
    if column_types(source, {}).get(key) == "string":
        return exp.EQ(this=column, expression=exp.Literal.string(customer))
    return exp.EQ(this=exp.cast(column, "TEXT"), expression=exp.Literal.string(customer))
