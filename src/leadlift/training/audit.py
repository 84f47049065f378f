"""Suspects found before anything is fitted: features that look too good to have been known in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlift.evaluation import auc
from leadlift.names import TRAIN
from leadlift.training.fit import Cases

TOO_GOOD_AUC = 0.95
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Suspect:
    """A feature that separates the target alone, and how well: its AUC, from 0.5 to 1, whichever way it points."""

    feature: str
    strength: float

    def __str__(self) -> str:
        """As a reviewer reads it."""
        return (
            f"{self.feature} alone separates the target with AUC {self.strength:.3f}: was it known in time?"
        )


def find_leaks(cases: Cases) -> list[Suspect]:
    """Features whose value, or whose absence, alone separates the training cases too well, the strongest first.

    The strength points either way on purpose: a leak may lower as well as raise the chance.
    """
    rows = cases.rows(TRAIN)[:: max(1, len(cases.rows(TRAIN)) // MOST_ROWS)]
    y = cases.y[rows]
    if y.min() == y.max():
        return []
    found = []
    for index, name in enumerate(cases.encoding.features):
        values = cases.matrix[rows, index].astype(np.float64)
        missing = np.isnan(values)
        if name in cases.encoding.categories:
            values = _rates(values, y)
        filled = np.where(missing, np.nanmin(values, initial=0.0) - 1, values)
        strength = max(_strength(y, filled), _strength(y, missing.astype(float)))
        if strength >= TOO_GOOD_AUC:
            found.append(Suspect(name, strength))
    return sorted(found, key=lambda suspect: -suspect.strength)


def _strength(y: np.ndarray, values: np.ndarray) -> float:
    if values.min() == values.max():
        return 0.5
    area = auc(y, values)
    return max(area, 1 - area)


def _rates(codes: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Each category's response rate; a rare one is drawn to the whole rate, or every id would look like a leak."""
    rate = y.mean()
    known = np.where(np.isnan(codes), -1, codes).astype(int) + 1
    count, yes = np.bincount(known), np.bincount(known, weights=y)
    rates: np.ndarray = ((yes + 20 * rate) / (count + 20))[known]
    return rates
