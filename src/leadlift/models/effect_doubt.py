"""How far what a list adds may be from what an uplift model promises: chance, and a line learned from few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from leadlift.models.calibrators import Calibrator
from leadlift.models.doubt import METHODS, Expected
from leadlift.models.effects import says_the_same

Floats = npt.NDArray[np.float64]

Z = 1.959964
# So many cases make a group of the calibration, and so many groups at most.
A_GROUP, MOST_GROUPS = 200, 10


@dataclass(frozen=True)
class EffectDoubt:
    """What is not known of an uplift model's promise, frozen with the model.

    middle: the raw output at which the line meets the average effect. level, slope, both: variances of the average
    effect and of the slope, and their covariance. raw: (n_groups,), mean raw outputs of groups of calibration cases,
    rising. spread: (n_groups,), variance of what the contact adds for one customer of the group. without: (n_groups,),
    mean outcome without the contact. Groups are joined by straight lines, level beyond the ends. cases: how many of the
    experiment the average is of.
    """

    middle: float
    level: float
    slope: float
    both: float
    raw: tuple[float, ...]
    spread: tuple[float, ...]
    without: tuple[float, ...]
    cases: int
    kind: ClassVar[str] = "effect"

    def expected(self, line: Calibrator, raw: npt.ArrayLike, holds: npt.ArrayLike = 1.0) -> Expected:
        """Return what contacting customers with these raw outputs, (n,), should add, one row a customer.

        holds: (n,) or one number in [0, 1], the share of the effect that is left on the customer's channel. By the
        normal limit. What a customer does with the contact and without it count as independent, which is the most that
        chance can do unless the two exclude each other.
        """
        score = np.asarray(raw, dtype=np.float64)
        kept = np.broadcast_to(np.asarray(holds, dtype=np.float64), score.shape)
        effect = line(score)
        count, away = float(kept.sum()), float(kept @ (score - self.middle))
        learned = count**2 * self.level + 2 * count * away * self.both + away**2 * self.slope
        chance = kept * np.interp(score, self.raw, self.spread) + kept * (1 - kept) * effect**2
        half = Z * float(np.sqrt(max(0.0, learned) + chance.sum()))
        value = float(kept @ effect)
        return Expected(value, value - half, value + half)

    def outcome_without(self, raw: npt.ArrayLike) -> Floats:
        """Return the mean outcome of customers with these raw outputs, (n,), when they are not contacted."""
        return np.asarray(np.interp(np.asarray(raw), self.raw, self.without), dtype=np.float64)

    def method(self, language: str = "en") -> str:
        """How the interval is found, in words of a language."""
        return METHODS[language]["added"].format(cases=f"{self.cases:,}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        told: dict[str, Any] = {
            name: tuple(one) if isinstance(one, list) else one
            for name, one in saved.items()
            if name != "kind"
        }
        return cls(**told)


@dataclass(frozen=True, eq=False)
class EffectEvidence:
    """The cases that an effect's line was learned from.

    pseudo, customer: (n,), doubly robust scores of all cases before the test and whose they are. calibrates: (n,),
    whether the slope was fitted to the case. raw, spread, without: (n_calibrates,), what the trees say of those, and
    each one's own estimate of the variance of what the contact adds and of the outcome without it.
    """

    pseudo: Floats
    customer: npt.NDArray[np.intp]
    calibrates: npt.NDArray[np.bool_]
    raw: Floats
    spread: Floats
    without: Floats


def effect_doubt_of(slope: float, seen: EffectEvidence) -> EffectDoubt:
    """Measure the errors of the average effect and of the slope (White, 1980), customers as clusters.

    slope: of the line that was kept.
    """
    cases = len(seen.pseudo)
    middle = float(seen.raw.mean())
    away = seen.raw - middle
    share = (seen.pseudo - seen.pseudo.mean()) / cases
    share[seen.calibrates] -= slope * away / len(away)
    tilt = np.zeros(cases)
    if not says_the_same(seen.raw):
        score = seen.pseudo[seen.calibrates]
        tilt[seen.calibrates] = away * (score - score.mean() - slope * away) / float(away @ away)
    of_level, of_slope = (np.bincount(seen.customer, one) for one in (share, tilt))
    groups = _groups(seen.raw)
    raw, spread, without = (
        [float(of[groups == one].mean()) for one in np.unique(groups)]
        for of in (seen.raw, seen.spread, seen.without)
    )
    return EffectDoubt(
        middle,
        float(of_level @ of_level),
        float(of_slope @ of_slope),
        float(of_level @ of_slope),
        tuple(raw),
        tuple(spread),
        tuple(without),
        cases,
    )


def _groups(raw: Floats) -> npt.NDArray[np.intp]:
    """The group of each case: about equal numbers, rising, and never parted where trees say the same."""
    wanted = int(np.clip(len(raw) // A_GROUP, 1, MOST_GROUPS))
    if says_the_same(raw):
        return np.zeros(len(raw), dtype=np.intp)
    _, place, counts = np.unique(raw, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts / 2
    return np.asarray((before * wanted / len(raw)).astype(np.intp)[place])
