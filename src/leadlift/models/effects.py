"""What sellers see of an effect: the added chance or amount it is worth, and a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from leadlift.models.amounts import AmountBands
from leadlift.models.bands import RANGES, Bands, open_ended
from leadlift.names import amount_said

Floats = npt.NDArray[np.float64]

TIMES_AVERAGE = (2.0, 1.0, 0.5)


@dataclass(frozen=True)
class Straight:
    """A straight line from what the trees say to the effect to be expected, in the units of the outcome.

    The best linear predictor of the effect (Chernozhukov et al., 2018). slope: 1 where the trees tell the size of
    differences rightly, below 1 where they overstate them, 0 where no differences are found; never below 0.
    """

    slope: float
    intercept: float
    kind: ClassVar[str] = "effect"

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the expected effects, same shape; they may be negative."""
        return self.slope * np.asarray(raw, dtype=np.float64) + self.intercept

    def moved(self, shift: float) -> Straight:
        """See Calibrator: raises ValueError, since an effect has no log-odds."""
        raise ValueError(f"an effect is no chance: its log-odds cannot be moved by {shift}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, fit for JSON."""
        return {"kind": self.kind, "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class Heterogeneity:
    """Whether effects differ between customers as the trees say: the line, and its slope's 95 % interval."""

    line: Straight
    slope: float
    low: float
    high: float


def effect_line(raw: npt.ArrayLike, pseudo: npt.ArrayLike, average: float) -> Heterogeneity:
    """Fit doubly robust scores to what the trees say, of cases that the trees never saw.

    raw, pseudo: (n,). average: the mean effect of all, which the line meets at the mean of `raw`. The interval is of
    least squares with errors that need not be alike (White, 1980). Trees that say the same of everyone get slope 0.
    """
    told, score = np.asarray(raw, dtype=np.float64), np.asarray(pseudo, dtype=np.float64)
    middle = told - told.mean()
    spread = float(middle @ middle)
    if says_the_same(told):
        return Heterogeneity(Straight(0.0, average), 0.0, 0.0, 0.0)
    slope = float(middle @ score) / spread
    left = score - score.mean() - slope * middle
    error = float(np.sqrt(np.square(middle * left).sum())) / spread
    kept = max(0.0, slope)
    line = Straight(kept, average - kept * float(told.mean()))
    return Heterogeneity(line, slope, slope - 1.959964 * error, slope + 1.959964 * error)


def says_the_same(raw: Floats) -> bool:
    """Whether trees say the same of everyone: no slope can be fitted."""
    middle = raw - raw.mean()
    return float(middle @ middle) < 1e-12 * max(1.0, len(raw))


@dataclass(frozen=True)
class EffectBands(Bands):
    """Intervals of the expected effect, which stay the same from list to list.

    base_rate: the average effect they were cut from. floors: of A, B, C and D, falling: twice, once and half the
    average effect, and 0. So E are those whom the contact is expected to put off. share: whether effects are chances.
    """

    share: bool = True

    @classmethod
    def from_effect(cls, average: float, share: bool) -> Self:
        """Cut at the multiples of the average effect's size; of its size, since a harmful contact has bands too."""
        size = max(abs(average), 1e-9)
        return cls(average, (*(times * size for times in TIMES_AVERAGE), 0.0), share)

    def describe(self, language: str = "en") -> dict[str, str]:
        """Return each letter's interval as people read it."""
        return open_ended([self._said(floor, language) for floor in self.floors], language)

    def _said(self, effect: float, language: str) -> str:
        points = RANGES[language]["points"]
        return points.format(points=f"{100 * effect:.2f}") if self.share else amount_said(effect)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {**super().to_dict(), "kind": "effect", "share": self.share}


def bands_from_dict(saved: Mapping[str, Any]) -> Bands:
    """Return what `to_dict` described, of chances, of effects or of amounts."""
    if saved.get("kind") == "amount":
        return AmountBands(saved["base_rate"], tuple(saved["floors"]))
    if saved.get("kind") == "effect":
        return EffectBands(saved["base_rate"], tuple(saved["floors"]), saved["share"])
    return Bands.from_dict(saved)
