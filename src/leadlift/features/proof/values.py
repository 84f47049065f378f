"""Values as SQL means them, in plain Python: unknown is None, decimals stay exact, NaN is the largest number."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cmp_to_key
from typing import TypeAlias

Value: TypeAlias = "bool | int | float | Decimal | str | date | datetime | None"
# wide enough that sums and products of decimals stay exact
EXACT = Context(prec=76, rounding=ROUND_HALF_UP)
TRUTHS = {"true": True, "t": True, "yes": True, "y": True, "1": True,
          "false": False, "f": False, "no": False, "n": False, "0": False}  # fmt: skip


def alike(left: Value, right: Value) -> tuple[Value, Value]:
    """Two known values brought to one type, as SQL does before it compares or adds them."""
    if isinstance(left, str) and not isinstance(right, str):
        return _read_as(left, right), right
    if isinstance(right, str) and not isinstance(left, str):
        return left, _read_as(right, left)
    if isinstance(left, datetime) != isinstance(right, datetime):
        return moment(left), moment(right)
    if isinstance(left, float) != isinstance(right, float):
        return as_float(left), as_float(right)
    return left, right


def compared(left: Value, right: Value) -> int:
    """Below 0, 0 or above 0 for known values. NaN equals itself and is above every other number."""
    left, right = alike(left, right)
    if isinstance(left, float) and isinstance(right, float) and (math.isnan(left) or math.isnan(right)):
        return int(math.isnan(left)) - int(math.isnan(right))
    return int(left > right) - int(left < right)  # type: ignore[operator]  # brought to one type


def nulls_first(left: Value, right: Value) -> int:
    """As `compared`, an unknown value before every known one."""
    if left is None or right is None:
        return int(right is None) - int(left is None) if left is not right else 0
    return compared(left, right)


in_order = cmp_to_key(nulls_first)


def moment(value: Value) -> datetime | None:
    """A day is the moment at which it begins."""
    if isinstance(value, datetime) or value is None:
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise TypeError(f"{value!r} is no time")


def as_float(value: Value) -> float:
    """A known number or truth as floating point."""
    if isinstance(value, int | float | Decimal | str):
        return float(value)
    raise TypeError(f"{value!r} is no number")


def as_text(value: Value) -> str:
    """A known value as a cast to text writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        text = value.isoformat(" ")
        return text.rstrip("0") if "." in text else text
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def as_whole(value: Value) -> int:
    """A known value as a whole number: floating point to the nearest even one, decimals and texts away from zero."""
    if isinstance(value, float):
        return round(value)
    if isinstance(value, bool | int):
        return int(value)
    return int(away_from_zero(Decimal(value.strip() if isinstance(value, str) else _number(value)), 0))


def as_decimal(value: Value, digits: int) -> Decimal:
    """A known number with so many digits after the point."""
    if isinstance(value, float):
        return EXACT.scaleb(Decimal(_half_away(value * 10.0**digits)), -digits)
    return away_from_zero(Decimal(value.strip() if isinstance(value, str) else _number(value)), digits)


def as_date(value: Value) -> date:
    """The day of a known time or text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return datetime.fromisoformat(value.strip()).date()
    raise TypeError(f"{value!r} is no day")


def as_truth(value: Value) -> bool:
    """A known value as true or false."""
    if isinstance(value, str):
        return TRUTHS[value.strip().lower()]
    return bool(value)


def away_from_zero(value: Decimal, digits: int) -> Decimal:
    """Rounded, halves away from zero; below 0 digits to tens, hundreds and so on."""
    rounded = EXACT.quantize(value, Decimal(1).scaleb(-digits))
    return EXACT.quantize(rounded, Decimal(1)) if digits < 0 else rounded


def _half_away(value: float) -> float:
    whole = math.floor(abs(value))
    return math.copysign(whole + (abs(value) - whole >= 0.5), value)


def rounded(value: Value, digits: int) -> Value:
    """A known number rounded, halves away from zero, as floating point does it where it is floating point."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return value
        power = 10.0 ** abs(digits)
        if digits < 0:
            return _half_away(value / power) * power
        found = _half_away(value * power) / power if math.isfinite(value * power) else math.nan
        return found if math.isfinite(found) else value
    if isinstance(value, Decimal):
        return away_from_zero(value, digits)
    return int(away_from_zero(Decimal(_number(value)), digits)) if digits < 0 else value


def _number(value: Value) -> int | Decimal:
    if isinstance(value, int | Decimal):
        return value
    raise TypeError(f"{value!r} is no number")


def _read_as(text: str, other: Value) -> Value:
    """A text that stands beside a value of another type."""
    if isinstance(other, bool):
        return as_truth(text)
    if isinstance(other, int):
        return as_whole(text)
    if isinstance(other, float):
        return float(text)
    if isinstance(other, Decimal):
        return Decimal(text.strip())
    found = datetime.fromisoformat(text.strip())
    return found if isinstance(other, datetime) else found.date()
