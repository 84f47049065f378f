"""What sellers see of an expected amount: money from what the trees say, and a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from leadlift.models.bands import Bands, open_ended
from leadlift.names import amount_said

Floats = npt.NDArray[np.float64]

TIMES_AVERAGE = (4.0, 2.0, 1.0, 0.5)
A_BIN, MOST_BINS = 50, 20
"""So many cases with an amount make a bin of the calibration, and so many bins at most."""


@dataclass(frozen=True)
class Amounts:
    """From the logarithm of an amount, as trees say it, to the amount to be expected, in the units of the outcome.

    said, found: (n_points,), rising and never falling: amounts that trees said, and what cases like these brought.
    Straight lines lie between the points and from 0 to the first; beyond the last amounts stay in proportion.
    """

    said: tuple[float, ...]
    found: tuple[float, ...]
    kind: ClassVar[str] = "amount"

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the expected amounts of raw outputs, same shape; none is below 0."""
        told = np.exp(np.minimum(np.asarray(raw, dtype=np.float64), 700.0))
        between = np.interp(told, (0.0, *self.said), (0.0, *self.found))
        return np.where(told > self.said[-1], told * (self.found[-1] / self.said[-1]), between)

    def moved(self, shift: float) -> Amounts:
        """See Calibrator: raises ValueError, since an amount has no log-odds."""
        raise ValueError(f"an amount is no chance: its log-odds cannot be moved by {shift}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {"kind": self.kind, "said": list(self.said), "found": list(self.found)}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        return cls(tuple(saved["said"]), tuple(saved["found"]))


def fit_amounts(raw: npt.ArrayLike, y: npt.ArrayLike) -> Amounts:
    """Calibrate on cases that the trees were not grown on: totals of bins, and so of all, are as they were found.

    raw: (n,), logarithms of amounts. y: (n,), amounts of 0 and more, some above 0. Bins hold
    equal shares of cases and of the money that trees expect, both counting half, since few cases bring most of it; bins
    that fall are pooled (isotonic regression).
    """
    from sklearn.isotonic import isotonic_regression

    said, amount = np.exp(np.asarray(raw, dtype=np.float64)), np.asarray(y, dtype=np.float64)
    order = np.argsort(said, kind="stable")
    said, amount = said[order], amount[order]
    bins = int(np.clip(np.count_nonzero(amount) // A_BIN, 1, MOST_BINS))
    share = (np.cumsum(said) / said.sum() + np.arange(1, len(said) + 1) / len(said)) / 2.0
    place = np.minimum((share * bins).astype(np.intp), bins - 1)
    cases = np.bincount(place, minlength=bins)
    held = cases > 0
    mean_said, mean_found = (
        np.bincount(place, weights=values, minlength=bins)[held] / cases[held] for values in (said, amount)
    )
    risen = isotonic_regression(mean_found, sample_weight=cases[held])
    points, first = np.unique(mean_said, return_index=True)
    plain = Amounts(tuple(points.tolist()), tuple(risen[first].tolist()))
    times = float(amount.sum() / plain(np.log(said)).sum())
    return Amounts(plain.said, tuple(times * one for one in plain.found))


@dataclass(frozen=True)
class AmountBands(Bands):
    """Intervals of the expected amount, which stay the same from list to list.

    base_rate: the average amount they were cut from. floors: of A, B, C and D: 4, 2, 1 and 0.5 times the average.
    """

    @classmethod
    def from_average(cls, average: float) -> Self:
        """Cut at the multiples of the average amount, above 0."""
        return cls(average, tuple(times * average for times in TIMES_AVERAGE))

    def describe(self, language: str = "en") -> dict[str, str]:
        """Return each letter's interval as people read it."""
        return open_ended([amount_said(floor) for floor in self.floors], language)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {**super().to_dict(), "kind": "amount"}
