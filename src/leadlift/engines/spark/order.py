"""Queries without their order: its keys become columns of the answer, by which it can be put in order elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True)
class Key:
    """A column that was added to the answer, and how rows are ordered by it."""

    name: str
    by: exp.Ordered


def without_order(query: exp.Query) -> tuple[exp.Query, list[Key]]:
    """The query without its order, and the keys; as it is and none where the order decides which rows there are."""
    order = query.args.get("order")
    if not isinstance(query, exp.Select) or order is None:
        return query, []
    if any(query.args.get(part) for part in ("limit", "offset", "distinct")):
        return query, []
    bare, keys = query.copy(), []
    bare.set("order", None)
    for place, ordered in enumerate(order.expressions):
        name = f"__order_{place}"
        by = ordered.copy() if isinstance(ordered, exp.Ordered) else exp.Ordered(this=ordered.copy())
        bare = bare.select(by.this.as_(name), copy=False)
        by.set("this", exp.column(name))
        keys.append(Key(name, by))
    return bare, keys


def in_order(table: str, keys: list[Key]) -> exp.Select:
    """The rows of a table that holds such an answer, in its order and without the keys."""
    kept = exp.Star(except_=[exp.to_identifier(key.name) for key in keys])
    return exp.select(kept).from_(exp.to_table(table)).order_by(*(key.by for key in keys))
