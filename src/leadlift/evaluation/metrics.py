"""What a score is worth, one number each. Plain functions of arrays.

Everywhere: y is (n,), 0 or 1, who responded. score is (n,), higher is likelier; only its order counts.
probability is (n,), in [0, 1]. weight is (n,), not negative, how often each row counts (once, when absent).
Customers with equal scores are one group: a cut through it takes each of them in proportion. Where a metric
is undefined it raises ValueError rather than return a number.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.ranking import Curve, Floats, Ranking

BINS = 10
# As scikit-learn does: a chance of exactly 0 or 1 that proves wrong costs much, not infinitely much.
SMALLEST = float(np.finfo(np.float64).eps)


def auc(y: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """Chance that a random responder scores above a random other customer; equal scores count half.

    0.5 for chance, 1 for a perfect ranking. Below 0.5 ranks the wrong way round and is reported as it is.
    Raises ValueError when nobody or everybody responded.
    """
    return _curve(y, score, weight).auc()


def average_precision(y: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """Mean over the responders of the response rate among all who score at least as high.

    The response rate for chance, 1 for a perfect ranking. Equal scores enter together, as in scikit-learn.
    Raises ValueError when nobody responded.
    """
    return _curve(y, score, weight).average_precision()


def lift_at(
    y: npt.ArrayLike, score: npt.ArrayLike, share: float, weight: npt.ArrayLike | None = None
) -> float:
    """Response rate in the top `share` by score, over the response rate of all.

    share: of customers contacted, in (0, 1]. Returns 1.0 for chance, at most 1 / response rate. Ties at the
    cut count in proportion. Raises ValueError when nobody responded: there is no rate to compare with.
    """
    return captured_at(y, score, share, weight) / share


def captured_at(
    y: npt.ArrayLike, score: npt.ArrayLike, share: float, weight: npt.ArrayLike | None = None
) -> float:
    """Share of all responders found in the top `share` by score.

    share: of customers contacted, in (0, 1]. Returns `share` for chance, 1 at `share` 1. Ties at the cut
    count in proportion. Raises ValueError when nobody responded.
    """
    return _curve(y, score, weight).captured_at(share)


def ks(y: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """Largest distance, over all cuts, from the share of others above the cut up to the share of responders.

    Kolmogorov-Smirnov, one-sided: 0 for chance or a reversed ranking, 1 for a perfect one. Raises ValueError
    when nobody or everybody responded.
    """
    return _curve(y, score, weight).ks()


def brier(y: npt.ArrayLike, probability: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """Mean squared distance of probability and outcome (Brier, 1950); 0 is perfect, 1 the worst."""
    actual, chance, weights = _checked(y, probability, weight)
    return float(np.average(squared_distance(actual, chance), weights=weights))


def log_loss(y: npt.ArrayLike, probability: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """Mean surprise of the outcomes, in nats; 0 is perfect. Chances are kept 2e-16 off 0 and 1."""
    actual, chance, weights = _checked(y, probability, weight)
    return float(np.average(surprise(actual, chance), weights=weights))


def calibration_error(
    y: npt.ArrayLike, probability: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> float:
    """Mean distance of probability and response rate, over ten bins of equally many customers by probability.

    The expected calibration error (Naeini et al., 2015, with equal-count bins), 0 to 1; 0 is perfect.
    Customers of equal probability at the edge of two bins count in both in proportion. Ten bins of n
    customers at base rate p show about sqrt(10 p / n) by luck alone.
    """
    actual, chance, weights = _checked(y, probability, weight)
    return binned_distance(Ranking.of(chance), actual, chance, weights)


def squared_distance(y: Floats, probability: Floats) -> Floats:
    """Each customer's part of the Brier score, (n,)."""
    return np.square(probability - y)


def surprise(y: Floats, probability: Floats) -> Floats:
    """Each customer's part of the log loss, (n,), in nats."""
    inside = np.clip(probability, SMALLEST, 1.0 - SMALLEST)
    return -(y * np.log(inside) + (1.0 - y) * np.log1p(-inside))


def binned_distance(ranking: Ranking, y: Floats, probability: Floats, weight: Floats) -> float:
    """Calibration error of customers already ranked by probability."""
    customers = ranking.running(weight)
    edges = np.linspace(0.0, customers[-1], BINS + 1)
    missed = np.interp(edges, customers, ranking.running(weight * (y - probability)))
    return float(np.abs(np.diff(missed)).sum() / customers[-1])


def _curve(y: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None) -> Curve:
    actual, scores, weights = _checked(y, score, weight)
    return Curve.of(Ranking.of(scores), actual, weights)


def _checked(
    y: npt.ArrayLike, value: npt.ArrayLike, weight: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    actual, values = np.asarray(y, dtype=np.float64), np.asarray(value, dtype=np.float64)
    weights = np.ones(len(actual)) if weight is None else np.asarray(weight, dtype=np.float64)
    if actual.ndim != 1 or not actual.shape == values.shape == weights.shape:
        raise ValueError(f"shapes differ: y {actual.shape}, score {values.shape}, weight {weights.shape}")
    if not np.isin(actual, (0.0, 1.0)).all():
        raise ValueError("y must be 0 or 1")
    if not (weights >= 0.0).all() or not weights.sum() > 0.0:
        raise ValueError("weights must not be negative, and not all 0")
    return actual, values, weights
