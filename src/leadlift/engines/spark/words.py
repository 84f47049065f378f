"""Queries as Spark reads them: where its words mean something else than DuckDB's, what is meant is spelled out."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from sqlglot import exp

# what DuckDB takes a decimal without digits for; Spark's own would have no digits after the point
_DECIMAL = exp.DataType.build("DECIMAL(18, 3)")
_WHOLE = exp.DataType.build("DECIMAL(38, 0)")


def spark_sql(query: exp.Expr, *, pretty: bool = False) -> str:
    """The text of a query in Spark's dialect, which gives what the query gives on DuckDB."""
    root = exp.paren(query, copy=True)
    for node in reversed(list(root.walk())):
        if type(node) in _MEANT:
            _MEANT[type(node)](node)
    return cast(exp.Expr, root.this).sql(dialect="spark", pretty=pretty)


def said(query: exp.Expr, dialect: str) -> str:
    """The text of a query for people, in the dialect of the engine that would run it."""
    return spark_sql(query, pretty=True) if dialect == "spark" else query.sql(dialect=dialect, pretty=True)


def _later(node: exp.Expr) -> None:
    """DATE_ADD of a time would give a day and forget the hour: a row would be known a day too early."""
    if node.args["unit"].name.upper() == "DAY":
        days = exp.Interval(this=exp.Literal.string(node.expression.name), unit=exp.var("DAY"))
        node.replace(exp.Add(this=exp.paren(node.this), expression=days))


def _mean(node: exp.Expr) -> None:
    """The mean of decimals would be a decimal, rounded to four digits more than they have."""
    if not (isinstance(node.this, exp.Cast) and node.this.to.is_type("double")):
        node.set("this", exp.cast(node.this, "DOUBLE"))


def _cast(node: exp.Expr) -> None:
    """Whole numbers by rounding, not by cutting off; a decimal has the digits that DuckDB gives it."""
    to = node.args["to"]
    if to.is_type("int", "bigint") and not isinstance(node.this, exp.Count | exp.Literal):
        node.set("this", exp.Cast(this=node.this, to=_WHOLE.copy()))
    elif to.is_type("decimal") and not to.expressions:
        node.set("to", _DECIMAL.copy())


def _like(node: exp.Expr) -> None:
    """A backslash in a pattern is itself."""
    pattern = node.expression
    if isinstance(pattern, exp.Literal) and "\\" in pattern.name and "escape" not in node.args:
        node.set("expression", exp.Literal.string(pattern.name.replace("\\", "\\\\")))


def _distinct(node: exp.Expr) -> None:
    """Within groups the size of a set: of several counts of different values Spark would copy each row for each."""
    values, asked = node.this, node.parent_select
    if not isinstance(values, exp.Distinct) or len(values.expressions) != 1:
        return
    if asked is not None and asked.args.get("group"):
        members = exp.Anonymous(this="COLLECT_SET", expressions=values.expressions)
        node.replace(exp.Anonymous(this="SIZE", expressions=[members]))


_MEANT: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.DateAdd: _later,
    exp.Avg: _mean,
    exp.Cast: _cast,
    exp.Count: _distinct,
    exp.Like: _like,
    exp.ILike: _like,
}
