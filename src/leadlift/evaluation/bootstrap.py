"""How far a number could have come out otherwise, had the bank had other customers like these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Measure = Callable[[Floats], dict[str, float]]

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A number and the ends of its 95 % interval; `value` is of the rows as they are.

    value is NaN where the rows leave the number undefined; low and high where more than half of the resamples do.
    """

    value: float
    low: float
    high: float


def estimates(measure: Measure, customer: npt.ArrayLike, resamples: int, seed: int) -> dict[str, Estimate]:
    """Return what `measure` says of the rows as they are, with percentile bootstrap intervals by customer.

    measure: from row weights, (n,), to named numbers; NaN for one that is undefined, ValueError where all are.
    customer: (n,), whose row it is: all rows of a customer are drawn together, since they are alike. Each customer
    counts Poisson(1) times (Chamandy et al., 2012). Of each number the resamples that leave it undefined are left out.
    """
    values = measure(np.ones(len(np.asarray(customer))))
    drawn = [_or_none(measure, weight) for weight in customer_weights(customer, resamples, seed)]
    told = [numbers for numbers in drawn if numbers is not None]
    return {
        name: _of_defined(value, np.array([numbers[name] for numbers in told], dtype=np.float64), resamples)
        for name, value in values.items()
    }


def _of_defined(value: float, drawn: Floats, resamples: int) -> Estimate:
    defined = drawn[~np.isnan(drawn)]
    if 2 * len(defined) < max(resamples, 1):
        return Estimate(value, np.nan, np.nan)
    return interval(value, defined)


def interval(value: float, drawn: Floats) -> Estimate:
    """Return the value with the middle 95 % of what the resamples gave, (n_resamples,)."""
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return Estimate(float(value), float(low), float(high))


def customer_weights(customer: npt.ArrayLike, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield row weights, (n,), one array a resample; equal seeds give equal weights."""
    rng = np.random.default_rng(seed)
    names, row = np.unique(np.asarray(customer), return_inverse=True)
    for _ in range(resamples):
        yield rng.poisson(1.0, len(names)).astype(np.float64)[row]


def _or_none(measure: Measure, weight: Floats) -> dict[str, float] | None:
    try:
        return measure(weight)
    except ValueError:
        return None
