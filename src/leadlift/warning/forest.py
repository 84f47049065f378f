"""Months that are odd as a whole: an isolation forest over each customer's deviations from the own usual.

Liu, Ting and Zhou, "Isolation forest" (ICDM 2008). It learns from the month before and the mark is set there, so
that the share beyond it on the day says whether this month is odder than a usual one, instead of being odd by decree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.specs.warning import Forest

Floats = npt.NDArray[np.floating]
FARTHEST = 20.0
"""Deviations are cut off here: how absurd a value is makes no further difference."""
SAMPLE = 20_000
FEWEST = 50


@dataclass(frozen=True, eq=False)
class Odd:
    """score: (n,), 0 to 1, higher is odder; NaN for who is not judged. mark: above it a month is odd.

    part: (n, f), how much the score falls when the feature alone becomes as usual; 0 where a month is not odd.
    judged_before, odd_before: of the month before, which set the mark.
    """

    score: Floats
    mark: float
    part: Floats
    judged_before: int
    odd_before: int

    @property
    def odd(self) -> npt.NDArray[np.bool_]:
        """Whose month is odd, (n,)."""
        return np.asarray(self.score > self.mark)


def odd_months(now: Floats, before: Floats, spec: Forest) -> Odd | None:
    """Judge deviations of the day by those of the month before; None where hardly anybody is known then.

    now: (n, f), before: (m, f), NaN where unknown: counted as usual; who has none known is not judged.
    """
    from sklearn.ensemble import IsolationForest

    reference = _filled(before[_judged(before)])
    if len(reference) < FEWEST:
        return None
    rng = np.random.default_rng(spec.seed)
    learned = reference
    if len(reference) > SAMPLE:
        learned = reference[np.sort(rng.choice(len(reference), SAMPLE, replace=False))]
    forest = IsolationForest(n_estimators=spec.trees, random_state=spec.seed).fit(learned)
    usual = -forest.score_samples(reference)
    mark = float(np.quantile(usual, 1 - spec.share))
    score = np.full(len(now), np.nan)
    judged = _judged(now)
    filled = _filled(now)
    if judged.any():
        score[judged] = -forest.score_samples(filled[judged])
    part = np.zeros(now.shape)
    rows = np.flatnonzero(score > mark)
    for place in range(now.shape[1] if len(rows) else 0):
        without = filled[rows].copy()
        without[:, place] = 0.0
        part[rows, place] = np.maximum(0.0, score[rows] + forest.score_samples(without))
    return Odd(score, mark, part, len(reference), int((usual > mark).sum()))


def _judged(values: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray((~np.isnan(values)).any(axis=1))


def _filled(values: Floats) -> Floats:
    return np.clip(np.nan_to_num(values, nan=0.0), -FARTHEST, FARTHEST)
