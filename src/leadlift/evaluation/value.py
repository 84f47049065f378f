"""What a prediction of amounts is worth: how it ranks money, and whether totals are right; with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import Estimate, Measure, estimates
from leadlift.evaluation.ranking import Curve, Floats, Ranking

VALUE_SHARES = (0.05, 0.10, 0.20)
DECILES = 10


@dataclass(frozen=True)
class ValueDecile:
    """A tenth of the customers by predicted amount; decile 1 is promised the most.

    buyers: with an amount above 0. predicted, actual: means for each customer; low, high: of `actual`, at 95 %.
    captured: share of all money in this decile and those above.
    """

    decile: int
    customers: float
    buyers: float
    predicted: float
    actual: float
    low: float
    high: float
    captured: float


def gini(ranking: Ranking, best: Ranking, y: Floats, weight: Floats) -> float:
    """Return the normalised Gini: the area that the ranking gains over a random order, over that of the best order.

    1 ranks by the amounts themselves, 0 is chance (Frees et al., 2011). Raises ValueError where there is no money, or
    where everybody brings the same.
    """
    gained, most = (_area(Curve.of(one, y, weight)) for one in (ranking, best))
    if not most > 1e-12:
        raise ValueError("all amounts are alike: there is nothing to rank")
    return gained / most


def evaluate_value(
    y: npt.ArrayLike, predicted: npt.ArrayLike, customer: npt.ArrayLike, resamples: int = 200, seed: int = 0
) -> dict[str, Estimate]:
    """Return every metric with its 95 % interval, resampled by customer.

    y, predicted: (n,), amounts of 0 and more. Keys: gini; value_at_5 and so on, the share of all money among the best
    5 % of customers; value_lift_at_10, the mean amount of the best tenth over that of all; total_ratio, predicted over
    actual money; decile_error, the mean distance of predicted and actual deciles, over the mean amount. Raises
    ValueError where nobody brings anything.
    """
    return estimates(_measured(*_checked(y, predicted)), customer, resamples, seed)


def value_difference(
    y: npt.ArrayLike,
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    customer: npt.ArrayLike,
    resamples: int = 200,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Return how much better `one` ranks than `other`, paired: both on the same resamples of customers.

    Keys: gini, value_lift_at_10. one, other: (n,), what ranks: amounts, or chances.
    """
    amount, first = _checked(y, one)
    rankings = Ranking.of(first), Ranking.of(_checked(y, other)[1])
    best = Ranking.of(amount)

    def measure(weight: Floats) -> dict[str, float]:
        ginis = [gini(ranking, best, amount, weight) for ranking in rankings]
        lifts = [Curve.of(ranking, amount, weight).captured_at(0.1) / 0.1 for ranking in rankings]
        return {"gini": ginis[0] - ginis[1], "value_lift_at_10": lifts[0] - lifts[1]}

    return estimates(measure, customer, resamples, seed)


def value_deciles(
    y: npt.ArrayLike, predicted: npt.ArrayLike, customer: npt.ArrayLike, resamples: int = 200, seed: int = 0
) -> list[ValueDecile]:
    """Return the tenths of the customers by predicted amount, the highest first."""
    amount, told = _checked(y, predicted)
    ranking = Ranking.of(told)

    def measure(weight: Floats) -> dict[str, float]:
        parts = _deciles(ranking, weight, amount)
        return {str(i): float(mean) for i, mean in enumerate(parts[1] / parts[0])}

    found = estimates(measure, customer, resamples, seed)
    customers, money, promised, buyers = _deciles(
        ranking, np.ones(len(amount)), amount, told, (amount > 0).astype(np.float64)
    )
    captured = np.cumsum(money) / money.sum()
    return [
        ValueDecile(
            decile=i + 1,
            customers=float(customers[i]),
            buyers=float(buyers[i]),
            predicted=float(promised[i] / customers[i]),
            actual=found[str(i)].value,
            low=found[str(i)].low,
            high=found[str(i)].high,
            captured=float(captured[i]),
        )
        for i in range(DECILES)
    ]


def mean_amount(y: npt.ArrayLike, customer: npt.ArrayLike, resamples: int = 100, seed: int = 0) -> Estimate:
    """Return the mean amount of some cases with its 95 % interval, resampled by customer."""
    amount = np.asarray(y, dtype=np.float64)

    def measure(weight: Floats) -> dict[str, float]:
        if not weight.sum() > 0:
            raise ValueError("a mean of nobody is not defined")
        return {"mean": float(np.average(amount, weights=weight))}

    return estimates(measure, customer, resamples, seed)["mean"]


def money_curve(y: npt.ArrayLike, score: npt.ArrayLike, points: int = 101) -> tuple[Floats, Floats]:
    """Return the shares of customers contacted, (points,), from 0 to 1, and the money they brought, the best first."""
    amount, told = _checked(y, score)
    curve = Curve.of(Ranking.of(told), amount, np.ones(len(amount)))
    shares = np.linspace(0.0, 1.0, points)
    return shares, np.interp(shares * curve.customers[-1], curve.customers, curve.responders)


def _area(curve: Curve) -> float:
    if not curve.responders[-1] > 0:
        raise ValueError("nobody brings anything: there is nothing to rank")
    depth, money = curve.customers / curve.customers[-1], curve.responders / curve.responders[-1]
    return float(2.0 * np.trapezoid(money, depth) - 1.0)


def _deciles(ranking: Ranking, weight: Floats, *amounts: Floats) -> list[Floats]:
    """Customers of each tenth and their total of each amount, equal predictions in proportion; (10,) each."""
    counted = ranking.running(weight)
    edges = np.linspace(0.0, counted[-1], DECILES + 1)
    totals = [np.interp(edges, counted, ranking.running(weight * amount)) for amount in amounts]
    return [np.diff(edge) for edge in (edges, *totals)]


def _measured(amount: Floats, told: Floats) -> Measure:
    ranking, best = Ranking.of(told), Ranking.of(amount)

    def measure(weight: Floats) -> dict[str, float]:
        curve = Curve.of(ranking, amount, weight)
        customers, money, promised = _deciles(ranking, weight, amount, told)
        mean = money.sum() / customers.sum()
        found = {"gini": gini(ranking, best, amount, weight)}
        found |= {f"value_at_{100 * share:g}": curve.captured_at(share) for share in VALUE_SHARES}
        found["value_lift_at_10"] = curve.captured_at(0.1) / 0.1
        found["total_ratio"] = float(promised.sum() / money.sum())
        found["decile_error"] = float(np.mean(np.abs(promised - money) / customers) / mean)
        return found

    return measure


def _checked(y: npt.ArrayLike, predicted: npt.ArrayLike) -> tuple[Floats, Floats]:
    amount, told = np.asarray(y, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if amount.ndim != 1 or amount.shape != told.shape:
        raise ValueError(f"shapes differ: y {amount.shape}, predicted {told.shape}")
    if (amount < 0).any():
        raise ValueError("amounts must not be below 0")
    return amount, told
