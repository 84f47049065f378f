"""Predicted against actual, among those who were contacted: by tenth of the list and by band."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pandas as pd

from leadlift.evaluation.campaign import Kept, Promise, Worked
from leadlift.evaluation.experiment import exact, wilson


def by_decile(cases: pd.DataFrame) -> list[Kept]:
    """Tenths of the contacted by predicted chance; fewer tenths than 10 where there are fewer customers."""
    if not len(cases):
        return []
    order = np.argsort(-cases["expected"].to_numpy(), kind="stable")
    tenth = np.empty(len(cases), dtype=int)
    tenth[order] = np.arange(len(cases)) * 10 // max(10, len(cases))
    return [_kept(str(number + 1), cases[tenth == number]) for number in np.unique(tenth)]


def by_band(cases: pd.DataFrame) -> list[Kept]:
    """Bands of the contacted, A first."""
    return [_kept(str(name), one) for name, one in cases.groupby("band", sort=True)]


def together(
    cases: pd.DataFrame, stated: Sequence[tuple[float, float | None, float | None]]
) -> Promise | None:
    """All of the contacted, of one list or more; None where nobody was.

    stated: each list's expected responders and the ends of its interval. Lists are uncertain apart from each other.
    """
    if not len(cases):
        return None
    value = sum(one for one, _, _ in stated)
    actual = int(cases["responded"].sum())
    ends = [(one - low, high - one) for one, low, high in stated if low is not None and high is not None]
    if len(ends) < len(stated):
        return Promise(len(cases), value, None, None, actual)
    down, up = (sqrt(sum(side**2 for side in sides)) for sides in zip(*ends, strict=True))
    return Promise(len(cases), value, max(0.0, value - down), value + up, actual)


def worked(cases: pd.DataFrame) -> Worked:
    """What came back of those contacted: delivered, answered, refused (bool) and responded."""
    seen = cases["delivered"] | cases["answered"] | cases["refused"]
    count, reported = len(cases), int(seen.sum())
    if not reported:
        return Worked(count, 0, None, None, None)
    responded = int(cases.loc[seen, "responded"].sum())
    return Worked(
        count,
        reported,
        wilson(reported, count),
        wilson(int(cases["refused"].sum()), count),
        wilson(responded, reported),
    )


def outside(groups: Sequence[Kept]) -> list[str]:
    """The names of the groups whose promised rate lies outside the interval of the actual one."""
    return [one.name for one in groups if not one.within]


def _kept(name: str, cases: pd.DataFrame) -> Kept:
    actual = int(cases["responded"].sum())
    return Kept(name, len(cases), float(cases["expected"].sum()), actual, exact(actual, len(cases)))
