"""The Qini curve at stated depths, to be drawn and to be paid for."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import customer_weights
from leadlift.evaluation.depth import GainsBand
from leadlift.evaluation.ranking import Floats, Ranking
from leadlift.evaluation.uplift import UpliftCurve, checked_trial


def qini_points(
    y: npt.ArrayLike,
    treated: npt.ArrayLike,
    score: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    points: int = 101,
) -> tuple[Floats, Floats]:
    """Return depths, (points,), from 0 to 1, and the Qini curve there: outcomes gained per treated customer."""
    outcome, group, own = checked_trial(y, treated, np.zeros(len(np.asarray(y))), weight)
    curve = UpliftCurve.of(Ranking.of(score), outcome, group, own)
    depths = np.linspace(0.0, 1.0, points)
    return depths, np.interp(depths, curve.depth(), curve.gained())


def uplift_band(
    y: npt.ArrayLike,
    treated: npt.ArrayLike,
    score: npt.ArrayLike,
    customer: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    resamples: int = 100,
    points: int = 51,
) -> GainsBand:
    """Return the Qini curve, outcomes gained per customer by share contacted, with bootstrap intervals by customer.

    Resamples without treated customers or without controls are left out. Raises ValueError when the rows have not both.
    """
    outcome, group, own = checked_trial(y, treated, customer, weight)
    ranking, shares = Ranking.of(score), np.linspace(0.0, 1.0, points)

    def gained(drawn: Floats) -> Floats:
        curve = UpliftCurve.of(ranking, outcome, group, own * drawn)
        return np.interp(shares, curve.depth(), curve.gained())

    whole, curves = gained(np.ones(len(outcome))), []
    for drawn in customer_weights(customer, resamples, 0):
        with suppress(ValueError):
            curves.append(gained(drawn))
    low, high = np.quantile(np.array(curves), [0.025, 0.975], axis=0)
    return GainsBand(shares, whole, low, high)
