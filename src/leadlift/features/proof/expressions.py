"""SQL expressions over one row, in plain Python: the second reading of `of`, `where` and `expr`.

A column that is unknown is None, and so is what is made of it; a condition is true, false or unknown (None).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlglot import exp

from leadlift.features.proof.functions import STRICT, trimmed
from leadlift.features.proof.values import (
    EXACT,
    Value,
    alike,
    as_date,
    as_decimal,
    as_float,
    as_text,
    as_truth,
    as_whole,
    compared,
)

Row = Mapping[str, Value]
Reading = Callable[[Row], Value]


def reading(tree: exp.Expr) -> Reading:
    """A function from a row (column -> value, and `as_of`) to the expression's value.

    Raises NotImplementedError for an expression that specs do not allow.
    """
    kind = type(tree)
    if kind in STRICT:
        return _called(tree)
    for node, build in _BUILD.items():
        if isinstance(tree, node):
            return build(tree)
    raise NotImplementedError(f"no second reading of {tree.sql(dialect='duckdb')}")


def _called(tree: exp.Expr) -> Reading:
    function, names = STRICT[type(tree)]
    parts = [reading(tree.args[name]) for name in names if tree.args.get(name) is not None]

    def call(row: Row) -> Value:
        values = [part(row) for part in parts]
        return None if any(value is None for value in values) else function(*values)

    return call


def _column(tree: exp.Expr) -> Reading:
    name = tree.name
    return lambda row: row[name]


def _literal(tree: exp.Expr) -> Reading:
    text: str = tree.name
    value: Value = text
    if not tree.args.get("is_string"):
        value = int(text) if text.isdigit() else float(text) if "e" in text.lower() else Decimal(text)
    return lambda row: value


def _truth(tree: exp.Expr) -> Reading:
    value = bool(tree.this)
    return lambda row: value


def _inside(tree: exp.Expr) -> Reading:
    return reading(tree.this)


def _both(tree: exp.Expr, combine: Callable[[Value, Value], Value]) -> Reading:
    left, right = reading(tree.this), reading(tree.expression)

    def combined(row: Row) -> Value:
        a, b = left(row), right(row)
        return None if a is None or b is None else combine(a, b)

    return combined


# ---------------------------------------------------------------- arithmetic


def _arithmetic(sign: str) -> Callable[[exp.Expr], Reading]:
    return lambda tree: _both(tree, lambda a, b: computed(sign, a, b))


def computed(sign: str, a: Value, b: Value) -> Value:
    """a and b known, added, subtracted, multiplied, divided, or the remainder with the sign of a."""
    if sign in "+-" and (isinstance(a, date) or isinstance(b, date)):
        return _days(sign, a, b)
    a, b = (as_float(a), as_float(b)) if sign == "/" else alike(a, b)
    if isinstance(a, float) and isinstance(b, float):
        return _floating(sign, a, b)
    if isinstance(a, Decimal) or isinstance(b, Decimal):
        how = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "%": EXACT.remainder}[sign]
        return how(Decimal(a), Decimal(b))  # type: ignore[arg-type]  # numbers, both
    return _whole(sign, as_whole(a), as_whole(b))


def _whole(sign: str, a: int, b: int) -> int:
    if sign == "%":
        return abs(a) % abs(b) * (1 if a > 0 else -1)
    return a + b if sign == "+" else a - b if sign == "-" else a * b


def _floating(sign: str, a: float, b: float) -> float:
    if sign == "%":
        return math.fmod(a, b) if math.isfinite(a) and b else math.nan
    if sign == "/":
        return a / b
    return a + b if sign == "+" else a - b if sign == "-" else a * b


def _days(sign: str, a: Value, b: Value) -> Value:
    if isinstance(a, date) and isinstance(b, date) and sign == "-":
        return (as_date(a) - as_date(b)).days
    day, count = (a, b) if isinstance(a, date) else (b, a)
    shift = timedelta(days=as_whole(count))
    return as_date(day) + shift if sign == "+" else as_date(day) - shift


def _negative(tree: exp.Expr) -> Reading:
    of = reading(tree.this)

    def negated(row: Row) -> Value:
        value = of(row)
        return None if value is None else EXACT.minus(value) if isinstance(value, Decimal) else -value  # type: ignore[operator]

    return negated


def _joined(tree: exp.Expr) -> Reading:
    return _both(tree, lambda a, b: as_text(a) + as_text(b))


# ---------------------------------------------------------------- conditions


def _comparison(holds: Callable[[int], bool]) -> Callable[[exp.Expr], Reading]:
    return lambda tree: _both(tree, lambda a, b: holds(compared(a, b)))


def _and(tree: exp.Expr) -> Reading:
    left, right = reading(tree.this), reading(tree.expression)

    def both(row: Row) -> Value:
        a = left(row)
        if a is not None and not a:
            return False
        b = right(row)
        return False if b is not None and not b else None if a is None or b is None else True

    return both


def _or(tree: exp.Expr) -> Reading:
    left, right = reading(tree.this), reading(tree.expression)

    def either(row: Row) -> Value:
        a = left(row)
        if a:
            return True
        b = right(row)
        return True if b else None if a is None or b is None else False

    return either


def _denied(tree: exp.Expr, condition: Reading) -> Reading:
    """The condition, or its opposite where it was written `not like`, `not in` and so on."""
    if not tree.args.get("negate"):
        return condition
    return _opposite(condition)


def _opposite(condition: Reading) -> Reading:
    def opposite(row: Row) -> Value:
        value = condition(row)
        return None if value is None else not value

    return opposite


def _not(tree: exp.Expr) -> Reading:
    return _opposite(reading(tree.this))


def _between(tree: exp.Expr) -> Reading:
    between = exp.And(
        this=exp.GTE(this=tree.this.copy(), expression=tree.args["low"].copy()),
        expression=exp.LTE(this=tree.this.copy(), expression=tree.args["high"].copy()),
    )
    return _denied(tree, reading(between))


def _in(tree: exp.Expr) -> Reading:
    of, others = reading(tree.this), [reading(one) for one in tree.expressions]

    def among(row: Row) -> Value:
        value = of(row)
        found = [other(row) for other in others]
        if value is None:
            return None
        if any(one is not None and compared(value, one) == 0 for one in found):
            return True
        return None if None in found else False

    return _denied(tree, among)


def _is(tree: exp.Expr) -> Reading:
    of, what = reading(tree.this), tree.expression
    if isinstance(what, exp.Null):
        return _denied(tree, lambda row: of(row) is None)
    wanted = reading(what)

    def same(row: Row) -> Value:
        value, other = of(row), wanted(row)
        return value is not None and other is not None and as_truth(value) == as_truth(other)

    return _denied(tree, same)


def _null_safe(equal: bool) -> Callable[[exp.Expr], Reading]:
    def build(tree: exp.Expr) -> Reading:
        left, right = reading(tree.this), reading(tree.expression)

        def same(row: Row) -> Value:
            a, b = left(row), right(row)
            found = a is b if a is None or b is None else compared(a, b) == 0
            return found == equal

        return same

    return build


def _like(tree: exp.Expr) -> Reading:
    flags = re.DOTALL | (re.IGNORECASE if isinstance(tree, exp.ILike) else 0)
    signs = {"%": ".*", "_": "."}

    def fits(text: Value, pattern: Value) -> Value:
        written = "".join(signs.get(letter) or re.escape(letter) for letter in str(pattern))
        return re.fullmatch(written, str(text), flags) is not None

    return _denied(tree, _both(tree, fits))


# ---------------------------------------------------------------- choices and casts


def _case(tree: exp.Expr) -> Reading:
    of = reading(tree.this) if tree.this is not None else None
    branches = [(reading(one.this), reading(one.args["true"])) for one in tree.args["ifs"]]
    other = reading(tree.args["default"]) if tree.args.get("default") is not None else None

    def chosen(row: Row) -> Value:
        value = of(row) if of is not None else None
        for condition, then in branches:
            met = condition(row)
            if of is None and met:
                return then(row)
            if of is not None and value is not None and met is not None and compared(value, met) == 0:
                return then(row)
        return other(row) if other is not None else None

    return chosen


def _if(tree: exp.Expr) -> Reading:
    condition, then = reading(tree.this), reading(tree.args["true"])
    other = reading(tree.args["false"]) if tree.args.get("false") is not None else None
    return lambda row: then(row) if condition(row) else other(row) if other is not None else None


def _coalesce(tree: exp.Expr) -> Reading:
    parts = [reading(one) for one in (tree.this, *tree.expressions)]
    return lambda row: next((value for part in parts if (value := part(row)) is not None), None)


def _extreme(sign: int) -> Callable[[exp.Expr], Reading]:
    def build(tree: exp.Expr) -> Reading:
        parts = [reading(one) for one in (tree.this, *tree.expressions)]

        def found(row: Row) -> Value:
            best: Value = None
            for value in (part(row) for part in parts):
                if best is None or (value is not None and sign * compared(value, best) > 0):
                    best = value
            return best

        return found

    return build


def _nullif(tree: exp.Expr) -> Reading:
    left, right = reading(tree.this), reading(tree.expression)

    def known(row: Row) -> Value:
        a, b = left(row), right(row)
        return None if a is not None and b is not None and compared(a, b) == 0 else a

    return known


def _trim(tree: exp.Expr) -> Reading:
    of, side = reading(tree.this), str(tree.args.get("position") or "BOTH").upper()
    characters = reading(tree.expression) if tree.args.get("expression") is not None else None

    def trim(row: Row) -> Value:
        text, letters = of(row), characters(row) if characters is not None else None
        if text is None or (characters is not None and letters is None):
            return None
        return trimmed(str(text), None if letters is None else str(letters), side)

    return trim


def _cast(tree: exp.Expr) -> Reading:
    of, kind = reading(tree.this), tree.args["to"]
    convert = _converter(kind)
    lenient = isinstance(tree, exp.TryCast)

    def cast(row: Row) -> Value:
        value = of(row)
        if value is None:
            return None
        try:
            return convert(value)
        except (ValueError, ArithmeticError, KeyError):
            if lenient:
                return None
            raise

    return cast


def _converter(kind: exp.Expr) -> Callable[[Value], Value]:
    name = kind.this.value
    if name == "DECIMAL":
        digits = int(kind.expressions[1].this.name) if len(kind.expressions) > 1 else 0
        return lambda value: as_decimal(value, digits)
    return _CASTS[name]


_CASTS: dict[str, Callable[[Value], Value]] = {
    "INT": as_whole, "BIGINT": as_whole, "DOUBLE": as_float, "VARCHAR": as_text, "TEXT": as_text, "DATE": as_date,
    "BOOLEAN": as_truth,
}  # fmt: skip

_BUILD: dict[type[exp.Expr], Callable[[exp.Expr], Reading]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: _truth,
    exp.Null: lambda tree: lambda row: None,
    exp.Paren: _inside,
    exp.Neg: _negative,
    exp.Add: _arithmetic("+"),
    exp.Sub: _arithmetic("-"),
    exp.Mul: _arithmetic("*"),
    exp.Div: _arithmetic("/"),
    exp.Mod: _arithmetic("%"),
    exp.DPipe: _joined,
    exp.EQ: _comparison(lambda sign: sign == 0),
    exp.NEQ: _comparison(lambda sign: sign != 0),
    exp.GT: _comparison(lambda sign: sign > 0),
    exp.GTE: _comparison(lambda sign: sign >= 0),
    exp.LT: _comparison(lambda sign: sign < 0),
    exp.LTE: _comparison(lambda sign: sign <= 0),
    exp.NullSafeEQ: _null_safe(equal=True),
    exp.NullSafeNEQ: _null_safe(equal=False),
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
    exp.ILike: _like,
    exp.Like: _like,
    exp.Case: _case,
    exp.If: _if,
    exp.Coalesce: _coalesce,
    exp.Greatest: _extreme(1),
    exp.Least: _extreme(-1),
    exp.Nullif: _nullif,
    exp.Trim: _trim,
    exp.Cast: _cast,
}
