"""Reason codes: the few drivers of one customer's score, as sentences that a seller can say.

A driver's strength is its share of the score in log-odds: exact SHAP values of trees (Lundberg et al., "From
local explanations to global understanding with explainable AI for trees", Nature Machine Intelligence, 2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadlift.explain.phrases import Phrase, Value, say


@dataclass(frozen=True)
class Reason:
    """One driver of one customer's score. contribution: in log-odds, positive when it raises it."""

    feature: str
    contribution: float
    value: Value
    sentence: str


def reason_codes(
    contributions: np.ndarray,
    values: pa.Table | pa.RecordBatch,
    features: Sequence[str],
    phrases: Mapping[str, Phrase],
    typical: Mapping[str, Value],
    top: int = 3,
    language: str = "en",
) -> list[list[Reason]]:
    """The strongest drivers of every customer's score, strongest first.

    contributions: (n_customers, n_features + 1) in log-odds, the last column the model's average. features:
    the names of the others, in order. values: the customers' raw values, in the same rows. typical: what most
    customers have, by feature; without it a value is stated and not compared.

    A customer above the average gets only reasons that raise the score, any other only reasons that lower it:
    fewer than `top` when fewer agree. One reason a family, none that is hidden, none without a phrase.
    Raises ValueError when the shapes do not fit each other.
    """
    if contributions.shape != (values.num_rows, len(features) + 1):
        wanted = (values.num_rows, len(features) + 1)
        raise ValueError(f"contributions are {contributions.shape}; rows and features ask for {wanted}")
    chosen, strength = _strongest(_agreeing(contributions), _families(features, phrases), top)
    found: list[list[Reason | None]] = [[None] * chosen.shape[1] for _ in range(values.num_rows)]
    for column in np.unique(chosen[strength > 0]):
        rows, places = np.nonzero((chosen == column) & (strength > 0))
        phrase, usual = phrases[features[column]], typical.get(features[column])
        spoken: dict[Value, str] = {}
        for row, place, value in zip(rows, places, _taken(values, features[column], rows), strict=True):
            if value not in spoken:
                spoken[value] = say(phrase, value, usual, language)
            strong = float(contributions[row, column])
            found[row][place] = Reason(phrase.feature, strong, value, spoken[value])
    return [[reason for reason in reasons if reason is not None] for reasons in found]


def _agreeing(contributions: np.ndarray) -> np.ndarray:
    """How strongly each feature moves the score the way it went: (n, n_features), positive if it agrees."""
    drivers = contributions[:, :-1]
    direction = np.where(drivers.sum(axis=1, dtype=np.float64) > 0, 1.0, -1.0)
    return np.asarray(drivers * direction[:, None])


def _families(features: Sequence[str], phrases: Mapping[str, Phrase]) -> list[np.ndarray]:
    """The columns of each family that may be told."""
    columns: dict[str, list[int]] = {}
    for column, feature in enumerate(features):
        phrase = phrases.get(feature)
        if phrase is not None and not phrase.hidden:
            columns.setdefault(phrase.family, []).append(column)
    return [np.asarray(members) for members in columns.values()]


def _strongest(agreeing: np.ndarray, families: list[np.ndarray], top: int) -> tuple[np.ndarray, np.ndarray]:
    """The `top` columns of each row, of different families, and their strength: (n, top) both, best first."""
    rows = np.arange(len(agreeing))
    if not families or not len(rows):
        return np.zeros((len(rows), 0), dtype=np.intp), np.zeros((len(rows), 0))
    best = np.stack([family[agreeing[:, family].argmax(axis=1)] for family in families], axis=1)
    strength = np.take_along_axis(agreeing, best, axis=1)
    order = np.argsort(-strength, axis=1, kind="stable")[:, :top]
    return np.take_along_axis(best, order, axis=1), strength[rows[:, None], order]


def _taken(values: pa.Table | pa.RecordBatch, feature: str, rows: np.ndarray) -> list[Value]:
    taken: list[Value] = values.column(feature).take(pa.array(rows)).to_pylist()
    return taken
