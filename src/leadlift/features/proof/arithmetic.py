"""Arithmetic of the second reading: whole numbers and decimals exact, floating point as the engine has it, days."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

from sqlglot import exp

from leadlift.features.proof.readings import Build, Read, Reading, Row, both
from leadlift.features.proof.values import EXACT, Value, alike, as_date, as_float, as_text, as_whole


def _arithmetic(sign: str) -> Build:
    return lambda tree, read: both(tree, read, lambda a, b: computed(sign, a, b))


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


def _negative(tree: exp.Expr, read: Read) -> Reading:
    of = read(tree.this)

    def negated(row: Row) -> Value:
        value = of(row)
        return None if value is None else EXACT.minus(value) if isinstance(value, Decimal) else -value  # type: ignore[operator]

    return negated


def _joined(tree: exp.Expr, read: Read) -> Reading:
    return both(tree, read, lambda a, b: as_text(a) + as_text(b))


ARITHMETIC: dict[type[exp.Expr], Build] = {
    exp.Neg: _negative,
    exp.Add: _arithmetic("+"),
    exp.Sub: _arithmetic("-"),
    exp.Mul: _arithmetic("*"),
    exp.Div: _arithmetic("/"),
    exp.Mod: _arithmetic("%"),
    exp.DPipe: _joined,
}
