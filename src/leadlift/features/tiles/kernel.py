"""The compiled pass: one customer and one as-of date at a time, every feature from rows that lie side by side.

The rows of a customer come in the order of days. For each condition the rows that count are listed once, newest
first; a window is then a beginning of that list, so that windows share all work and counts cost nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]
(COUNT, SINCE_LAST, SINCE_FIRST, SUM, MEAN, MIN, MAX, STD, DISTINCT, LAST, FIRST, AGO, CHANGE, SLOPE) = range(
    14
)
DAYS_PER_SLOPE = 30.0
# what a group of instructions needs besides counts, sums and ends
SPREAD, APART = 1, 2


@njit(nogil=True, cache=True, error_model="numpy")
def evaluate(
    as_of: Array, date_of: Array, place: Array,
    start: Array, day: Array, known: Array, until: Array, at: Array, bits: Array, values: Array,
    scale: Array, groups: Array, ops: Array, backs: Array, longest: int, most: int, out: Array,
) -> None:  # fmt: skip
    """Fill `out`, (n_features, n_rows), NaN for unknown.

    as_of, date_of, place: (n_rows,): the day, its place among the dates, and the customer's place in `start`, -1 for
    one without rows. start: (n_customers + 1,): where each one's rows begin. day, known, until: (n,), days; until and
    at may be empty. bits: (n, n_words). values: (n_values, n), NaN for unknown. scale: (n_values,), what values are
    divided by. most: rows of the customer who has most.
    """
    listed, seen = np.empty(most, np.int32), np.empty(most, np.int32)
    sort = np.empty(most, np.float64)
    for row in range(len(as_of)):
        today, customer = as_of[row], place[row]
        visible = 0
        if customer >= 0:
            visible = _visible(today, start[customer], start[customer + 1], day, known, until, longest, seen)
        condition, count = -2, 0
        for group in range(len(groups)):
            if groups[group, 0] != condition:
                condition = groups[group, 0]
                count = _listed(condition, seen, visible, bits, listed)
            value, first, last, more = groups[group, 1], groups[group, 2], groups[group, 3], groups[group, 4]
            if value < 0:
                _counted(today, listed, count, day, ops, first, last, out, row)
            else:
                _valued(
                    today, listed, count, day, at, values[value], scale[value], ops, first, last, more,
                    backs[date_of[row]], sort, out, row,
                )  # fmt: skip


@njit(nogil=True, cache=True, inline="always")
def _visible(
    today: int, first: int, last: int, day: Array, known: Array, until: Array, longest: int, seen: Array
) -> int:
    """The rows that had happened before the day, were known on it and not yet replaced; newest first."""
    count = 0
    for row in range(last - 1, first - 1, -1):
        if day[row] >= today or known[row] > today:
            continue
        if today - day[row] > longest:
            break
        if len(until) and until[row] <= today:
            continue
        seen[count] = row
        count += 1
    return count


@njit(nogil=True, cache=True, inline="always")
def _listed(condition: int, seen: Array, visible: int, bits: Array, listed: Array) -> int:
    if condition < 0:
        for place in range(visible):
            listed[place] = seen[place]
        return visible
    word, bit = condition // 62, condition % 62
    count = 0
    for place in range(visible):
        row = seen[place]
        # without a branch: whether a row counts is not to be foreseen
        listed[count] = row
        count += (bits[row, word] >> bit) & 1
    return count


@njit(nogil=True, cache=True, inline="always")
def _counted(
    today: int, listed: Array, count: int, day: Array, ops: Array, first: int, last: int, out: Array, row: int
) -> None:
    inside = 0
    for op in range(first, last):
        while inside < count and today - day[listed[inside]] <= ops[op, 1]:
            inside += 1
        kind, column = ops[op, 0], ops[op, 3]
        if kind == COUNT:
            out[column, row] = inside
        elif inside == 0:
            out[column, row] = np.nan
        else:
            of = listed[0] if kind == SINCE_LAST else listed[inside - 1]
            out[column, row] = today - day[of]


@njit(nogil=True, cache=True, inline="always")
def _valued(
    today: int, listed: Array, count: int, day: Array, at: Array, value: Array, scale: float,
    ops: Array, first: int, last: int, more: int, back: Array, sort: Array, out: Array, row: int,
) -> None:  # fmt: skip
    inside, n, different = 0, 0, 0
    total, low, high, mean, square = 0.0, np.inf, -np.inf, 0.0, 0.0
    for op in range(first, last):
        while inside < count and today - day[listed[inside]] <= ops[op, 1]:
            x = value[listed[inside]]
            inside += 1
            if not np.isnan(x):
                n += 1
                total += x
                low, high = min(low, x), max(high, x)
                if more & SPREAD:  # a division for each row: only where it is asked for
                    away = x - mean
                    mean += away / n
                    square += away * (x - mean)
                if more & APART:
                    different = _inserted(sort, different, x)
        kind, column = ops[op, 0], ops[op, 3]
        if kind == SUM:
            out[column, row] = total / scale
        elif kind == DISTINCT:
            out[column, row] = different
        elif n == 0:
            out[column, row] = np.nan
        elif kind == MEAN:
            out[column, row] = total / n / scale
        elif kind == MIN:
            out[column, row] = low / scale
        elif kind == MAX:
            out[column, row] = high / scale
        elif kind == STD:
            out[column, row] = np.sqrt(square / (n - 1)) / scale if n > 1 else np.nan
        elif kind == LAST:
            out[column, row] = _latest(value, listed, inside, day, at, today) / scale
        elif kind == FIRST:
            out[column, row] = _earliest(value, listed, inside, day, at) / scale
        elif kind == AGO:
            out[column, row] = _latest(value, listed, inside, day, at, back[ops[op, 2]]) / scale
        elif kind == CHANGE:
            now = _latest(value, listed, inside, day, at, today) / scale
            out[column, row] = now - _latest(value, listed, inside, day, at, back[ops[op, 2]]) / scale
        elif kind == SLOPE:
            out[column, row] = _slope(value, listed, inside, day, today) / scale


@njit(nogil=True, cache=True, inline="always")
def _inserted(found: Array, different: int, x: float) -> int:
    """How many different values there are with this one; `found` holds them in order."""
    low, high = 0, different
    while low < high:
        middle = (low + high) >> 1
        if found[middle] < x:
            low = middle + 1
        else:
            high = middle
    if low < different and found[low] == x:
        return different
    for place in range(different, low, -1):
        found[place] = found[place - 1]
    found[low] = x
    return different + 1


@njit(nogil=True, cache=True, inline="always")
def _latest(value: Array, listed: Array, inside: int, day: Array, at: Array, before: int) -> float:
    """The value of the latest row before a day that has one; of rows at the same time the largest."""
    best, found = -1, np.nan
    for place in range(inside):
        row = listed[place]
        x = value[row]
        if day[row] >= before or np.isnan(x):
            continue
        if best >= 0 and day[row] < day[best]:
            break
        if best < 0 or at[row] > at[best] or (at[row] == at[best] and x > found):
            best, found = row, x
    return found


@njit(nogil=True, cache=True, inline="always")
def _earliest(value: Array, listed: Array, inside: int, day: Array, at: Array) -> float:
    """The value of the earliest row that has one; of rows at the same time the smallest."""
    best, found = -1, np.nan
    for place in range(inside - 1, -1, -1):
        row = listed[place]
        x = value[row]
        if np.isnan(x):
            continue
        if best >= 0 and day[row] > day[best]:
            break
        if best < 0 or at[row] < at[best] or (at[row] == at[best] and x < found):
            best, found = row, x
    return found


@njit(nogil=True, cache=True, error_model="numpy")
def _slope(value: Array, listed: Array, inside: int, day: Array, today: int) -> float:
    """Least squares over the days, in units per 30 days; unknown where all rows stand on one day."""
    n, x_mean, y_mean, xx, xy = 0, 0.0, 0.0, 0.0, 0.0
    for place in range(inside):
        y = value[listed[place]]
        if np.isnan(y):
            continue
        x = (day[listed[place]] - today) / DAYS_PER_SLOPE
        n += 1
        away = x - x_mean
        x_mean += away / n
        y_mean += (y - y_mean) / n
        xx += away * (x - x_mean)
        xy += away * (y - y_mean)
    return xy / xx if xx > 0.0 else np.nan
