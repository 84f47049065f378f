"""Leads dealt out among sellers: to each as many, and as good ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def share_out(
    worth: npt.NDArray[np.float64], strata: npt.NDArray[np.integer], sellers: int
) -> npt.NDArray[np.intp]:
    """The seller of each lead, (n,), 0 to sellers - 1.

    worth: (n,), by which leads should be shared evenly. strata: (n,), within which they are dealt, such as the offer
    and channel. Each stratum is dealt in rounds, the best first: in a round everybody gets one, who has least so far
    the best. What is left at the end of a stratum goes to those with the fewest leads. Counts differ by one at most.
    Raises ValueError without sellers.
    """
    if sellers < 1:
        raise ValueError("there must be a seller")
    told = np.zeros(len(worth), dtype=np.intp)
    total, count = np.zeros(sellers), np.zeros(sellers, dtype=np.intp)
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        ordered = rows[np.argsort(-worth[rows], kind="stable")]
        for start in range(0, len(ordered), sellers):
            part = ordered[start : start + sellers]
            # by total in a whole round, where all get one; else the fewest leads come first
            turn = np.lexsort((total, count))[: len(part)]
            turn = turn[np.argsort(total[turn], kind="stable")]
            told[part] = turn
            total[turn] += worth[part]
            count[turn] += 1
    return told
