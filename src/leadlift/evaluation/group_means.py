"""How a model of effects or amounts treats groups: what it promises each, what is found, and whom it chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import Estimate
from leadlift.evaluation.groups import Z_95, Z_99, best_of, large_groups, wilson

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class GroupMeans:
    """One group. promised: the mean that the model says. found: what was found, between low and high at 95 %.

    found, low and high are NaN where the group tells nothing, as one without controls. selected_rate: the group's share
    among the best `depth` of all, with Wilson's interval. weak: in words, where the promise lies beyond 99 % of luck.
    """

    column: str
    level: str
    cases: int
    promised: float
    found: float
    low: float
    high: float
    selected_rate: float
    selected_low: float
    selected_high: float
    weak: str


def by_group_means(
    column: str,
    level: Sequence[str | None],
    promised: npt.ArrayLike,
    score: npt.ArrayLike,
    found: Callable[[Rows], Estimate],
    depth: float = 0.1,
) -> list[GroupMeans]:
    """Return each level with at least 50 cases, the largest first.

    level: (n,), None for unknown, which is a level too. promised: (n,), what the model says of each. score: (n,), what
    ranks. found: from rows to what was found on average among them; ValueError where that is not defined. depth: the
    share of all that would be chosen, best first.
    """
    said, ranked = (np.asarray(given, dtype=np.float64) for given in (promised, score))
    chosen, told = best_of(ranked, depth), []
    for name, rows in large_groups(level):
        seen, mean = _found(found, rows), float(said[rows].mean())
        ends = wilson(float(chosen[rows].sum()), len(rows))
        told.append(
            GroupMeans(
                column, name, len(rows), mean, seen.value, seen.low, seen.high,
                float(chosen[rows].mean()), *ends, _weak(mean, seen),
            )
        )  # fmt: skip
    return told


def _found(found: Callable[[Rows], Estimate], rows: Rows) -> Estimate:
    try:
        return found(rows)
    except ValueError:
        return Estimate(np.nan, np.nan, np.nan)


def _weak(promised: float, found: Estimate) -> str:
    """The ends are moved out from 95 to 99 %; of many groups one in twenty would be named by luck otherwise.

    An interval without width is of outcomes that are all alike: resampling says nothing of what could have come.
    """
    if not found.high > found.low:
        return ""
    wider = Z_99 / Z_95
    if promised > found.value + wider * (found.high - found.value):
        return "promises too much"
    if promised < found.value - wider * (found.value - found.low):
        return "promises too little"
    return ""
