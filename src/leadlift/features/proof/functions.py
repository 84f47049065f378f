"""The functions that expressions may call, each over known values: what docs/functions.md says, in plain Python."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
from sqlglot import exp

from leadlift.features.proof.values import EXACT, Value, as_date, as_float, moment, rounded

Function = Callable[..., Value]


def _whole(rounding: str, plain: Callable[[float], int]) -> Function:
    def nearest(value: Value, digits: Value = 0) -> Value:
        if digits:
            power = 10.0 ** int(as_float(digits))
            return rounded(float(plain(as_float(value) * power)) / power, int(as_float(digits)))
        if isinstance(value, Decimal):
            return value.to_integral_value(rounding, EXACT)
        if isinstance(value, float):
            return float(plain(value)) if math.isfinite(value) else value
        return value

    return nearest


def _round(value: Value, digits: Value = 0) -> Value:
    return rounded(value, int(as_float(digits)))


def _by_numpy(name: str) -> Function:
    """Floating point as the C library has it: infinite or NaN where Python would refuse."""

    def computed(*values: Value) -> Value:
        with np.errstate(all="ignore"):
            return float(getattr(np, name)(*(as_float(value) for value in values)))

    return computed


def _substr(text: Value, start: Value, length: Value = None) -> Value:
    whole, first = str(text), int(as_float(start))
    begin = first - 1 if first >= 0 else len(whole) + first
    end = len(whole) if length is None else begin + int(as_float(length))
    low, high = sorted(max(0, min(len(whole), one)) for one in (begin, end))
    return whole[low:high]


def _one_for_one(letter: str, changed: str) -> str:
    """A letter that has no single other one stays, but for the sharp s."""
    return "ẞ" if letter == "ß" and len(changed) > 1 else changed if len(changed) == 1 else letter


def _upper(text: Value) -> Value:
    return "".join(_one_for_one(letter, letter.upper()) for letter in str(text))


def _lower(text: Value) -> Value:
    return "".join("i" if letter == "İ" else _one_for_one(letter, letter.lower()) for letter in str(text))


def trimmed(text: str, characters: str | None, side: str) -> str:
    """Without the characters, or without blanks, at one side or at both. Tabs and line ends are no blanks."""
    begin, end = 0, len(text)

    def goes(letter: str) -> bool:
        return unicodedata.category(letter) == "Zs" if characters is None else letter in characters

    while side != "TRAILING" and begin < end and goes(text[begin]):
        begin += 1
    while side != "LEADING" and end > begin and goes(text[end - 1]):
        end -= 1
    return text[begin:end]


def _of_time(part: str) -> Function:
    def read(value: Value) -> Value:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        found: int = getattr(moment(value), part)
        return found

    return read


def days_between(end: Value, start: Value) -> int:
    """Whole days from start to end; the time of day does not count."""
    last, first = as_date(end), as_date(start)
    return (date(last.year, last.month, last.day) - date(first.year, first.month, first.day)).days


# functions of which every argument must be known, by the names of their arguments
STRICT: dict[type[exp.Expr], tuple[Function, tuple[str, ...]]] = {
    exp.Abs: (abs, ("this",)),
    exp.Ceil: (_whole(ROUND_CEILING, math.ceil), ("this", "decimals")),
    exp.Floor: (_whole(ROUND_FLOOR, math.floor), ("this", "decimals")),
    exp.Round: (_round, ("this", "decimals")),
    exp.Exp: (_by_numpy("exp"), ("this",)),
    exp.Ln: (_by_numpy("log"), ("this",)),
    exp.Sqrt: (_by_numpy("sqrt"), ("this",)),
    exp.Pow: (_by_numpy("power"), ("this", "expression")),
    exp.Length: (lambda text: len(str(text)), ("this",)),
    exp.Lower: (_lower, ("this",)),
    exp.Upper: (_upper, ("this",)),
    exp.StartsWith: (lambda text, start: str(text).startswith(str(start)), ("this", "expression")),
    exp.Substring: (_substr, ("this", "start", "length")),
    exp.Day: (_of_time("day"), ("this",)),
    exp.Month: (_of_time("month"), ("this",)),
    exp.Year: (_of_time("year"), ("this",)),
    exp.Hour: (_of_time("hour"), ("this",)),
    exp.DateDiff: (days_between, ("this", "expression")),
}
