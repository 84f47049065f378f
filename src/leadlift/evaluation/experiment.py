"""What a contact made of a difference: contacted customers against a random control, with intervals.

Differences of proportions by Newcombe (1998, method 10): the ends of both Wilson intervals, combined. Strata and
amounts by the same combination (Zou and Donner, 2008, "method of variance estimates recovery").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import LEVEL, Estimate

Floats = npt.NDArray[np.float64]
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class Counted:
    """One stratum's contacted and control customers: how many, and how many of them responded."""

    contacted: int
    responded: int
    control: int
    control_responded: int


def wilson(responded: float, customers: float) -> Estimate:
    """A share with its 95 % score interval (Wilson, 1927). Raises ValueError without customers."""
    if customers <= 0:
        raise ValueError("a share of no customers is not defined")
    share, spread = responded / customers, Z**2 / customers
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def exact(responded: int, customers: int) -> Estimate:
    """A share with its exact 95 % interval (Clopper and Pearson, 1934). Raises ValueError without customers."""
    from scipy.stats import beta

    if customers <= 0:
        raise ValueError("a share of no customers is not defined")
    tail = (1 - LEVEL) / 2
    low = 0.0 if responded == 0 else float(beta.ppf(tail, responded, customers - responded + 1))
    high = 1.0 if responded == customers else float(beta.ppf(1 - tail, responded + 1, customers - responded))
    return Estimate(responded / customers, low, high)


def newcombe(responded: int, customers: int, control_responded: int, control: int) -> Estimate:
    """The difference of two independent shares, first minus second, with its 95 % interval.

    Raises ValueError when one of the groups is empty.
    """
    return combined(wilson(responded, customers), wilson(control_responded, control))


def combined(first: Estimate, second: Estimate) -> Estimate:
    """First minus second, from two independent estimates whose intervals need not be symmetric."""
    difference = first.value - second.value
    down = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    up = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Estimate(difference, difference - down, difference + up)


def incremental_share(strata: Sequence[Counted]) -> Estimate:
    """The mean effect on those contacted: share responding among them minus that of controls like them.

    Controls are weighted to have the contacted customers' strata, since some strata may have been given fewer. Strata
    with nobody in one of the two groups tell nothing and must be left out before. Raises ValueError for none.
    """
    contacted = sum(one.contacted for one in strata)
    if contacted == 0 or any(one.control == 0 or one.contacted == 0 for one in strata):
        raise ValueError("every stratum needs contacted and control customers")
    rate = wilson(sum(one.responded for one in strata), contacted)
    shares = [one.contacted / contacted for one in strata]
    rates = [wilson(one.control_responded, one.control) for one in strata]
    return combined(rate, weighted(shares, rates))


def weighted(shares: Sequence[float], parts: Sequence[Estimate]) -> Estimate:
    """The weighted sum of independent estimates. A single part keeps its own interval."""
    value = sum(share * one.value for share, one in zip(shares, parts, strict=True))
    down = sqrt(sum((share * (one.value - one.low)) ** 2 for share, one in zip(shares, parts, strict=True)))
    up = sqrt(sum((share * (one.high - one.value)) ** 2 for share, one in zip(shares, parts, strict=True)))
    return Estimate(value, value - down, value + up)


def mean(amounts: npt.ArrayLike) -> Estimate:
    """A mean with its 95 % interval by Student's t. Of fewer than two the interval is not known (NaN)."""
    from scipy.stats import t

    values = np.asarray(amounts, dtype=np.float64)
    if len(values) == 0:
        raise ValueError("a mean of nobody is not defined")
    if len(values) < 2:
        return Estimate(float(values.mean()), float("nan"), float("nan"))
    half = float(t.ppf((1 + LEVEL) / 2, len(values) - 1)) * float(values.std(ddof=1)) / sqrt(len(values))
    return Estimate(float(values.mean()), float(values.mean()) - half, float(values.mean()) + half)


def incremental_mean(contacted: Sequence[npt.ArrayLike], control: Sequence[npt.ArrayLike]) -> Estimate:
    """As `incremental_share`, of amounts: one array of each group for each stratum, zeros included."""
    counts = [len(np.asarray(one)) for one in contacted]
    if not counts or min(counts) == 0 or any(len(np.asarray(one)) == 0 for one in control):
        raise ValueError("every stratum needs contacted and control customers")
    everyone = mean(np.concatenate([np.asarray(one, dtype=np.float64) for one in contacted]))
    shares = [count / sum(counts) for count in counts]
    return combined(everyone, weighted(shares, [mean(one) for one in control]))


def scaled(one: Estimate, factor: float, plus: float = 0.0) -> Estimate:
    """The estimate times a known factor, plus a known number: from an effect per customer to money."""
    ends = sorted((one.low * factor + plus, one.high * factor + plus))
    return Estimate(one.value * factor + plus, ends[0], ends[1])


def detectable(rate: float, contacted: int, control: int, power: float = 0.8) -> float:
    """The smallest rise over `rate` that an experiment of this size finds with that power, at 5 % on two sides.

    Two proportions with unequal groups (Fleiss, Levin and Paik, 2003, chapter 4). rate: of the control, in (0, 1).
    1 - rate when no rise is large enough. Raises ValueError when a group is empty or a share out of range.
    """
    from scipy.optimize import brentq

    if contacted <= 0 or control <= 0 or not 0 < rate < 1 or not 0 < power < 1:
        raise ValueError("needs two groups, and a rate and a power between 0 and 1")
    wanted = NormalDist().inv_cdf(power)

    def short_of(rise: float) -> float:
        risen = rate + rise
        pooled = (contacted * risen + control * rate) / (contacted + control)
        none = sqrt(pooled * (1 - pooled) * (1 / contacted + 1 / control))
        some = sqrt(risen * (1 - risen) / contacted + rate * (1 - rate) / control)
        return rise - Z * none - wanted * some

    most = 1 - rate
    return float(most if short_of(most) < 0 else brentq(short_of, 0.0, most))
