"""The tables and curves a campaign planner reads: deciles, gains, and whether chances come true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.ranking import Curve, Floats, Ranking

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers by score; decile 1 is the best.

    customers, responders: counts, not always whole: customers with equal scores on the edge of two deciles
    count in both in proportion. lift, cumulative_lift: response rate of the decile, and of all down to it,
    over that of everyone. cumulative_captured: share of all responders found down to it, in [0, 1].
    """

    decile: int
    customers: float
    responders: float
    response_rate: float
    mean_probability: float
    lift: float
    cumulative_captured: float
    cumulative_lift: float


@dataclass(frozen=True)
class Reliability:
    """Customers promised about the same: what they were promised on average, and how many responded.

    low, high: 95 % interval of the actual rate (Wilson, 1927).
    """

    customers: float
    mean_probability: float
    actual_rate: float
    low: float
    high: float


def decile_table(y: npt.ArrayLike, probability: npt.ArrayLike, score: npt.ArrayLike) -> list[Decile]:
    """Return ten rows, best first. The lift of decile 1 is `lift_at` 10 %.

    y: (n,), 0 or 1. probability: (n,), calibrated. score: (n,), what ranks. Raises ValueError when nobody
    responded.
    """
    actual, chance = np.asarray(y, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    if not actual.any():
        raise ValueError("nobody responded: there is no lift")
    ranking = Ranking.of(score)
    edges = _at_edges(ranking, 10, np.ones(len(actual)), actual, chance)
    return [_decile(i, *edges) for i in range(1, 11)]


def gains_curve(y: npt.ArrayLike, score: npt.ArrayLike, points: int = 101) -> tuple[Floats, Floats]:
    """Return the shares of customers contacted, (points,), from 0 to 1, and of responders found by then.

    Raises ValueError when nobody responded.
    """
    actual = np.asarray(y, dtype=np.float64)
    curve = Curve.of(Ranking.of(score), actual, np.ones(len(actual)))
    shares = np.linspace(0.0, 1.0, points)
    return shares, np.array([0.0, *(curve.captured_at(share) for share in shares[1:])])


def reliability(y: npt.ArrayLike, probability: npt.ArrayLike, bins: int = 10) -> list[Reliability]:
    """Return bins of equally many customers, the lowest probability first.

    y: (n,), 0 or 1. probability: (n,), in [0, 1]. Customers of equal probability on an edge count in both
    bins in proportion.
    """
    actual, chance = np.asarray(y, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    edges = _at_edges(Ranking.of(-chance), bins, np.ones(len(actual)), actual, chance)
    customers, responders, promised = (np.diff(edge) for edge in edges)
    return [_point(*bin_) for bin_ in zip(customers, responders, promised, strict=True)]


def _decile(i: int, customers: Floats, responders: Floats, promised: Floats) -> Decile:
    of_all = responders[-1] / customers[-1]
    n, found, chances = (edge[i] - edge[i - 1] for edge in (customers, responders, promised))
    return Decile(
        decile=i,
        customers=float(n),
        responders=float(found),
        response_rate=float(found / n),
        mean_probability=float(chances / n),
        lift=float(found / n / of_all),
        cumulative_captured=float(responders[i] / responders[-1]),
        cumulative_lift=float(responders[i] / customers[i] / of_all),
    )


def _at_edges(ranking: Ranking, parts: int, customers: Floats, *amounts: Floats) -> list[Floats]:
    """Running totals at the edges of equally large parts, (parts + 1,), of the customers and each amount."""
    counted = ranking.running(customers)
    edges = np.linspace(0.0, counted[-1], parts + 1)
    return [edges, *(np.interp(edges, counted, ranking.running(amount)) for amount in amounts)]


def _point(customers: float, responders: float, promised: float) -> Reliability:
    rate = responders / customers
    spread = Z_95**2 / customers
    middle = (rate + spread / 2.0) / (1.0 + spread)
    half = np.sqrt(rate * (1.0 - rate) * spread + spread**2 / 4.0) / (1.0 + spread)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Reliability(float(customers), float(promised / customers), float(rate), float(low), float(high))
