"""Features as a table of small numbers that the compiled pass follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from leadlift.features.tiles.measures import Measures, spelled
from leadlift.specs import FeatureDef

NO_WINDOW = np.int32(2**31 - 1)
EPOCH = date(1970, 1, 1)
# the order of the compiled pass's branches
KINDS = (
    "count", "days_since_last", "days_since_first", "sum", "mean", "min", "max", "std", "distinct", "last", "first",
    "value_ago", "change", "slope",
)  # fmt: skip
WITHOUT_VALUE = ("count", "days_since_last", "days_since_first")
# these come out as whole numbers
WHOLE = ("count", "distinct", "days_since_last", "days_since_first")
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Program:
    """Instructions in the order of condition, value and window, and where each group of them begins.

    ops: (n, 4): kind, window in days, place of its months, output column. groups: (m, 5): condition (-1: none),
    value (-1: none), first and last + 1 of its ops, and what else they need (1: spread, 2: different values).
    months: what value_ago and change look back, each once. longest: the age in days beyond which no row counts;
    NO_WINDOW when rows of any age may.
    """

    features: tuple[FeatureDef, ...]
    ops: Ints
    groups: Ints
    months: tuple[int, ...]
    longest: int


def program(features: Sequence[FeatureDef], measures: Measures) -> Program:
    """The instructions for these features over rows that hold these measures."""
    conditions = {text: place for place, (text, _) in enumerate(measures.conditions)}
    values = {value.text: place for place, value in enumerate(measures.values)}
    months = tuple(sorted({f.spec.months for f in features if f.spec.months is not None}))
    rows = []
    for out, feature in enumerate(features):
        agg = str(feature.spec.agg)
        condition = conditions[spelled(feature.where)] if feature.where is not None else -1
        value = values[spelled(feature.of)] if feature.of is not None and agg not in WITHOUT_VALUE else -1
        window = feature.window if feature.window is not None else int(NO_WINDOW)
        back = months.index(feature.spec.months) if feature.spec.months is not None else -1
        rows.append((condition, value, window, KINDS.index(agg), back, out))
    rows.sort()
    ops = np.array([(kind, window, back, out) for _, _, window, kind, back, out in rows], dtype=np.int32)
    return Program(tuple(features), ops.reshape(-1, 4), _groups(rows), months, _longest(features))


def day(of: date) -> int:
    """Days since 1970-01-01."""
    return (of - EPOCH).days


def months_before(as_of: date, months: int) -> date:
    """The same day so many months before, or the month's last day where it has no such day."""
    year, month = divmod(as_of.year * 12 + as_of.month - 1 - months, 12)
    next_month = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(as_of.day, (next_month - timedelta(days=1)).day))


def backs(days: Sequence[date], months: Sequence[int]) -> Ints:
    """For each as-of date and each number of months, the day so long before, (n_days, n_months)."""
    table = [[day(months_before(as_of, back)) for back in months] for as_of in days]
    return np.array(table, dtype=np.int32).reshape(len(days), len(months))


def _groups(rows: Sequence[tuple[int, ...]]) -> Ints:
    found: dict[tuple[int, int], list[int]] = {}
    for place, row in enumerate(rows):
        found.setdefault((row[0], row[1]), []).append(place)
    told = []
    for (condition, value), at in found.items():
        kinds = {KINDS[rows[place][3]] for place in at}
        more = ("std" in kinds) + 2 * ("distinct" in kinds)
        told.append((condition, value, at[0], at[-1] + 1, more))
    return np.array(told, dtype=np.int32).reshape(-1, 5)


def _longest(features: Sequence[FeatureDef]) -> int:
    windows = [feature.window for feature in features]
    given = [window for window in windows if window is not None]
    return max(given) if given and len(given) == len(windows) else int(NO_WINDOW)
