"""Key risk indicators: values held against their limits, on the day and in how far they moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.specs.warning import Indicator

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Held:
    """One indicator of every customer, all (n,).

    level: the value itself is beyond its limit. moved: it rose or fell by more than its limit. change: now less before,
    NaN where either is unknown.
    """

    level: Bools
    moved: Bools
    change: Floats

    @property
    def broken(self) -> Bools:
        """Whether any limit is broken, (n,)."""
        return np.asarray(self.level | self.moved)


def held_against(one: Indicator, now: Floats, before: Floats | None = None) -> Held:
    """Hold values against the limits of an indicator. A value at its limit has not broken it; NaN breaks nothing.

    now: (n,) on the as-of date. before: (n,), `one.over` days earlier; None where nothing may move.
    """
    level = np.zeros(len(now), dtype=np.bool_)
    if one.above is not None:
        level |= now > one.above
    if one.below is not None:
        level |= now < one.below
    change = np.full(len(now), np.nan) if before is None else np.asarray(now - before)
    moved = np.zeros(len(now), dtype=np.bool_)
    if one.rises is not None:
        moved |= change > one.rises
    if one.falls is not None:
        moved |= change < -one.falls
    return Held(level, moved, change)
