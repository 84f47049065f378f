"""What each arm of an experiment adds, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import Estimate, estimates
from leadlift.evaluation.experiment import Z, combined, incremental_mean, newcombe

RESAMPLES = 400
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ArmEffect:
    """One arm of an experiment beside the controls. mean: of its outcome. effect: mean less the controls', at 95 %."""

    arm: str
    cases: int
    mean: float
    effect: float
    low: float
    high: float


def arm_effects(
    y: npt.ArrayLike,
    group: npt.ArrayLike,
    names: Sequence[str],
    customer: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
) -> list[ArmEffect]:
    """Return each arm's effect by itself, of outcomes that are chances (Newcombe, 1998) or amounts (Student's t).

    y: (n,). group: (n,), 0 for controls, 1 and up for the arms in the order of `names`. customer: (n,), whose case it
    is; where some have several, intervals are resampled by customer. weight: (n,), inverse propensities, where groups
    were not drawn: means and errors are then Hajek's (1971). An arm without cases is left out. Several arms widen
    nothing: each interval is its own. Raises ValueError without controls.
    """
    outcome, groups = np.asarray(y, dtype=np.float64), np.asarray(group)
    counts = None if weight is None else np.asarray(weight, dtype=np.float64)
    share = bool(np.isin(outcome, (0.0, 1.0)).all())
    control, found = groups == 0, []
    several = len(np.unique(np.asarray(customer))) < len(outcome)
    by_customer = _by_customer(outcome, groups, len(names), customer, counts) if several else {}
    for number, name in enumerate(names, start=1):
        here = groups == number
        if not here.any():
            continue
        if several:
            effect = by_customer[str(number)]
        elif counts is not None:
            effect = combined(*(_weighted(outcome[rows], counts[rows]) for rows in (here, control)))
        elif share:
            sums = (
                int(outcome[here].sum()),
                int(here.sum()),
                int(outcome[control].sum()),
                int(control.sum()),
            )
            effect = newcombe(*sums)
        else:
            effect = incremental_mean([outcome[here]], [outcome[control]])
        mean = float(np.average(outcome[here], weights=None if counts is None else counts[here]))
        found.append(ArmEffect(name, int(here.sum()), mean, effect.value, effect.low, effect.high))
    return found


def _by_customer(
    y: Floats, group: npt.NDArray[np.intp], arms: int, customer: npt.ArrayLike, weight: Floats | None
) -> dict[str, Estimate]:
    """The effect of each arm, named by its number, with intervals by resampling customers."""
    own = np.ones(len(y)) if weight is None else weight

    def measure(drawn: Floats) -> dict[str, float]:
        counts = np.bincount(group, own * drawn, arms + 1)
        sums = np.bincount(group, own * drawn * y, arms + 1)
        mean = np.divide(sums, counts, out=np.full(arms + 1, np.nan), where=counts > 0)
        return {str(number): float(mean[number] - mean[0]) for number in range(1, arms + 1)}

    return estimates(measure, customer, RESAMPLES, 0)


def _weighted(y: Floats, weight: Floats) -> Estimate:
    """A weighted mean with its 95 % interval, by its linearised error. Raises ValueError for no rows."""
    if not len(y):
        raise ValueError("an effect needs customers of both groups")
    mean = float(np.average(y, weights=weight))
    half = Z * float(np.sqrt(np.sum((weight * (y - mean)) ** 2)) / weight.sum())
    return Estimate(mean, mean - half, mean + half)
