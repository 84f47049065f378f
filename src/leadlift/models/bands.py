"""What sellers see of a score: a letter for the chance, and a place among known customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from leadlift.names import BANDS

MULTIPLES = (4.0, 2.0, 1.0, 0.5)
RANGES = {
    "en": {
        "between": "{low} to {high}",
        "from": "from {low}",
        "below": "below {high}",
        "points": "{points} points",
    },
    "zh": {
        "between": "{low} 至 {high}",
        "from": "{low}及以上",
        "below": "低于 {high}",
        "points": "{points} 个百分点",
    },
}
"""How an interval is said, in the languages of lists."""


def open_ended(floors: Sequence[str], language: str) -> dict[str, str]:
    """Each letter's interval where A has no upper end and E no lower one. floors: of A to D, as people read them."""
    words = RANGES[language]
    texts = [words["between"].format(low=low, high=high) for high, low in pairwise(floors)]
    first, last = words["from"].format(low=floors[0]), words["below"].format(high=floors[-1])
    return dict(zip(BANDS, [first, *texts, last], strict=True))


@dataclass(frozen=True)
class Bands:
    """Intervals of probability, A (likeliest) to E, which stay the same from list to list.

    base_rate: share of responders they were cut from, in (0, 1). floors: the lowest probability of A, B, C
    and D, falling; a band includes its floor. E is what lies below.
    """

    base_rate: float
    floors: tuple[float, ...]

    @classmethod
    def from_base_rate(cls, base_rate: float) -> Self:
        """Cut at 4, 2, 1 and 0.5 times the base rate.

        Where so many respond that a multiple k would near or pass certainty, the floor is the probability at
        which *not* responding is k times rarer than usual: so A can be reached at any base rate.
        Raises ValueError for a base rate outside (0, 1).
        """
        if not 0.0 < base_rate < 1.0:
            raise ValueError(f"base_rate must be in (0, 1), is {base_rate}")
        return cls(
            base_rate,
            tuple(
                min(k * base_rate, 1.0 - (1.0 - base_rate) / k) if k > 1 else k * base_rate for k in MULTIPLES
            ),
        )

    def of(self, probability: npt.ArrayLike) -> npt.NDArray[np.str_]:
        """Return the letters of calibrated probabilities, same shape. Raises ValueError for NaN."""
        letters: npt.NDArray[np.str_] = np.array(BANDS)[self.places_of(probability)]
        return letters

    def places_of(self, probability: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Return each letter's place in the alphabet, A is 0, same shape. Raises ValueError for NaN."""
        values = np.asarray(probability, dtype=np.float64)
        if np.isnan(values).any():
            raise ValueError("a probability is NaN")
        reached = np.searchsorted(np.sort(self.floors), values, side="right")
        return (len(BANDS) - 1 - reached).astype(np.int8)

    def describe(self, language: str = "en") -> dict[str, str]:
        """Return each letter's interval as people read it."""
        between = RANGES[language]["between"]
        ends = [f"{end:.2%}" for end in (1.0, *self.floors, 0.0)]
        texts = [between.format(low=low, high=high) for high, low in pairwise(ends)]
        return dict(zip(BANDS, texts, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {"base_rate": self.base_rate, "floors": list(self.floors)}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        return cls(saved["base_rate"], tuple(saved["floors"]))


@dataclass(frozen=True)
class ReferencePercentiles:
    """A customer's place among the customers of a stated reference population.

    population: its name, for people ("out-of-time customers, 2026-01 to 2026-03").
    cuts: (99,), raw scores, rising.
    """

    population: str
    cuts: tuple[float, ...]

    @classmethod
    def from_scores(cls, score: npt.ArrayLike, population: str) -> Self:
        """Freeze the places of the population's raw scores, (n,). Raises ValueError for no scores or NaN."""
        ordered = np.sort(np.asarray(score, dtype=np.float64))
        if len(ordered) == 0 or np.isnan(ordered[-1]):
            raise ValueError(f"percentiles need scores without NaN, got {len(ordered)}")
        # The last customer of each lower hundredth, in whole numbers: 0.07 * 100 is not 7 in floating point.
        last = -(-np.arange(1, 100) * len(ordered) // 100) - 1
        return cls(population, tuple(ordered[last].tolist()))

    def of(self, score: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Return percentiles 1 to 100, 100 the likeliest, of raw scores, same shape.

        Percentile p says that at least p - 1 % of the reference population scored strictly lower; equal
        scores get equal percentiles. Raises ValueError for NaN.
        """
        values = np.asarray(score, dtype=np.float64)
        if np.isnan(values).any():
            raise ValueError("a score is NaN")
        return (np.searchsorted(self.cuts, values, side="left") + 1).astype(np.int8)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {"population": self.population, "cuts": list(self.cuts)}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        return cls(saved["population"], tuple(saved["cuts"]))
