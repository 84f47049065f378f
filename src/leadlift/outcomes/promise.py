"""Predicted against actual, among those who were contacted: by tenth of the list and by band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot

import numpy as np
import pandas as pd

from leadlift.evaluation.bootstrap import Estimate
from leadlift.evaluation.campaign import AMOUNT, CHANCE, EFFECT, Kept, Promise, Worked
from leadlift.evaluation.experiment import exact, scaled, wilson
from leadlift.names import CONTROL
from leadlift.outcomes.effect import Pairs, compared, outcome_rise

Stated = Sequence[tuple[float, float | None, float | None]]
"""Each list's expected responders and the ends of its interval."""


def promises_of(cases: pd.DataFrame) -> tuple[str, list[str], list[str]]:
    """The sort of the newest list's promise, the lists that are held against what came, and notes on the others.

    cases: list_id, promise and cell of every customer, the oldest list first. Held are lists whose offers all promise
    as the newest's do and, of what the contact adds, those with a control: nobody can say what the others added.
    """
    sorts = cases.groupby("list_id", sort=False)["promise"].agg(lambda one: " and ".join(sorted(set(one))))
    sort = next((one for one in reversed(list(sorts)) if one in (CHANCE, EFFECT, AMOUNT)), CHANCE)
    notes = [
        f"list {name} promised {other}: what came is held against promises of {sort} alone"
        for name, other in sorts[sorts.ne(sort)].items()
    ]
    held = [str(name) for name in sorts[sorts.eq(sort)].index]
    if sort == CHANCE:
        return sort, held, notes
    beside = set(cases.loc[cases["cell"].eq(CONTROL), "list_id"])
    without = [name for name in held if name not in beside]
    if len(without) < len(held):
        notes += [
            f"list {name} has no control: what it added is not known, nor held against" for name in without
        ]
        held = [name for name in held if name in beside]
    return sort, held, notes


def by_decile(cases: pd.DataFrame, sort: str = CHANCE) -> list[Kept]:
    """Tenths of the contacted by prediction; fewer tenths than 10 where there are fewer customers.

    sort: of the promise. Of what is added, controls of the same predictions stand beside; tenths without any are left
    out, and customers of equal predictions are together in the best of theirs.
    """
    contacted = cases[cases["cell"].ne(CONTROL)]
    if not len(contacted):
        return []
    order = np.argsort(-contacted["expected"].to_numpy(), kind="stable")
    tenth = np.empty(len(contacted), dtype=int)
    tenth[order] = np.arange(len(contacted)) * 10 // max(10, len(contacted))
    if sort == CHANCE:
        return [_kept(str(number + 1), contacted[tenth == number]) for number in np.unique(tenth)]
    least = contacted["expected"].groupby(tenth).min().to_numpy()
    above = len(least) - np.searchsorted(least[::-1], cases["expected"].to_numpy(), side="right")
    # controls below all who were contacted have nobody to stand beside
    return _added({str(number + 1): cases[above == number] for number in range(len(least))}, sort)


def by_band(cases: pd.DataFrame, sort: str = CHANCE) -> list[Kept]:
    """Bands of the contacted, A first. sort: as for `by_decile`."""
    if sort != CHANCE:
        return _added({str(name): one for name, one in cases.groupby("band", sort=True)}, sort)
    contacted = cases[cases["cell"].ne(CONTROL)]
    return [_kept(str(name), one) for name, one in contacted.groupby("band", sort=True)]


def together(cases: pd.DataFrame, stated: Stated, sort: str = CHANCE) -> Promise | None:
    """All of the contacted, of one list or more; None where nobody was.

    stated: by list. sort: as for `by_decile`. Responders of lists are uncertain apart from each other. What they add is
    not: most of its doubt is of the experiment that all learned from, so that their intervals are added up.
    """
    contacted = cases[cases["cell"].ne(CONTROL)]
    if not len(contacted):
        return None
    value = sum(one for one, _, _ in stated)
    responded = int(contacted["responded"].sum())
    actual: Estimate | None = Estimate(responded, responded, responded)
    if sort != CHANCE:
        rise = outcome_rise(_pairs(cases, sort), sort == AMOUNT)
        actual = None if rise is None else scaled(rise, len(contacted))
    ends = [(one - low, high - one) for one, low, high in stated if low is not None and high is not None]
    if len(ends) < len(stated):
        return Promise(len(contacted), value, None, None, responded, actual, sort)
    down, up = (hypot(*side) if sort == CHANCE else sum(side) for side in zip(*ends, strict=True))
    return Promise(len(contacted), value, value - down, value + up, responded, actual, sort)


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


def _kept(name: str, cases: pd.DataFrame) -> Kept:
    actual = int(cases["responded"].sum())
    return Kept(name, len(cases), float(cases["expected"].sum()), actual, exact(actual, len(cases)))


def _pairs(cases: pd.DataFrame, sort: str) -> Pairs:
    return compared(cases, least=2 if sort == AMOUNT else 1)


def _added(groups: Mapping[str, pd.DataFrame], sort: str) -> list[Kept]:
    """What was added in each group that has controls, in the strata that have them."""
    told = []
    for name, cases in groups.items():
        pairs = _pairs(cases, sort)
        rise = outcome_rise(pairs, sort == AMOUNT)
        if rise is not None:
            count = sum(len(one) for one, _ in pairs)
            expected = sum(float(one["expected"].sum()) for one, _ in pairs)
            told.append(Kept(name, count, expected, rise.value * count, rise))
    return told
