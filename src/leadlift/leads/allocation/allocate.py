"""The assignment: exact where that is quick, else by prices, with those decided exactly for whom it is a close call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from leadlift.leads.allocation.dual import Market
from leadlift.leads.allocation.problem import NONE, Allocation, Cap, Floats, total_worth

EXACT = 20_000
"""Customers times pairs up to which HiGHS decides everything: about a second on one processor."""

CLOSE_CALLS = (4_000, 10_000, 25_000)
"""Customers whom HiGHS decides when prices decide the rest: more of them while the gap is wider than GOOD."""

GOOD, POLISH = 5e-4, 40

CHOICES = 6
"""Pairs that a close call is between: those worth most above their prices."""


def allocate(
    worth: Floats, caps: Sequence[Cap], exact: int = EXACT, close_calls: Sequence[int] = CLOSE_CALLS
) -> Allocation:
    """Give each customer at most one pair so that the worth of all together is the largest.

    worth: (n, p), -inf where a pair is not allowed; what is worth 0 or less is never given. caps: may overlap. Of equal
    worth the first row has it. exact: customers times pairs up to which the answer is exact; beyond, prices decide and
    `gap` of the answer says how far from the best it can be at most. close_calls: for how many customers HiGHS decides
    even then, each number in turn until the gap is small.
    """
    tied = _ranked(worth)
    single = _top(tied, worth, caps)
    if single is not None:
        return single
    if worth.size <= exact:
        from leadlift.leads.allocation.exact import dual_prices, solved

        pair = solved(tied, caps, [cap.limits() for cap in caps])
        prices, bound = dual_prices(worth, caps)
        return Allocation(pair, total_worth(worth, pair), bound, prices, "exact")
    market = Market.of(worth, caps)
    market.settle()
    best: Allocation | None = None
    for count in close_calls:
        pair = _rounded(market, tied, caps, count)
        total = total_worth(worth, pair)
        if best is None or total > best.total:
            best = Allocation(pair, total, 0.0, {}, "dual")
        market.polish(best.total, POLISH)
        best = replace(best, bound=market.bound(), prices=market.told())
        if best.gap <= GOOD or count >= len(worth):
            break
    if best is None:
        raise ValueError("close_calls must name at least one number")
    return best


def _ranked(worth: Floats) -> Floats:
    """The worth with the first of equals a trifle ahead: less than any difference that single precision shows."""
    rows = np.arange(len(worth), dtype=np.float64)[:, None]
    if worth.size > 4 * EXACT:
        return worth
    return np.asarray(worth, dtype=np.float64) * (1 + 1e-9 * (1 - rows / max(1, len(worth))))


def _top(tied: Floats, worth: Floats, caps: Sequence[Cap]) -> Allocation | None:
    """With one capacity over all pairs, or none, the best come first and nothing need be weighed; else None."""
    if len(caps) > 1 or (caps and (caps[0].group is not None or not caps[0].pairs.all())):
        return None
    best = tied.argmax(axis=1).astype(np.int32) if worth.shape[1] else np.zeros(len(worth), dtype=np.int32)
    value = worth[np.arange(len(worth)), best] if len(worth) else np.zeros(0)
    order = np.argsort(-value, kind="stable")
    order = order[value[order] > 0]
    most = int(caps[0].limits()[0]) if caps else len(order)
    pair = np.full(len(worth), NONE, dtype=np.int32)
    pair[order[:most]] = best[order[:most]]
    total = total_worth(worth, pair)
    price = float(value[order[most]]) if most < len(order) else 0.0
    return Allocation(pair, total, total, {cap.name: price for cap in caps}, "exact")


def _rounded(market: Market, worth: Floats, caps: Sequence[Cap], close_calls: int) -> npt.NDArray[np.int32]:
    """From prices to an assignment: clear choices stand, close calls are decided exactly in the room that is left."""
    from leadlift.leads.allocation.exact import relaxed, solved

    _, pair = market.best()
    margin = market.margin()
    count = min(close_calls, len(pair))
    open_rows = np.zeros(len(pair), dtype=np.bool_)
    open_rows[np.argpartition(margin, count - 1)[:count] if count else []] = True
    pair[open_rows] = NONE
    _make_room(pair, margin, open_rows, caps)
    rows = np.flatnonzero(open_rows)
    inner = [
        Cap(cap.name, cap.most, cap.pairs, None if cap.group is None else cap.group[rows]) for cap in caps
    ]
    left = [cap.limits() - cap.counted(pair) for cap in caps]
    limits = [one[: len(cap.limits())] for one, cap in zip(left, inner, strict=True)]
    near = np.asarray(worth[rows], dtype=np.float64)
    if near.shape[1] > CHOICES:
        gains = market.gains(rows)
        far = np.argpartition(-gains, CHOICES - 1, axis=1)[:, CHOICES:]
        np.put_along_axis(near, far, -np.inf, axis=1)
    decide = solved if near.size <= EXACT else relaxed
    pair[rows] = decide(near, inner, limits)
    return pair


def _make_room(
    pair: npt.NDArray[np.int32],
    margin: npt.NDArray[np.float32],
    open_rows: npt.NDArray[np.bool_],
    caps: Sequence[Cap],
) -> None:
    """Where clear choices alone break a capacity, the least clear of them become open too."""
    for cap in caps:
        excess = cap.counted(pair) - cap.limits()
        for group in np.flatnonzero(excess > 0):
            inside = (pair != NONE) & cap.pairs[np.maximum(pair, 0)]
            if cap.group is not None:
                inside &= cap.group == group
            rows = np.flatnonzero(inside)
            loose = rows[np.argsort(margin[rows], kind="stable")[: int(excess[group])]]
            open_rows[loose], pair[loose] = True, NONE
