"""What a ranking by effect is worth: Qini and uplift curves of a randomised trial, with intervals.

Nobody is seen both with and without the contact. So at each depth of the ranking the outcome of the treated is held
against that of the controls above the same cut (Radcliffe, 2007; Radcliffe and Surry, 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import Estimate, Measure, estimates
from leadlift.evaluation.ranking import Floats, Ranking

UPLIFT_SHARES = (0.10, 0.20, 0.30, 0.50)


@dataclass(frozen=True, eq=False)
class UpliftCurve:
    """Running totals from the highest predicted effect down, (n_groups + 1,), equal scores together.

    customers, treated, control: weights counted. treated_outcome, control_outcome: their outcomes.
    """

    customers: Floats
    treated: Floats
    control: Floats
    treated_outcome: Floats
    control_outcome: Floats

    @classmethod
    def of(cls, ranking: Ranking, y: Floats, treated: Floats, weight: Floats) -> Self:
        """Count each row `weight` times. Raises ValueError when one of the two groups is empty."""
        here, other = weight * treated, weight * (1.0 - treated)
        amounts = (weight, here, other, here * y, other * y)
        curve = cls(*(ranking.running(amount) for amount in amounts))
        if not curve.treated[-1] > 0 or not curve.control[-1] > 0:
            raise ValueError("an effect needs both treated customers and controls")
        return curve

    def gained(self) -> Floats:
        """Return the Qini curve: outcomes gained above each cut, per treated customer of all.

        Radcliffe's: outcomes of the treated, less those of the controls brought to as many customers.
        """
        alike = np.divide(self.treated, self.control, out=np.zeros_like(self.treated), where=self.control > 0)
        gained: Floats = (self.treated_outcome - self.control_outcome * alike) / self.treated[-1]
        return gained

    def depth(self) -> Floats:
        """Return the share of customers above each cut."""
        depth: Floats = self.customers / self.customers[-1]
        return depth

    def qini(self) -> float:
        """Return the area between the Qini curve and the straight line of a random order.

        In outcomes gained per customer: 0 is chance. Not divided by anything, so that it can be compared only on the
        same customers, but also where the perfect curve says little.
        """
        depth, gained = self.depth(), self.gained()
        return float(np.trapezoid(gained, depth) - gained[-1] / 2.0)

    def auuc(self) -> float:
        """Return the area under the uplift curve: depth times the difference of mean outcomes above the cut.

        Gutierrez and Gerardy (2017). A random order gives half the average effect.
        """
        depth = self.depth()
        return float(np.trapezoid(depth * self.above(), depth))

    def above(self) -> Floats:
        """Return the difference of mean outcomes above each cut, 0 where a group has nobody yet."""
        means = [
            np.divide(outcome, count, out=np.zeros_like(count), where=count > 0)
            for outcome, count in (
                (self.treated_outcome, self.treated),
                (self.control_outcome, self.control),
            )
        ]
        both = (self.treated > 0) & (self.control > 0)
        return np.where(both, means[0] - means[1], 0.0)

    def effect(self, first: float, last: float) -> float:
        """Return the difference of mean outcomes between two depths, each in [0, 1].

        Customers of equal score on the edge count in proportion. NaN when a group is empty there.
        """
        edges = np.array([first, last]) * self.customers[-1]
        there = [
            float(np.diff(np.interp(edges, self.customers, totals))[0])
            for totals in (self.treated, self.treated_outcome, self.control, self.control_outcome)
        ]
        if not there[0] > 0 or not there[2] > 0:
            return float("nan")
        return there[1] / there[0] - there[3] / there[2]


@dataclass(frozen=True)
class UpliftDecile:
    """A tenth of the customers by predicted effect; decile 1 is promised the most.

    treated, control: how many. treated_mean, control_mean: of the outcome, NaN of nobody. effect: their difference,
    with its 95 % interval. predicted: the mean effect that was promised.
    """

    decile: int
    treated: float
    control: float
    treated_mean: float
    control_mean: float
    effect: float
    low: float
    high: float
    predicted: float


def qini_of_best(
    y: npt.ArrayLike, treated: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> float:
    """Return the Qini area over that of the best order there could be, as scikit-uplift's `qini_auc_score`.

    The best order puts treated responders first and control responders last. y: (n,), not negative. treated: (n,),
    1 or 0. weight: (n,), as for `evaluate_uplift`. At most 1; 0 is chance. nan where even the best order gains nothing.
    """
    outcome, group = np.asarray(y, dtype=np.float64), np.asarray(treated, dtype=np.float64)
    counts = np.ones(len(outcome)) if weight is None else np.asarray(weight, dtype=np.float64)
    best = UpliftCurve.of(Ranking.of(outcome * (2.0 * group - 1.0)), outcome, group, counts).qini()
    found = UpliftCurve.of(Ranking.of(score), outcome, group, counts).qini()
    return found / best if best > 0 else float("nan")


def evaluate_uplift(
    y: npt.ArrayLike,
    treated: npt.ArrayLike,
    score: npt.ArrayLike,
    customer: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    resamples: int = 200,
    seed: int = 0,
    shares: Sequence[float] = UPLIFT_SHARES,
) -> dict[str, Estimate]:
    """Return every metric with its 95 % interval, resampled by customer.

    y: (n,), outcomes, chances or amounts. treated: (n,), 1 or 0. score: (n,), what ranks. weight: (n,), of each
    row, where treatment was not drawn evenly (inverse propensity); equal when left out. Keys: qini, auuc,
    auuc_over_random, average_effect, uplift_at_10 for a share of 0.10 and so on. Raises ValueError when one group
    is empty.
    """
    rows = checked_trial(y, treated, customer, weight)
    measure = _measured(rows, score, shares)
    return estimates(measure, customer, resamples, seed)


def uplift_difference(
    y: npt.ArrayLike,
    treated: npt.ArrayLike,
    score_a: npt.ArrayLike,
    score_b: npt.ArrayLike,
    customer: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return how much better `score_a` ranks than `score_b`, paired: both on the same resamples of customers.

    Keys, arguments and errors as `evaluate_uplift`; what does not depend on the ranking is left out.
    """
    rows = checked_trial(y, treated, customer, weight)
    one, two = (_measured(rows, score, UPLIFT_SHARES) for score in (score_a, score_b))

    def both(drawn: Floats) -> dict[str, float]:
        first, second = one(drawn), two(drawn)
        return {name: first[name] - second[name] for name in first if name != "average_effect"}

    return estimates(both, customer, resamples, seed)


def uplift_deciles(
    y: npt.ArrayLike,
    treated: npt.ArrayLike,
    score: npt.ArrayLike,
    predicted: npt.ArrayLike,
    customer: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> list[UpliftDecile]:
    """Return ten rows, the highest predicted effect first. predicted: (n,), the effects promised."""
    outcome, group, own = checked_trial(y, treated, customer, weight)
    promised = np.asarray(predicted, dtype=np.float64)
    ranking = Ranking.of(score)
    edges = np.linspace(0.0, 1.0, 11)

    def measure(drawn: Floats) -> dict[str, float]:
        curve = UpliftCurve.of(ranking, outcome, group, own * drawn)
        return {str(i): curve.effect(*pair) for i, pair in enumerate(pairwise(edges), start=1)}

    found = estimates(measure, customer, resamples, seed)
    curve = UpliftCurve.of(ranking, outcome, group, own)
    treated_here, control_here, *outcomes = _between(curve, edges)
    means = [
        np.divide(outcome, count, out=np.full(10, np.nan), where=count > 0)
        for outcome, count in zip(outcomes, (treated_here, control_here), strict=True)
    ]
    plain = ranking.running(np.ones(len(promised)))
    sums = np.interp(edges * plain[-1], plain, ranking.running(promised))
    mean = np.diff(sums) / np.diff(edges * plain[-1])
    return [
        UpliftDecile(
            decile=i + 1,
            treated=float(treated_here[i]),
            control=float(control_here[i]),
            treated_mean=float(means[0][i]),
            control_mean=float(means[1][i]),
            effect=found[str(i + 1)].value,
            low=found[str(i + 1)].low,
            high=found[str(i + 1)].high,
            predicted=float(mean[i]),
        )
        for i in range(10)
    ]


def _between(curve: UpliftCurve, edges: Floats) -> list[Floats]:
    """Treated, controls and the outcomes of each, between the edges."""
    at = edges * curve.customers[-1]
    totals = (curve.treated, curve.control, curve.treated_outcome, curve.control_outcome)
    return [np.diff(np.interp(at, curve.customers, total)) for total in totals]


def _measured(rows: tuple[Floats, Floats, Floats], score: npt.ArrayLike, shares: Sequence[float]) -> Measure:
    y, treated, own = rows
    ranking = Ranking.of(score)

    def measure(drawn: Floats) -> dict[str, float]:
        curve = UpliftCurve.of(ranking, y, treated, own * drawn)
        effect, auuc = curve.effect(0.0, 1.0), curve.auuc()
        return {
            "qini": curve.qini(),
            "auuc": auuc,
            "auuc_over_random": auuc - effect / 2.0,
            "average_effect": effect,
            **{f"uplift_at_{share * 100:g}": curve.effect(0.0, share) for share in shares},
        }

    return measure


def checked_trial(
    y: npt.ArrayLike, treated: npt.ArrayLike, customer: npt.ArrayLike, weight: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return outcomes, groups and weights, (n,) each. Raises ValueError for other shapes or groups."""
    outcome, group = np.asarray(y, dtype=np.float64), np.asarray(treated, dtype=np.float64)
    own = np.ones(len(outcome)) if weight is None else np.asarray(weight, dtype=np.float64)
    if outcome.ndim != 1 or not outcome.shape == group.shape == own.shape == np.asarray(customer).shape:
        raise ValueError(f"shapes differ: y {outcome.shape}, treated {group.shape}, weight {own.shape}")
    if not np.isin(group, (0.0, 1.0)).all():
        raise ValueError("treated must be 0 or 1")
    return outcome, group, own
