"""SQL expressions in specs: parsed, checked against what they may name and do, and typed.

Written in DuckDB's words and compiled to each engine's dialect. A scalar expression only: no subqueries, no
table functions, no aggregates or windows, and only the functions listed here, which mean the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

from leadlift.names import AS_OF
from leadlift.specs.base import nearest

SqlType = Literal["number", "text", "boolean", "time", "unknown"]

FUNCTIONS = (
    "abs", "ceil", "coalesce", "day", "days_between", "exp", "floor", "greatest", "hour", "if", "least",
    "length", "ln", "lower", "month", "months_between", "nullif", "power", "round", "sqrt", "starts_with",
    "substr", "trim", "upper", "year", "years_between",
)  # fmt: skip

_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Abs, exp.Ceil, exp.Coalesce, exp.Day, exp.Exp, exp.Floor, exp.Greatest, exp.Hour, exp.If, exp.Least,
    exp.Length, exp.Ln, exp.Lower, exp.Month, exp.Nullif, exp.Pow, exp.Round, exp.Sqrt, exp.StartsWith,
    exp.Substring, exp.Trim, exp.Upper, exp.Year, exp.Case, exp.Cast, exp.DataType, exp.DataTypeParam,
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Var, exp.Neg, exp.Paren, exp.Add,
    exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or,
    exp.Not, exp.Between, exp.In, exp.Is, exp.Like, exp.ILike, exp.DPipe, exp.NullSafeEQ, exp.NullSafeNEQ,
)  # fmt: skip

_CAST_TO = ("INT", "BIGINT", "DOUBLE", "DECIMAL", "VARCHAR", "TEXT", "DATE", "BOOLEAN")
_DUCKDB_TYPE = {
    "string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "decimal": "DECIMAL(18,2)",
    "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP",
}  # fmt: skip


class SqlError(ValueError):
    """What is wrong with an expression, in words for the person who wrote it."""


def parse(text: str, columns: Mapping[str, str], owner: str) -> exp.Expr:
    """The checked expression, with leadlift's own functions spelled out and division by zero giving null.

    columns: name -> type of each column or feature that may be named, beside `as_of`. owner: what they belong
    to, for the message ("source 'transactions'"). Raises SqlError with the place and the nearest known name.
    """
    tree = _tree(text)
    for node in tree.walk():
        _check_node(node, text)
    for column in tree.find_all(exp.Column):
        _check_column(column, text, columns, owner)
    for node in tree.walk():
        node.meta.clear()  # where in the text it stood: nobody asks any more, and copying it takes longest
    return _spelled_out(tree)


def sql_type(tree: exp.Expr, columns: Mapping[str, str]) -> SqlType:
    """What kind of value the expression gives."""
    if isinstance(tree, exp.Predicate | exp.Connector | exp.Not):
        return "boolean"
    schema = {name: _DUCKDB_TYPE[kind] for name, kind in columns.items() if kind in _DUCKDB_TYPE}
    schema[AS_OF] = "DATE"
    query = exp.select(exp.alias_(tree.copy(), "it", copy=False), copy=False).from_("t", copy=False)
    for column in query.find_all(exp.Column):
        column.set("table", exp.to_identifier("t"))
    # names are taken as they stand, as they are quoted wherever they are compiled
    told = MappingSchema({"t": schema}, dialect="duckdb", normalize=False)
    typed = annotate_types(query, schema=told, dialect="duckdb").selects[0].type
    if typed is None or typed.is_type("unknown", "null"):
        return "unknown"
    if typed.is_type(*exp.DataType.NUMERIC_TYPES):
        return "number"
    if typed.is_type(*exp.DataType.TEXT_TYPES):
        return "text"
    if typed.is_type(*exp.DataType.TEMPORAL_TYPES):
        return "time"
    return "boolean" if typed.is_type("boolean") else "unknown"


def names_in(tree: exp.Expr) -> set[str]:
    """The columns or features that an expression names, without `as_of`."""
    return {column.name for column in tree.find_all(exp.Column)} - {AS_OF}


def named_in(text: str) -> set[str]:
    """What a text names before it is checked against anything; nothing where it cannot be read."""
    try:
        return names_in(_tree(text))
    except SqlError:
        return set()


def _tree(text: str) -> exp.Expr:
    try:
        found = sqlglot.parse(text, read="duckdb")
    except ParseError as error:
        first = error.errors[0]
        spot = _offset(text, first.get("line") or 1, first.get("col") or 1)
        word = first.get("highlight") or text
        raise SqlError(f"cannot be read as SQL near {word!r} (character {spot})") from None
    except TokenError:
        raise SqlError(f"cannot be read as SQL: a quote is left open in {text!r}") from None
    if len(found) != 1 or found[0] is None or isinstance(found[0], exp.Block):
        raise SqlError("must be one expression")
    return found[0]


def _check_node(node: exp.Expr, text: str) -> None:
    if isinstance(node, exp.Query | exp.Subquery | exp.Exists) or node.args.get("query"):
        raise SqlError("subqueries are not allowed; use columns of the source only")
    if isinstance(node, exp.Window | exp.AggFunc):
        raise SqlError(
            "aggregates and windows are not allowed here; the stanza's `agg` says how rows are combined"
        )
    if _own(node) is not None:
        return
    if isinstance(node, exp.DateDiff):
        raise SqlError("'date_diff' is not an allowed function. Did you mean 'days_between'?")
    if isinstance(node, exp.CurrentDate | exp.CurrentTimestamp) or _is_now(node):
        raise SqlError("today's date is not allowed: a feature stands on `as_of`")
    if isinstance(node, exp.Anonymous | exp.Func) and not isinstance(node, (*_ALLOWED, exp.Connector)):
        called = re.match(r"\w+(?=\()", node.sql(dialect="duckdb"))
        if called is None:
            raise SqlError(f"{node.sql(dialect='duckdb')} is not allowed in an expression")
        name = called[0].lower()
        known = nearest(name, FUNCTIONS) or f" Allowed: {', '.join(FUNCTIONS)}"
        raise SqlError(f"'{name}' is not an allowed function{_spot(text, name)}.{known}")
    if isinstance(node, exp.Cast) and node.to.this.value not in _CAST_TO:
        raise SqlError(f"cast to {node.to.sql().lower()} is not allowed")
    if not isinstance(node, _ALLOWED):
        raise SqlError(f"{node.sql(dialect='duckdb')} is not allowed in an expression")


def _is_now(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() in ("now", "getdate")


def _check_column(column: exp.Column, text: str, known: Mapping[str, str], owner: str) -> None:
    if column.table:
        raise SqlError(
            f"write {column.name!r} without {column.table!r} in front: one source has no other table"
        )
    if column.name not in known and column.name != AS_OF:
        what = "feature" if owner == "the workspace" else "column"
        spot = _spot(text, column.name)
        raise SqlError(f"no {what} {column.name!r} in {owner}{spot}.{nearest(column.name, known)}")


def _spot(text: str, word: str) -> str:
    at = text.lower().find(word.lower())
    return f" (character {at + 1})" if at >= 0 else ""


def _offset(text: str, line: int, column: int) -> int:
    """sqlglot counts columns by line, of the highlighted word's end; people count characters of the text."""
    return sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column


def _date(node: exp.Expr) -> exp.Expr:
    # engines disagree by a day on differences of timestamps near midnight: always count on dates
    return exp.cast(node.copy(), "DATE")


def _days_between(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    return exp.DateDiff(this=_date(end), expression=_date(start), unit=exp.var("DAY"))


def _months_between(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    months = [
        exp.Add(
            this=exp.Mul(this=exp.Year(this=_date(d)), expression=exp.Literal.number(12)),
            expression=exp.Month(this=_date(d)),
        )
        for d in (end, start)
    ]
    short = exp.LT(this=exp.Day(this=_date(end)), expression=exp.Day(this=_date(start)))
    begun = exp.Case().when(short, exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.paren(
        exp.Sub(this=exp.Sub(this=exp.paren(months[0]), expression=exp.paren(months[1])), expression=begun)
    )


def _years_between(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    twelve = exp.Literal.number("12.0")
    return exp.Floor(this=exp.Div(this=_months_between(start, end), expression=twelve))


_OWN: dict[str, Callable[[exp.Expr, exp.Expr], exp.Expr]] = {
    "days_between": _days_between,
    "months_between": _months_between,
    "years_between": _years_between,
}


def _own(node: exp.Expr) -> str | None:
    """The name of leadlift's own function, when `node` calls one with its two dates."""
    if isinstance(node, exp.MonthsBetween):
        return "months_between"
    if isinstance(node, exp.Anonymous) and node.name.lower() in _OWN:
        if len(node.expressions) != 2:
            raise SqlError(f"'{node.name.lower()}' takes two dates: the start and the end")
        return node.name.lower()
    return None


def _spelled_out(tree: exp.Expr) -> exp.Expr:
    root = exp.paren(tree, copy=False)
    for node in reversed(list(root.walk())):
        name = _own(node)
        if name is not None:
            pair = node.expressions if isinstance(node, exp.Anonymous) else [node.this, node.expression]
            node.replace(exp.paren(_OWN[name](*pair)))
        elif type(node) in _SAFE:
            _SAFE[type(node)](node)
    return cast(exp.Expr, root.this)


# Where engines differ or fail (x / 0, x % 0, ln(0), sqrt(-1)) the answer is unknown, as a modeller means it.
def _safe_division(node: exp.Expr) -> None:
    below = exp.Nullif(this=exp.cast(node.expression.copy(), "DOUBLE"), expression=exp.Literal.number(0))
    node.set("this", exp.cast(node.this.copy(), "DOUBLE"))
    node.set("expression", below)


def _safe_remainder(node: exp.Expr) -> None:
    node.set("expression", exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0)))


def _safe_logarithm(node: exp.Expr) -> None:
    node.set("this", _only_where(exp.GT, node.this))


def _safe_root(node: exp.Expr) -> None:
    node.set("this", _only_where(exp.GTE, node.this))


def _only_where(above: type[exp.GT] | type[exp.GTE], value: exp.Expr) -> exp.Expr:
    return exp.Case().when(
        above(this=exp.paren(value.copy()), expression=exp.Literal.number(0)), value.copy()
    )


_SAFE: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Div: _safe_division,
    exp.Mod: _safe_remainder,
    exp.Ln: _safe_logarithm,
    exp.Sqrt: _safe_root,
}
