"""Leads dealt out among sellers: to each as many, and as good ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def share_out(
    worth: npt.NDArray[np.float64], strata: npt.NDArray[np.integer], sellers: int
) -> npt.NDArray[np.intp]:
    """The seller of each lead, (n,), 0 to sellers - 1.

    worth: (n,), by which leads should be shared evenly. strata: (n,), within which they are dealt, such as the offer
    and channel. In each stratum the best go round forth and back (1 2 3 3 2 1 ...), beginning where the last one
    ended, so that counts of two sellers differ by one at most. Raises ValueError without sellers.
    """
    if sellers < 1:
        raise ValueError("there must be a seller")
    told = np.zeros(len(worth), dtype=np.intp)
    begun = 0
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        ordered = rows[np.argsort(-worth[rows], kind="stable")]
        turn, place = np.divmod(np.arange(len(rows)) + begun, sellers)
        told[ordered] = np.where(turn % 2 == 0, place, sellers - 1 - place)
        begun = (begun + len(rows)) % (2 * sellers)
    return told
