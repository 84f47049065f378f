"""How a model treats groups of customers: whether it ranks and promises well in each, and whom it would contact."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.ranking import Curve, Ranking

Floats = npt.NDArray[np.float64]

FEWEST = 50  # a smaller group says little, and says it of persons
FEW_RESPONDERS = 20
Z_95, Z_99 = 1.959963984540054, 2.5758293035489004


@dataclass(frozen=True)
class GroupFacts:
    """One group. All rates are shares of 1; low and high end their 95 % intervals (Wilson, 1927).

    auc: NaN where fewer than 20 responded or did not. selected_rate: the group's share among the best `depth` of all.
    weak: in words, where the model is worse here than overall beyond 99 % of luck; empty where it is not.
    """

    column: str
    level: str
    cases: int
    responders: int
    promised: float
    actual: float
    auc: float
    selected_rate: float
    selected_low: float
    selected_high: float
    weak: str


def by_group(
    column: str,
    level: Sequence[str | None],
    y: npt.ArrayLike,
    probability: npt.ArrayLike,
    score: npt.ArrayLike,
    depth: float = 0.1,
) -> list[GroupFacts]:
    """Return each level with at least 50 cases, the largest first.

    level: (n,), None for unknown, which is a level too. y: (n,), 0 or 1. probability: (n,), calibrated.
    score: (n,), what ranks. depth: the share of all customers that would be contacted, best first.
    """
    actual, chance, ranked = (np.asarray(given, dtype=np.float64) for given in (y, probability, score))
    chosen, overall = best_of(ranked, depth), _auc(actual, ranked)
    return [
        _facts(column, name, actual[here], chance[here], ranked[here], chosen[here], overall)
        for name, here in large_groups(level)
    ]


def best_of(score: Floats, depth: float) -> Floats:
    """Return 1 for the best share `depth` of all, else 0, (n,); of equal scores the first."""
    chosen = np.zeros(len(score))
    chosen[np.argsort(-score, kind="stable")[: round(len(score) * depth)]] = 1.0
    return chosen


def large_groups(level: Sequence[str | None]) -> Iterator[tuple[str, npt.NDArray[np.intp]]]:
    """Yield the levels with at least 50 cases and their places, the largest first; unknown is a level too."""
    names = np.array(["(unknown)" if one is None else str(one) for one in level], dtype=object)
    for name in sorted(set(names), key=lambda one: (-int((names == one).sum()), one)):
        here = np.flatnonzero(names == name)
        if len(here) >= FEWEST:
            yield name, here


def wilson(found: float, cases: float, z: float = Z_95) -> tuple[float, float]:
    """Return the ends of a share's interval. found: of `cases`, above 0."""
    rate, spread = found / cases, z * z / cases
    middle = (rate + spread / 2.0) / (1.0 + spread)
    half = math.sqrt(rate * (1.0 - rate) * spread + spread**2 / 4.0) / (1.0 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def auc_error(area: float, responders: float, others: float) -> float:
    """Return the standard error of an AUC (Hanley and McNeil, 1982)."""
    one, two = area / (2.0 - area), 2.0 * area**2 / (1.0 + area)
    spread = area * (1 - area) + (responders - 1) * (one - area**2) + (others - 1) * (two - area**2)
    return math.sqrt(max(spread, 0.0) / (responders * others))


def _auc(y: Floats, score: Floats) -> float:
    if min(y.sum(), len(y) - y.sum()) < FEW_RESPONDERS:
        return math.nan
    return Curve.of(Ranking.of(score), y, np.ones(len(y))).auc()


def _facts(
    column: str, level: str, y: Floats, chance: Floats, score: Floats, chosen: Floats, overall: float
) -> GroupFacts:
    cases, responders = len(y), float(y.sum())
    area, low_high = _auc(y, score), wilson(float(chosen.sum()), cases)
    weak = []
    if area + Z_99 * (auc_error(area, responders, cases - responders) if area == area else 0.0) < overall:
        weak.append(f"ranks worse: AUC {area:.2f}, {overall:.2f} overall")
    low, high = wilson(responders, cases, Z_99)
    if not low <= chance.mean() <= high:
        word = "too much" if chance.mean() > high else "too little"
        weak.append(f"promises {word}: {chance.mean():.1%}, {responders / cases:.1%} came")
    return GroupFacts(
        column, level, cases, int(responders), float(chance.mean()), responders / cases, area,
        float(chosen.mean()), *low_high, "; ".join(weak),
    )  # fmt: skip
