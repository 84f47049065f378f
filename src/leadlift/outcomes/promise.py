"""Predicted against actual, among those who were contacted: by tenth of the list and by band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import pandas as pd

from leadlift.evaluation.bootstrap import Estimate
from leadlift.evaluation.campaign import Kept, Promise, Worked
from leadlift.evaluation.experiment import exact, scaled, wilson
from leadlift.names import CONTROL
from leadlift.outcomes.effect import compared, outcome_rise, yes_or_no

Stated = Sequence[tuple[float, float | None, float | None]]
"""Each list's expected responders and the ends of its interval."""


def by_decile(cases: pd.DataFrame, added: bool = False) -> list[Kept]:
    """Tenths of the contacted by predicted chance; fewer tenths than 10 where there are fewer customers.

    added: the prediction is what the contact adds; then controls of the same predictions stand beside, and tenths
    without any are left out.
    """
    contacted = cases[cases["cell"].ne(CONTROL)]
    if not len(contacted):
        return []
    order = np.argsort(-contacted["expected"].to_numpy(), kind="stable")
    tenth = np.empty(len(contacted), dtype=int)
    tenth[order] = np.arange(len(contacted)) * 10 // max(10, len(contacted))
    if not added:
        return [_kept(str(number + 1), contacted[tenth == number]) for number in np.unique(tenth)]
    least = contacted["expected"].groupby(tenth).min().to_numpy()
    above = len(least) - np.searchsorted(least[::-1], cases["expected"].to_numpy(), side="right")
    place = np.minimum(above, len(least) - 1)
    return _added({str(number + 1): cases[place == number] for number in range(len(least))})


def by_band(cases: pd.DataFrame, added: bool = False) -> list[Kept]:
    """Bands of the contacted, A first. added: as for `by_decile`."""
    if added:
        return _added({str(name): one for name, one in cases.groupby("band", sort=True)})
    contacted = cases[cases["cell"].ne(CONTROL)]
    return [_kept(str(name), one) for name, one in contacted.groupby("band", sort=True)]


def together(cases: pd.DataFrame, stated: Stated, added: bool = False) -> Promise | None:
    """All of the contacted, of one list or more; None where nobody was.

    stated: by list. Lists are uncertain apart from each other. added: as for `by_decile`.
    """
    contacted = cases[cases["cell"].ne(CONTROL)]
    if not len(contacted):
        return None
    value = sum(one for one, _, _ in stated)
    responded = int(contacted["responded"].sum())
    actual: Estimate | None = Estimate(responded, responded, responded)
    share = not added or yes_or_no(cases)
    if added:
        rise = outcome_rise(cases)
        actual = None if rise is None else scaled(rise, len(contacted))
    ends = [(one - low, high - one) for one, low, high in stated if low is not None and high is not None]
    if len(ends) < len(stated):
        return Promise(len(contacted), value, None, None, responded, actual, added, share)
    down, up = (sqrt(sum(side**2 for side in sides)) for sides in zip(*ends, strict=True))
    return Promise(len(contacted), value, value - down, value + up, responded, actual, added, share)


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


def _added(groups: Mapping[str, pd.DataFrame]) -> list[Kept]:
    """What was added in each group that has controls, in the strata that have them."""
    told = []
    for name, cases in groups.items():
        rise, strata = outcome_rise(cases), compared(cases)
        if rise is not None:
            count = sum(len(one) for one, _ in strata)
            expected = sum(float(one["expected"].sum()) for one, _ in strata)
            told.append(Kept(name, count, expected, rise.value * count, rise))
    return told
