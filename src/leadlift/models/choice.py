"""Which calibration: the one that told later customers best, and of those that did as well the simplest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.models.calibration import fit_calibrator
from leadlift.models.calibrators import Floats

# The simplest first.
CANDIDATES = ("platt", "beta", "centred")
# Below so many responders to learn from, or to compare on, chance would choose.
FEWEST = 30
LATER = 0.4


@dataclass(frozen=True)
class Choice:
    """The chosen calibration and what it was chosen by.

    losses: calibration -> log loss a customer on cases it was not fitted to; empty where nothing could be compared.
    because: in words.
    """

    kind: str
    losses: Mapping[str, float]
    because: str


def choose_calibration(
    raw: Floats, y: Floats, customer: npt.NDArray[np.intp], when: npt.NDArray[np.datetime64] | None
) -> Choice:
    """Choose by log loss on later calibration cases; none of the test.

    raw, y: (n,), of the calibration cases, in the order of time. customer: (n,), codes. when: (n,), as-of dates;
    None where there is no time, and either half is then told by the other.
    Fitted to the earlier 60 %, compared on the later 40 %. The simplest that is within one standard error of the best
    is taken (Breiman et al., 1984), customers and not cases being counted. Platt where there are too few responders.
    """
    folds = _halves(customer) if when is None else _later(when)
    enough = all(min(y[fit].sum(), y[told].sum()) >= FEWEST for fit, told in folds)
    if not enough or any((1 - y[fit]).sum() < FEWEST or (1 - y[told]).sum() < FEWEST for fit, told in folds):
        return Choice(CANDIDATES[0], {}, f"fewer than {FEWEST} responders, or others, to choose by")
    told_rows = np.concatenate([told for _, told in folds])
    losses = {
        kind: np.concatenate([_losses(kind, raw, y, fit, told) for fit, told in folds]) for kind in CANDIDATES
    }
    means = {kind: float(loss.mean()) for kind, loss in losses.items()}
    best = min(means, key=lambda kind: means[kind])
    for kind in CANDIDATES:
        excess = losses[kind] - losses[best]
        if means[kind] <= means[best] + _error(excess, customer[told_rows]):
            break
    how = "cases of either half" if when is None else "later cases"
    return Choice(kind, means, f"log loss on {len(told_rows):,} {how}, the simplest within a standard error")


def _later(when: npt.NDArray[np.datetime64]) -> Sequence[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """The earlier and the later cases; a date is not parted unless there is only one."""
    ordered = np.sort(when)
    cut = ordered[int(len(ordered) * (1 - LATER))]
    late = when >= cut
    if late.all() or not late.any():
        late = np.arange(len(when)) >= int(len(when) * (1 - LATER))
    return [(np.flatnonzero(~late), np.flatnonzero(late))]


def _halves(customer: npt.NDArray[np.intp]) -> Sequence[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Two halves of the customers, each to be told by the other."""
    kinds, place = np.unique(customer, return_inverse=True)
    odd = (np.random.default_rng(0).permutation(len(kinds)) % 2 == 1)[place]
    first, second = np.flatnonzero(~odd), np.flatnonzero(odd)
    return [(first, second), (second, first)]


def _losses(
    kind: str, raw: Floats, y: Floats, fit: npt.NDArray[np.intp], told: npt.NDArray[np.intp]
) -> Floats:
    probability = fit_calibrator(kind, raw[fit], y[fit])(raw[told])
    return np.asarray(-np.log(np.where(y[told] > 0, probability, 1.0 - probability)))


def _error(excess: Floats, customer: npt.NDArray[np.intp]) -> float:
    """The standard error of the mean, a customer's cases taken together."""
    sums = np.bincount(customer, weights=excess - excess.mean())
    return float(np.sqrt((sums**2).sum()) / len(excess))
