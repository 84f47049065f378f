"""The lift of one event beside another, with its interval: how much likelier B is where A is."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

from leadlift.evaluation.bootstrap import LEVEL, Estimate

Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class LiftEstimate:
    """A lift with its 95 % interval. surely: how many standard errors its logarithm lies from 0; 0 where undefined."""

    estimate: Estimate
    surely: float


def lift_of(both: int, a: int, b: int, n: int) -> LiftEstimate:
    """P(B given A) over P(B) among n cases, of which A holds in `a`, B in `b` and both in `both`.

    The interval is that of the logarithm by the delta method, under one multinomial draw of the n cases: A is a part of
    the whole that it is held against, so the two shares are not independent. A half is added to each of the four cells
    where one is empty (Haldane, 1956). Where A or B never or always holds there is nothing to compare: lift 1, or NaN.

    Raises ValueError for counts that cannot be.
    """
    if not 0 <= both <= min(a, b) or max(a, b) > n or a + b - both > n:
        raise ValueError(f"no such counts: {both} both, {a} and {b} of {n}")
    if a == 0 or b == 0:
        return LiftEstimate(Estimate(float("nan"), float("nan"), float("nan")), 0.0)
    if a == n or b == n:
        return LiftEstimate(Estimate(1.0, 1.0, 1.0), 0.0)
    lift = both * n / (a * b)
    cells = (both, a - both, b - both, n - a - b + both)
    add = 0.5 if min(cells) == 0 else 0.0
    n11, na, nb, total = both + add, a + 2 * add, b + 2 * add, n + 4 * add
    smoothed = n11 * total / (na * nb)
    variance = 1 / n11 - 1 / na - 1 / nb + (2 * smoothed - 1) / total
    error = sqrt(max(variance, 0.0))
    low, high = (exp(log(smoothed) + side * Z * error) for side in (-1, 1))
    surely = log(smoothed) / error if error > 0 else 0.0
    return LiftEstimate(Estimate(lift, min(low, lift), max(high, lift)), surely)
