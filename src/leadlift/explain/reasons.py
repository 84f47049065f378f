"""Reason codes: the few drivers of one customer's score, as sentences that a seller can say.

A driver's strength is its share of the score in log-odds: exact SHAP values of trees (Lundberg et al., "From
local explanations to global understanding with explainable AI for trees", Nature Machine Intelligence, 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.explain.phrases import Phrase, Value, say

DECIMALS = 9
"""Contributions nearer to each other than this, in log-odds, are alike."""


@dataclass(frozen=True, slots=True)
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
    return ReasonCodes(features, phrases, typical, top, language).of(contributions, values)


class ReasonCodes:
    """Chooses and words the reasons of many customers, part by part: see `reason_codes`.

    The same sentence is put together once, whichever part a value comes in. Threads may ask at the same time.
    """

    def __init__(
        self,
        features: Sequence[str],
        phrases: Mapping[str, Phrase],
        typical: Mapping[str, Value],
        top: int = 3,
        language: str = "en",
    ) -> None:
        self._features, self._phrases, self._typical = tuple(features), phrases, typical
        self._top, self._language = top, language
        self._families = _families(features, phrases)
        self._spoken: list[dict[Value, str]] = [{} for _ in features]

    def of(self, contributions: np.ndarray, values: pa.Table | pa.RecordBatch) -> list[list[Reason]]:
        """The strongest drivers of every customer's score, strongest first."""
        wanted = (values.num_rows, len(self._features) + 1)
        if contributions.shape != wanted:
            raise ValueError(f"contributions are {contributions.shape}; rows and features ask for {wanted}")
        chosen, strength = _strongest(_agreeing(contributions), self._families, self._top)
        told = strength > 0
        found = np.empty(chosen.shape, dtype=object)
        for column, rows, places in _by_column(chosen, told):
            found[rows, places] = self._reasons(column, contributions[rows, column], values, rows)
        # the strongest come first, so those that are told do
        return [reasons[:n] for reasons, n in zip(found.tolist(), told.sum(axis=1).tolist(), strict=True)]

    def _reasons(
        self, column: int, strengths: np.ndarray, values: pa.Table | pa.RecordBatch, rows: np.ndarray
    ) -> list[Reason]:
        """What one feature did to the scores of these rows."""
        feature, spoken = self._features[column], self._spoken[column]
        phrase, usual = self._phrases[feature], self._typical.get(feature)
        reasons = []
        taken: list[Value] = values.column(feature).take(pa.array(rows)).to_pylist()
        for strong, value in zip(strengths.tolist(), taken, strict=True):
            sentence = spoken.get(value)
            if sentence is None:
                sentence = spoken[value] = say(phrase, value, usual, self._language)
            reasons.append(Reason(phrase.feature, strong, value, sentence))
        return reasons


def _agreeing(contributions: np.ndarray) -> np.ndarray:
    """How strongly each feature moves the score the way it went: (n, n_features), positive if it agrees.

    Rounded, so that the order of features that are equal, or do nothing, is not that of somebody's rounding errors.
    """
    drivers = contributions[:, :-1]
    direction = np.where(drivers.sum(axis=1, dtype=np.float64) > 0, 1.0, -1.0)
    return np.round(drivers * direction[:, None], DECIMALS)


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
    places = min(top, len(families))
    chosen = np.zeros((len(agreeing), places), dtype=np.intp)
    strength = np.zeros((len(agreeing), places))
    if not chosen.size:
        return chosen, strength
    # families side by side: of equal ones the first family's first member is told
    columns = np.concatenate(families)
    left = agreeing[:, columns]
    sizes = np.array([len(family) for family in families])
    first, size = (np.repeat(told, sizes) for told in (np.cumsum(sizes) - sizes, sizes))
    rows = np.arange(len(agreeing))
    for place in range(places):
        best = left.argmax(axis=1)
        chosen[:, place], strength[:, place] = columns[best], left[rows, best]
        for member in range(sizes.max()):
            inside = first[best] + np.minimum(member, size[best] - 1)
            left[rows, inside] = -np.inf
    return chosen, strength


def _by_column(
    chosen: np.ndarray, told: np.ndarray
) -> Iterator[tuple[int, npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Each chosen column, with the rows and the places where it is told."""
    rows, places = np.nonzero(told)
    columns = chosen[rows, places]
    order = np.argsort(columns, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(columns[order])) + 1):
        if len(mine):
            yield int(columns[mine[0]]), rows[mine], places[mine]
