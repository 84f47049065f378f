"""All the numbers of one model on one set of rows, and how two models differ on the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import Estimate, Floats, Measure, estimates
from leadlift.evaluation.metrics import binned_distance, squared_distance, surprise
from leadlift.evaluation.ranking import Curve, Ranking

SHARES = (0.01, 0.05, 0.10, 0.20)


def evaluate(
    y: npt.ArrayLike,
    score: npt.ArrayLike,
    probability: npt.ArrayLike,
    customer: npt.ArrayLike,
    shares: Sequence[float] = SHARES,
    resamples: int = 200,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return every metric with its 95 % interval, resampled by customer.

    y: (n,), 0 or 1. score: (n,), what ranks. probability: (n,), in [0, 1], what is promised. customer: (n,),
    whose row it is. shares: cuts for lift and capture, in (0, 1]. Keys: auc, average_precision, ks,
    lift_at_10 and captured_at_10 for a share of 0.10 and so on, brier, log_loss, calibration_error,
    mean_probability, actual_rate. Raises ValueError when nobody or everybody responded.
    """
    actual, scores, chance = (np.asarray(given, dtype=np.float64) for given in (y, score, probability))
    _check_alike(actual, scores, chance, np.asarray(customer))
    ranked, chances = _ranked(actual, scores, shares), _chances(actual, chance)
    return estimates(lambda weight: ranked(weight) | chances(weight), customer, resamples, seed)


def difference(
    y: npt.ArrayLike,
    score_a: npt.ArrayLike,
    score_b: npt.ArrayLike,
    customer: npt.ArrayLike,
    resamples: int = 200,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return how much better `score_a` ranks than `score_b`: auc, average_precision and lift_at_10.

    Paired: both are measured on the same resamples, so what only makes the rows harder cancels. An interval
    above 0 says that a is better beyond luck. Arguments and errors as `evaluate`.
    """
    actual, a, b = (np.asarray(given, dtype=np.float64) for given in (y, score_a, score_b))
    _check_alike(actual, a, b, np.asarray(customer))
    of_a, of_b = _ranked(actual, a, (0.10,)), _ranked(actual, b, (0.10,))

    def both(weight: Floats) -> dict[str, float]:
        first, second = of_a(weight), of_b(weight)
        return {name: first[name] - second[name] for name in ("auc", "average_precision", "lift_at_10")}

    return estimates(both, customer, resamples, seed)


def _ranked(y: Floats, score: Floats, shares: Sequence[float]) -> Measure:
    ranking = Ranking.of(score)

    def measure(weight: Floats) -> dict[str, float]:
        curve = Curve.of(ranking, y, weight)
        found = {share: curve.captured_at(share) for share in shares}
        return {
            "auc": curve.auc(),
            "average_precision": curve.average_precision(),
            "ks": curve.ks(),
            **{f"lift_at_{share * 100:g}": captured / share for share, captured in found.items()},
            **{f"captured_at_{share * 100:g}": captured for share, captured in found.items()},
        }

    return measure


def _chances(y: Floats, probability: Floats) -> Measure:
    ranking = Ranking.of(probability)
    parts = {
        "brier": squared_distance(y, probability),
        "log_loss": surprise(y, probability),
        "mean_probability": probability,
        "actual_rate": y,
    }

    def measure(weight: Floats) -> dict[str, float]:
        total = weight.sum()
        means = {name: float(weight @ part / total) for name, part in parts.items()}
        return {**means, "calibration_error": binned_distance(ranking, y, probability, weight)}

    return measure


def _check_alike(y: Floats, *others: npt.NDArray[np.generic]) -> None:
    if y.ndim != 1 or any(other.shape != y.shape for other in others):
        raise ValueError(f"shapes differ: {[y.shape, *(other.shape for other in others)]}")
    if not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("y must be 0 or 1")
