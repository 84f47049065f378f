"""The points scorecard: a model that a person can add up by hand, and that a better one has to beat.

After Siddiqi, Credit Risk Scorecards (2006): features in bins, each bin's weight of evidence through a logistic
regression, the result as whole points of which 20 double the odds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.baseline import drawn, solve
from leadlift.models.binning import Bins, category_bins, number_bins
from leadlift.models.encoding import Encoding, Matrix

Floats = npt.NDArray[np.float64]

MOST_ROWS = 200_000
MOST_FEATURES = 12
MOST_CANDIDATES = 60
LEAST_INFORMATION = 0.01
PATIENCE = 3
DOUBLES = 20.0
USUAL_POINTS = 500.0
MOST_NAMED = 6


@dataclass(frozen=True, eq=False)
class Card:
    """One feature of the scorecard: its matrix column, its bins and each bin's whole points, (n_bins + 1,)."""

    feature: str
    column: int
    bins: Bins
    points: npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Scorecard:
    """Whole points for each bin of a few features; the worst bin of each gives none.

    start: points that everyone begins with. base_rate: of the training cases, whose odds of responding 500 points
    stand for; every 20 more double them.
    """

    cards: tuple[Card, ...]
    start: int
    base_rate: float

    def points(self, matrix: Matrix) -> Floats:
        """The points of encoded rows, (n, n_features), whole numbers, (n,)."""
        total = np.full(len(matrix), float(self.start))
        for card in self.cards:
            total += card.points[card.bins.of(matrix[:, card.column])]
        return total

    def predict(self, matrix: Matrix) -> Floats:
        """The probability of responding, (n,), of encoded rows: what the printed points add up to."""
        return chance_of(self.points(matrix), self.base_rate)

    def table(self, encoding: Encoding) -> list[dict[str, object]]:
        """The scorecard as it is printed: a row for each bin, in the order in which features came in."""
        rows: list[dict[str, object]] = [
            {"feature": "(everyone)", "value": "", "points": self.start, "cases": "", "response_rate": "",
             "weight_of_evidence": "", "information_value": ""}
        ]  # fmt: skip
        for card in self.cards:
            bins = card.bins
            for index, text in enumerate(_texts(card, encoding)):
                n, yes = bins.cases[index], bins.responders[index]
                rows.append(
                    {
                        "feature": card.feature,
                        "value": text,
                        "points": int(card.points[index]),
                        "cases": int(n),
                        "response_rate": round(float(yes / n), 5) if n else "",
                        "weight_of_evidence": round(float(bins.woe[index]), 4),
                        "information_value": round(bins.information, 4),
                    }
                )
        return rows


def chance_of(points: Floats, base_rate: float) -> Floats:
    """The probability that points stand for: 500 are the training cases' odds, every 20 more double them."""
    line = (points - USUAL_POINTS) / DOUBLES * np.log(2.0) + np.log(base_rate / (1.0 - base_rate))
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * line)), dtype=np.float64)


def fit_scorecard(
    matrix: Matrix,
    y: npt.ArrayLike,
    valid: Matrix,
    valid_y: npt.ArrayLike,
    encoding: Encoding,
    seed: int = 0,
) -> Scorecard:
    """Bin and weigh on training cases; the validation cases say how many features, at most 12.

    matrix, valid: (n, n_features). y, valid_y: 0 or 1. Features come in one by one: the one that explains most of what
    those before leave open (Rao's score test), unless its weight would come out against its own evidence. At most
    200,000 cases are used, drawn with the same share of responders. Raises UserError when there is only one class.
    """
    target = np.asarray(y, dtype=np.float64)
    if len(target) == 0 or target.min() == target.max():
        raise UserError(f"the scorecard needs responders and others; all {len(target)} rows are alike")
    rows = drawn(target, seed, MOST_ROWS)
    matrix, target = matrix[rows], target[rows]
    found = _candidates(matrix, target, encoding)
    evidence, evidence_valid = (_evidence(part, found) for part in (matrix, valid))
    chosen = _chosen(evidence, target, evidence_valid, np.asarray(valid_y, dtype=np.float64))
    weights, line = _fit(evidence[:, chosen], target)
    picked = [found[i] for i in chosen]
    return _in_points(picked, weights, line, float(target.mean()), encoding)


def _candidates(matrix: Matrix, y: Floats, encoding: Encoding) -> list[tuple[int, Bins]]:
    """The features that say something alone, the strongest first, with their bins."""
    texts, found = set(encoding.categorical), []
    for column in range(matrix.shape[1]):
        bins = (category_bins if column in texts else number_bins)(matrix[:, column], y)
        if bins is not None and bins.information >= LEAST_INFORMATION:
            found.append((column, bins))
    return sorted(found, key=lambda one: (-one[1].information, one[0]))[:MOST_CANDIDATES]


def _evidence(matrix: Matrix, found: list[tuple[int, Bins]]) -> npt.NDArray[np.float32]:
    """Each candidate's weight of evidence, (n, n_candidates)."""
    told = np.empty((len(matrix), len(found)), dtype=np.float32)
    for place, (column, bins) in enumerate(found):
        told[:, place] = bins.woe[bins.of(matrix[:, column])]
    return told


def _chosen(
    evidence: npt.NDArray[np.float32], y: Floats, valid: npt.NDArray[np.float32], valid_y: Floats
) -> list[int]:
    """Which candidates, in the order in which they came in, as many as the validation cases bear out."""
    chosen: list[int] = []
    best, best_loss = 0, np.inf
    open_ = set(range(evidence.shape[1]))
    while open_ and len(chosen) < MOST_FEATURES and len(chosen) < best + PATIENCE:
        weights, line = _fit(evidence[:, chosen], y)
        loss = _loss(valid[:, chosen] @ weights + line, valid_y)
        if loss < best_loss - 1e-6:
            best, best_loss = len(chosen), loss
        new = _next(evidence, y, chosen, open_, weights, line)
        if new is None:
            break
        chosen.append(new)
    if chosen:
        weights, line = _fit(evidence[:, chosen], y)
        if _loss(valid[:, chosen] @ weights + line, valid_y) < best_loss - 1e-6:
            best = len(chosen)
    return chosen[: max(1, best)]


def _next(
    evidence: npt.NDArray[np.float32],
    y: Floats,
    chosen: list[int],
    open_: set[int],
    weights: Floats,
    line: float,
) -> int | None:
    """The open candidate of the largest score statistic whose weight agrees with its evidence; others are dropped."""
    chance = 0.5 * (1.0 + np.tanh(0.5 * (evidence[:, chosen] @ weights + line)))
    spread = chance * (1.0 - chance)
    there = np.hstack([np.ones((len(y), 1)), evidence[:, chosen]])
    names = sorted(open_)
    rest = evidence[:, names].astype(np.float64)
    weighed = there * spread[:, None]
    # what the features before do not say already: the weighted projection taken away
    inner = np.linalg.lstsq(weighed.T @ there, weighed.T @ rest, rcond=None)[0]
    variance = (spread @ np.square(rest)) - np.sum(inner * (weighed.T @ rest), axis=0)
    pull = (y - chance) @ rest
    score = np.where(
        (pull > 0) & (variance > 1e-9 * len(y)), np.square(pull) / np.maximum(variance, 1e-12), 0.0
    )
    for place in np.argsort(-score, kind="stable"):
        if score[place] <= 3.84:
            return None
        name: int = names[place]
        open_.discard(name)
        if bool((_fit(evidence[:, [*chosen, name]], y)[0] > 0).all()):
            return name
    return None


def _fit(evidence: npt.NDArray[np.float32], y: Floats) -> tuple[Floats, float]:
    weights, line, _ = solve(evidence, y)
    return weights, line


def _loss(line: Floats, y: Floats) -> float:
    return float(np.mean(np.logaddexp(0.0, line) - y * line))


def _in_points(
    picked: list[tuple[int, Bins]], weights: Floats, line: float, base_rate: float, encoding: Encoding
) -> Scorecard:
    """Whole points; each feature's are moved so that its worst bin has none, and `start` takes up the rest."""
    factor = DOUBLES / np.log(2.0)
    start = USUAL_POINTS + (line - np.log(base_rate / (1.0 - base_rate))) * factor
    cards = []
    for (column, bins), weight in zip(picked, weights, strict=True):
        exact = bins.woe * weight * factor
        start += exact.min()
        points = np.rint(exact - exact.min()).astype(np.intp)
        cards.append(Card(encoding.features[column], column, bins, points))
    return Scorecard(tuple(cards), int(np.rint(start)), base_rate)


def _texts(card: Card, encoding: Encoding) -> list[str]:
    """What each bin holds, in words; the last is for missing values."""
    bins = card.bins
    if bins.groups:
        return [*(_group(card, encoding, index) for index in range(bins.count)), "missing"]
    edges = [f"{edge:g}" for edge in bins.edges]
    if not edges:
        return ["known", "missing"]
    between = [f"above {low} to {high}" for low, high in pairwise(edges)]
    return [f"up to {edges[0]}", *between, f"above {edges[-1]}", "missing"]


def _group(card: Card, encoding: Encoding, index: int) -> str:
    names = [str(encoding.decode(card.feature, code)) for code in card.bins.groups[index]]
    told = names if len(names) <= MOST_NAMED else [*names[:MOST_NAMED], f"and {len(names) - MOST_NAMED} more"]
    return ", ".join([*told, "all others"] if index == card.bins.others else told)
