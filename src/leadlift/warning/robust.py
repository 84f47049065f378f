"""Behaviour against the customer's own past, by median and MAD: one wild month among the past moves neither.

The distance is (value - median) / (1.4826 MAD) of the customer's own earlier months; 1.4826 makes the MAD of a normal
distribution its standard deviation (Rousseeuw and Croux, "Alternatives to the median absolute deviation", 1993). Where
more than half of the months are alike the MAD is 0, and 1.2533 times the mean absolute deviation stands for it
(Iglewicz and Hoaglin, "How to detect and handle outliers", 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
TO_SIGMA, MEAN_TO_SIGMA = 1.4826, 1.2533
FLOOR = 0.25
"""Of a feature's usual spread among all customers: nobody's own spread counts as less. Who never varied at all would
otherwise be infinitely unusual at the first change."""
AT_ONCE = 100_000


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual for each customer, all (n, f): NaN where too few months are known."""

    median: Floats
    spread: Floats


def usual_of(past: Floats, least: int) -> Usual:
    """Median and spread of each customer's own months.

    past: (n, m, f), NaN where unknown. least: who is known for fewer months has no usual. A spread is at least FLOOR
    times the median spread of those who vary; NaN where nobody does.
    """
    customers, _, features = past.shape
    median = np.full((customers, features), np.nan)
    spread = np.full((customers, features), np.nan)
    for start in range(0, customers, AT_ONCE):
        part = past[start : start + AT_ONCE].astype(np.float64)
        known = (~np.isnan(part)).sum(axis=1)
        middle = _median(part)
        apart = np.abs(part - middle[:, None, :])
        width = TO_SIGMA * _median(apart)
        mean = MEAN_TO_SIGMA * np.nansum(apart, axis=1) / np.maximum(known, 1)
        width = np.where(width == 0, mean, width)
        short = known < least
        middle[short], width[short] = np.nan, np.nan
        median[start : start + AT_ONCE], spread[start : start + AT_ONCE] = middle, width
    return Usual(median, _floored(spread))


def deviations(now: Floats, usual: Usual) -> Floats:
    """How many robust standard deviations each value lies from the customer's own median, (n, f); NaN where unknown."""
    told: Floats = (now - usual.median) / usual.spread
    return told


def _median(values: Floats) -> Floats:
    """Of the known values along the middle axis, (n, f); NaN where none is."""
    ordered = np.sort(values, axis=1)  # NaN last
    known = (~np.isnan(values)).sum(axis=1)
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    last = values.shape[1] - 1
    lower = np.take_along_axis(ordered, np.minimum(low, last)[:, None, :], axis=1)[:, 0, :]
    upper = np.take_along_axis(ordered, np.minimum(high, last)[:, None, :], axis=1)[:, 0, :]
    told = (lower + upper) / 2
    told[known == 0] = np.nan
    return np.asarray(told, dtype=np.float64)


def _floored(spread: Floats) -> Floats:
    told = spread.copy()
    for place in range(spread.shape[1]):
        varying = spread[:, place][spread[:, place] > 0]
        floor = FLOOR * float(np.median(varying)) if len(varying) else np.nan
        column = told[:, place]
        column[column < floor] = floor
        if np.isnan(floor):
            column[:] = np.nan
    return told
