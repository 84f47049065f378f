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
    """The mean of decimals would be a rounded decimal, that of floats not 0 where the sum is: divide the exact sum."""
    if not (isinstance(node.this, exp.Cast) and node.this.to.is_type("double")):
        rows = exp.Nullif(this=exp.Count(this=node.this.copy()), expression=exp.Literal.number(0))
        total = exp.Cast(this=exp.Sum(this=node.this.copy()), to=exp.DataType.build("DOUBLE"))
        node.replace(exp.paren(exp.Div(this=total, expression=rows, typed=True, safe=True), copy=False))


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


def _apart(node: exp.Expr) -> None:
    """Rows that will be grouped go where the join needs them, by its key, and are grouped there: no shuffle more.

    Spark would send the smaller table everywhere and group each file's rows apart: its partial results, with some
    numbers for each of a hundred aggregates, weigh many times what the rows weigh.
    """
    rows = node.args["from_"].this if node.args.get("from_") and node.args.get("group") else None
    if not isinstance(rows, exp.Table):
        return
    for named in _named(node, rows.name):
        if named.args.get("joins"):
            table = exp.to_identifier(named.args["from_"].alias_or_name, quoted=True)
            named.set("hint", exp.Hint(expressions=[exp.Anonymous(this="MERGE", expressions=[table])]))


def _named(node: exp.Expr, name: str) -> list[exp.Select]:
    """The query that stands under the name where this one does: none where it is a table."""
    at: exp.Expr | None = node
    while at is not None:
        told = [one.this for one in at.ctes if one.alias == name] if isinstance(at, exp.Select) else []
        if told:
            return [one for one in told if isinstance(one, exp.Select)]
        at = at.parent
    return []


_MEANT: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.DateAdd: _later,
    exp.Avg: _mean,
    exp.Cast: _cast,
    exp.Count: _distinct,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Select: _apart,
}
