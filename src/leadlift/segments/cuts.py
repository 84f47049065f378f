"""Cut points by shares of the customers, to be frozen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def share_cuts(values: npt.ArrayLike, shares: Sequence[float]) -> tuple[float, ...]:
    """For each share the least value that so many customers do not exceed: the lower quantile of the known values.

    values: (n,), NaN where unknown; those do not count. shares: in (0, 1), rising. Many equal values may make
    two cuts one: the group between is then empty, since equal facts are never parted. Raises ValueError when
    no value is known.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    if len(known) == 0:
        raise ValueError("no value is known")
    return tuple(float(one) for one in np.quantile(known, list(shares), method="inverted_cdf"))


def bin_cuts(values: npt.ArrayLike, bins: int) -> tuple[float, ...]:
    """The cuts of equal shares of all customers, an unknown value counting as less than any other.

    Where a cut falls among the unknown it stands below the least value that is known. Raises ValueError when no value
    is known.
    """
    told = np.asarray(values, dtype=np.float64)
    known = told[~np.isnan(told)]
    if len(known) == 0:
        raise ValueError("no value is known")
    least = float(known.min()) - 1.0
    filled = np.where(np.isnan(told), least, told)
    return share_cuts(filled, [place / bins for place in range(1, bins)])
