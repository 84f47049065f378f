"""Conditions of the second reading: true, false or unknown."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from leadlift.features.proof.readings import Build, Read, Reading, Row, both
from leadlift.features.proof.values import Value, as_truth, compared


def _comparison(holds: Callable[[int], bool]) -> Build:
    return lambda tree, read: both(tree, read, lambda a, b: holds(compared(a, b)))


def _and(tree: exp.Expr, read: Read) -> Reading:
    left, right = read(tree.this), read(tree.expression)

    def both(row: Row) -> Value:
        a = left(row)
        if a is not None and not a:
            return False
        b = right(row)
        return False if b is not None and not b else None if a is None or b is None else True

    return both


def _or(tree: exp.Expr, read: Read) -> Reading:
    left, right = read(tree.this), read(tree.expression)

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


def _not(tree: exp.Expr, read: Read) -> Reading:
    return _opposite(read(tree.this))


def _between(tree: exp.Expr, read: Read) -> Reading:
    between = exp.And(
        this=exp.GTE(this=tree.this.copy(), expression=tree.args["low"].copy()),
        expression=exp.LTE(this=tree.this.copy(), expression=tree.args["high"].copy()),
    )
    return _denied(tree, read(between))


def _in(tree: exp.Expr, read: Read) -> Reading:
    of, others = read(tree.this), [read(one) for one in tree.expressions]

    def among(row: Row) -> Value:
        value = of(row)
        found = [other(row) for other in others]
        if value is None:
            return None
        if any(one is not None and compared(value, one) == 0 for one in found):
            return True
        return None if None in found else False

    return _denied(tree, among)


def _is(tree: exp.Expr, read: Read) -> Reading:
    of, what = read(tree.this), tree.expression
    if isinstance(what, exp.Null):
        return _denied(tree, lambda row: of(row) is None)
    wanted = read(what)

    def same(row: Row) -> Value:
        value, other = of(row), wanted(row)
        return value is not None and other is not None and as_truth(value) == as_truth(other)

    return _denied(tree, same)


def _null_safe(equal: bool) -> Build:
    def build(tree: exp.Expr, read: Read) -> Reading:
        left, right = read(tree.this), read(tree.expression)

        def same(row: Row) -> Value:
            a, b = left(row), right(row)
            found = a is b if a is None or b is None else compared(a, b) == 0
            return found == equal

        return same

    return build


def _like(tree: exp.Expr, read: Read) -> Reading:
    flags = re.DOTALL | (re.IGNORECASE if isinstance(tree, exp.ILike) else 0)
    signs = {"%": ".*", "_": "."}

    def fits(text: Value, pattern: Value) -> Value:
        written = "".join(signs.get(letter) or re.escape(letter) for letter in str(pattern))
        return re.fullmatch(written, str(text), flags) is not None

    return _denied(tree, both(tree, read, fits))


CONDITIONS: dict[type[exp.Expr], Build] = {
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
}
