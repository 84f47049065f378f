"""What a ranking should be worth before anybody's outcome is known, if the chances are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.metrics import auc, average_precision, lift_at
from leadlift.evaluation.ranking import Floats

BLOCKS = 20


@dataclass(frozen=True)
class Estimated:
    """What the measures come to on average, were every chance true. error: the standard error of the AUC, by blocks."""

    customers: int
    responders: float
    auc: float
    lift_at_10: float
    average_precision: float
    error: float


def estimated(probability: npt.ArrayLike, score: npt.ArrayLike) -> Estimated:
    """Estimate AUC, lift@10 and average precision from calibrated chances alone.

    probability: (n,), in (0, 1), calibrated. score: (n,), what ranks. Confidence-based performance estimation
    (NannyML's CBPE; Kivimäki, Bialek, Kuberski and Nurminen, "Performance Estimation in Binary Classification Using
    Calibrated Confidence", 2025): each customer is a responder with weight p and none with weight 1 - p. It sees what
    other customers do to a ranking, and nothing of customers who behave otherwise than they did: then the chances are
    wrong.
    Raises ValueError for fewer than two customers.
    """
    chance, scores = (np.asarray(given, dtype=np.float64) for given in (probability, score))
    if len(chance) < 2:
        raise ValueError(f"{len(chance)} customers have no ranking")
    y, both = np.repeat([1.0, 0.0], len(chance)), np.tile(scores, 2)
    weight = np.concatenate([chance, 1.0 - chance])
    return Estimated(
        customers=len(chance),
        responders=float(chance.sum()),
        auc=_area(chance, scores),
        lift_at_10=lift_at(y, both, 0.1, weight),
        average_precision=average_precision(y, both, weight),
        error=_error(chance, scores),
    )


def _area(chance: Floats, score: Floats) -> float:
    """The expected share of pairs in order, a customer never paired with itself."""
    y, weight = np.repeat([1.0, 0.0], len(chance)), np.concatenate([chance, 1.0 - chance])
    pairs, own = chance.sum() * (1.0 - chance).sum(), float(chance @ (1.0 - chance))
    return float((auc(y, np.tile(score, 2), weight) * pairs - 0.5 * own) / (pairs - own))


def _error(chance: Floats, score: Floats) -> float:
    """From blocks of every twentieth customer; 0.5, half the scale, where blocks would hold too few."""
    if len(chance) < 10 * BLOCKS:
        return 0.5
    found = [_area(chance[start::BLOCKS], score[start::BLOCKS]) for start in range(BLOCKS)]
    return float(np.std(found, ddof=1) / np.sqrt(BLOCKS))
