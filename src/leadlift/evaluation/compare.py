"""One model beside several others on the same rows, all measured on the same resamples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import Estimate, Floats, estimates
from leadlift.evaluation.ranking import Curve, Ranking

COMPARED = ("auc", "average_precision", "lift_at_10")


@dataclass(frozen=True)
class Compared:
    """What another model is worth on the same rows, and how much more the first one is: metric -> estimate.

    gain: first minus other, paired; an interval above 0 says that the first is better beyond luck.
    """

    own: Mapping[str, Estimate]
    gain: Mapping[str, Estimate]


def compare(
    y: npt.ArrayLike,
    score: npt.ArrayLike,
    others: Mapping[str, npt.ArrayLike],
    customer: npt.ArrayLike,
    resamples: int = 200,
    seed: int = 0,
) -> dict[str, Compared]:
    """Return auc, average_precision and lift_at_10 of each of `others`, and the gain of `score` over it.

    y: (n,), 0 or 1. score, others: (n,), what ranks. customer: (n,), whose row it is; all rows of a customer are drawn
    together. Every model is measured on the same resamples, so what only makes the rows harder cancels. Raises
    ValueError when nobody or everybody responded, or shapes differ.
    """
    actual = np.asarray(y, dtype=np.float64)
    scores = {"": np.asarray(score), **{name: np.asarray(one) for name, one in others.items()}}
    if any(one.shape != actual.shape for one in (*scores.values(), np.asarray(customer))):
        raise ValueError(f"shapes differ: {[actual.shape, *(one.shape for one in scores.values())]}")
    rankings = {name: Ranking.of(one) for name, one in scores.items()}

    def measure(weight: Floats) -> dict[str, float]:
        found = {name: _measured(Curve.of(one, actual, weight)) for name, one in rankings.items()}
        told = {}
        for name, values in found.items():
            for metric, value in values.items():
                told[f"{name} {metric}"] = value
                told[f"{name} {metric} gain"] = found[""][metric] - value
        return told

    told = estimates(measure, customer, resamples, seed)
    return {
        name: Compared(
            own={metric: told[f"{name} {metric}"] for metric in COMPARED},
            gain={metric: told[f"{name} {metric} gain"] for metric in COMPARED},
        )
        for name in others
    }


def _measured(curve: Curve) -> dict[str, float]:
    return {
        "auc": curve.auc(),
        "average_precision": curve.average_precision(),
        "lift_at_10": curve.captured_at(0.10) / 0.10,
    }
