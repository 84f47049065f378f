"""Choices and casts of the second reading."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from leadlift.features.proof.functions import trimmed
from leadlift.features.proof.readings import Build, Read, Reading, Row
from leadlift.features.proof.values import (
    Value,
    as_date,
    as_decimal,
    as_float,
    as_text,
    as_truth,
    as_whole,
    compared,
)


def _case(tree: exp.Expr, read: Read) -> Reading:
    of = read(tree.this) if tree.this is not None else None
    branches = [(read(one.this), read(one.args["true"])) for one in tree.args["ifs"]]
    other = read(tree.args["default"]) if tree.args.get("default") is not None else None

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


def _if(tree: exp.Expr, read: Read) -> Reading:
    condition, then = read(tree.this), read(tree.args["true"])
    other = read(tree.args["false"]) if tree.args.get("false") is not None else None
    return lambda row: then(row) if condition(row) else other(row) if other is not None else None


def _coalesce(tree: exp.Expr, read: Read) -> Reading:
    parts = [read(one) for one in (tree.this, *tree.expressions)]
    return lambda row: next((value for part in parts if (value := part(row)) is not None), None)


def _extreme(sign: int) -> Build:
    def build(tree: exp.Expr, read: Read) -> Reading:
        parts = [read(one) for one in (tree.this, *tree.expressions)]

        def found(row: Row) -> Value:
            best: Value = None
            for value in (part(row) for part in parts):
                if best is None or (value is not None and sign * compared(value, best) > 0):
                    best = value
            return best

        return found

    return build


def _nullif(tree: exp.Expr, read: Read) -> Reading:
    left, right = read(tree.this), read(tree.expression)

    def known(row: Row) -> Value:
        a, b = left(row), right(row)
        return None if a is not None and b is not None and compared(a, b) == 0 else a

    return known


def _trim(tree: exp.Expr, read: Read) -> Reading:
    of, side = read(tree.this), str(tree.args.get("position") or "BOTH").upper()
    characters = read(tree.expression) if tree.args.get("expression") is not None else None

    def trim(row: Row) -> Value:
        text, letters = of(row), characters(row) if characters is not None else None
        if text is None or (characters is not None and letters is None):
            return None
        return trimmed(str(text), None if letters is None else str(letters), side)

    return trim


def _cast(tree: exp.Expr, read: Read) -> Reading:
    of, kind = read(tree.this), tree.args["to"]
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


CHOICES: dict[type[exp.Expr], Build] = {
    exp.Case: _case,
    exp.If: _if,
    exp.Coalesce: _coalesce,
    exp.Greatest: _extreme(1),
    exp.Least: _extreme(-1),
    exp.Nullif: _nullif,
    exp.Trim: _trim,
    exp.Cast: _cast,
}
