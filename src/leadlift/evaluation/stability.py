"""Whether a number is distributed as it was: bins frozen on a reference, and the population stability index."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

BINS = 10
EMPTY = 0.5  # a bin that nobody is in counts half a customer, or one newcomer would make the index infinite


def psi(reference: npt.ArrayLike, actual: npt.ArrayLike) -> float:
    """Population stability index of two counts over the same bins, (n_bins,): 0 when the shares are alike.

    sum((a - r) * ln(a / r)) over the bins, r and a the shares of reference and actual (Siddiqi, Credit Risk
    Scorecards, 2006; the symmetric divergence of Jeffreys, 1946). Usually read as: below 0.1 no change to speak of,
    0.1 to 0.25 look at it, above 0.25 another population. Each bin counts half a customer more than it holds.
    Raises ValueError when the shapes differ or a side has no customers.
    """
    expected, found = np.asarray(reference, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    if expected.shape != found.shape or expected.ndim != 1:
        raise ValueError(f"counts over the same bins are needed, got {expected.shape} and {found.shape}")
    if not expected.sum() > 0.0 or not found.sum() > 0.0:
        raise ValueError("no customers on one side: there is nothing to compare")
    share = (expected + EMPTY) / (expected + EMPTY).sum()
    seen = (found + EMPTY) / (found + EMPTY).sum()
    return float(np.sum((seen - share) * np.log(seen / share)))


def psi_by_chance(reference: int, actual: int, bins: int, beyond: float = 0.05) -> float:
    """The index below which 19 of 20 samples of one unchanged population stay, or all but a share `beyond`.

    reference, actual: how many customers each sample holds. (1 / reference + 1 / actual) times the 95 % point of
    chi-squared with bins - 1 degrees of freedom (Yurdakul and Naranjo, 2020), that point by Wilson and Hilferty's
    approximation, right to 1 % from two degrees on. 0 for a single bin: its share cannot change.
    """
    free = bins - 1
    if free < 1:
        return 0.0
    spread = 2.0 / (9.0 * free)
    point = free * (1.0 - spread + NormalDist().inv_cdf(1.0 - beyond) * np.sqrt(spread)) ** 3
    return float(point * (1.0 / reference + 1.0 / actual))


def psi_expected(reference: int, actual: int, bins: int) -> float:
    """The index that two samples of one unchanged population show on average: (bins - 1) (1/reference + 1/actual).

    The mean of the same chi-squared; what an index holds beyond it is drift. Arguments as `psi_by_chance`.
    """
    return max(0, bins - 1) * (1.0 / reference + 1.0 / actual)


def frozen_edges(reference: npt.ArrayLike, bins: int = BINS) -> Floats:
    """The inner edges of at most `bins` bins that hold about equally many of the known reference values.

    reference: (n,), NaN where unknown. Bin i holds what is above edge i - 1 and not above edge i; the outer bins are
    open. A value that many have is an edge once, so fewer bins may come out; none at all for no known value.
    """
    values = np.asarray(reference, dtype=np.float64)
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return np.empty(0)
    # whole numbers: a share of 0.3 is not quite three tenths
    places = -(-len(known) * np.arange(1, bins) // bins) - 1
    edges: Floats = np.unique(np.partition(known, places)[places])
    return edges


def binned(values: npt.ArrayLike, edges: Floats) -> npt.NDArray[np.intp]:
    """The bin of each value, (n,): 0 to len(edges); len(edges) + 1 for NaN, since missing is a bin of its own."""
    numbers = np.asarray(values, dtype=np.float64)
    codes = np.searchsorted(edges, numbers, side="left")
    codes[np.isnan(numbers)] = len(edges) + 1
    return codes


def bin_counts(codes: npt.NDArray[np.intp], bins: int) -> Counts:
    """How many values fall into each of `bins` bins, (bins,)."""
    return np.bincount(codes, minlength=bins).astype(np.int64)
