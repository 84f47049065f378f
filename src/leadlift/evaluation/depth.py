"""How deep to contact: the gains curve with its interval, and what each depth earns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import customer_weights
from leadlift.evaluation.ranking import Curve, Floats, Ranking


@dataclass(frozen=True, eq=False)
class GainsBand:
    """What is found by share contacted, with the ends of 95 % intervals; all (n_points,).

    found: of responders, or of all money, shares of 1; of an effect, outcomes gained per customer.
    """

    shares: Floats
    found: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Profit:
    """Money earned by share contacted, per 1,000 customers, (n_points,), with the ends of 95 % intervals.

    best: the share that earned most; earned: what it earned. 0 and 0 where contacting nobody is best.
    """

    shares: Floats
    money: Floats
    low: Floats
    high: Floats
    best: float
    earned: float


def gains_band(
    y: npt.ArrayLike, score: npt.ArrayLike, customer: npt.ArrayLike, resamples: int = 100, points: int = 51
) -> GainsBand:
    """Return the gains curve with percentile bootstrap intervals by customer.

    y: (n,), 0 or 1, or amounts of 0 and more. score: (n,), what ranks. customer: (n,), whose row it is. Raises
    ValueError when nobody responded.
    """
    actual, ranking = np.asarray(y, dtype=np.float64), Ranking.of(score)
    if not actual.sum() > 0:
        raise ValueError("nobody responded: there is nothing to find")
    shares = np.linspace(0.0, 1.0, points)
    found = _gains(Curve.of(ranking, actual, np.ones(len(actual))), shares)
    drawn = [Curve.of(ranking, actual, weight) for weight in customer_weights(customer, resamples, 0)]
    curves = np.array([_gains(curve, shares) for curve in drawn if curve.responders[-1] > 0])
    low, high = np.quantile(curves, [0.025, 0.975], axis=0)
    return GainsBand(shares, found, low, high)


def profit(band: GainsBand, base_rate: float, value: float, cost: float) -> Profit:
    """Return what contacting the best share earns: value x responders found - cost x customers contacted.

    base_rate: responders over customers; the mean amount where amounts are found, 1 where outcomes gained are.
    value: of one response, or of one unit of the amount. cost: of one contact. Intervals are those of what is found;
    the base rate is taken as it is.
    """
    per = 1000.0
    money, low, high = (
        per * (value * base_rate * found - cost * band.shares) for found in (band.found, band.low, band.high)
    )
    best = int(np.argmax(money))
    return Profit(band.shares, money, low, high, float(band.shares[best]), float(money[best]))


def _gains(curve: Curve, shares: Floats) -> Floats:
    at = np.interp(shares * curve.customers[-1], curve.customers, curve.responders)
    gains: Floats = at / curve.responders[-1]
    return gains
