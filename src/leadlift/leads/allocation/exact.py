"""Exact, by HiGHS as scipy ships it: a library of its own would bring the same solver a second time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from leadlift.leads.allocation.problem import NONE, Cap, Floats, Ints, Price


def solved(
    worth: Floats, caps: Sequence[Cap], limits: Sequence[npt.NDArray[np.int64]]
) -> npt.NDArray[np.int32]:
    """The best assignment, (n,). limits: of each cap, by group, instead of its own. Only worth above 0 is assigned."""
    rows, places = np.nonzero(worth > 0)
    pair = np.full(len(worth), NONE, dtype=np.int32)
    if not len(rows):
        return pair
    matrix, most = _constraints(rows, places, len(worth), caps, limits)
    cost = -np.asarray(worth[rows, places], dtype=np.float64)
    found = milp(
        cost,
        constraints=LinearConstraint(matrix, ub=most),
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 1e-6},
    )
    if found.x is None:
        raise RuntimeError(f"HiGHS gave no assignment: {found.message}")
    taken = np.flatnonzero(found.x > 0.5)
    pair[rows[taken]] = places[taken]
    return pair


def relaxed(
    worth: Floats, caps: Sequence[Cap], limits: Sequence[npt.NDArray[np.int64]]
) -> npt.NDArray[np.int32]:
    """As `solved`, for many customers: the linear relaxation, whose few halves are then given out best first.

    A corner of the relaxation has no more fractional customers than there are capacities that bind.
    """
    rows, places = np.nonzero(worth > 0)
    pair = np.full(len(worth), NONE, dtype=np.int32)
    if not len(rows):
        return pair
    matrix, most = _constraints(rows, places, len(worth), caps, limits)
    cost = -np.asarray(worth[rows, places], dtype=np.float64)
    found = linprog(cost, A_ub=matrix, b_ub=most, bounds=(0, 1), method="highs")
    if found.x is None:
        raise RuntimeError(f"HiGHS gave no assignment: {found.message}")
    taken = np.flatnonzero(found.x > 1 - 1e-6)
    pair[rows[taken]] = places[taken]
    fill(worth, pair, caps, limits)
    return pair


def fill(
    worth: Floats, pair: npt.NDArray[np.int32], caps: Sequence[Cap], limits: Sequence[npt.NDArray[np.int64]]
) -> None:
    """Give what room is left to those without anything, the most worth first; `pair` is changed in place."""
    left = [most - cap.counted(pair) for cap, most in zip(caps, limits, strict=True)]
    waiting = np.flatnonzero(pair == NONE)
    rows, places = np.nonzero(worth[waiting] > 0)
    rows = waiting[rows]
    for at in np.argsort(-worth[rows, places], kind="stable"):
        row, place = rows[at], places[at]
        spots = [0 if cap.group is None else cap.group[row] for cap in caps]
        counts = [cap.pairs[place] for cap in caps]
        if pair[row] != NONE or any(c and one[s] <= 0 for c, one, s in zip(counts, left, spots, strict=True)):
            continue
        pair[row] = place
        for counted, one, spot in zip(counts, left, spots, strict=True):
            one[spot] -= counted


def dual_prices(worth: Floats, caps: Sequence[Cap]) -> tuple[dict[str, Price], float]:
    """What one more place of each capacity is worth, and the bound, by the linear relaxation."""
    rows, places = np.nonzero(worth > 0)
    limits = [cap.limits() for cap in caps]
    if not len(rows):
        return {
            cap.name: _shaped(cap, np.zeros(len(one))) for cap, one in zip(caps, limits, strict=True)
        }, 0.0
    matrix, most = _constraints(rows, places, len(worth), caps, limits)
    cost = -np.asarray(worth[rows, places], dtype=np.float64)
    found = linprog(cost, A_ub=matrix, b_ub=most, bounds=(0, 1), method="highs")
    duals, start = -found.ineqlin.marginals, len(worth)
    prices: dict[str, Price] = {}
    for cap, one in zip(caps, limits, strict=True):
        prices[cap.name] = _shaped(cap, np.maximum(duals[start : start + len(one)], 0.0))
        start += len(one)
    return prices, -float(found.fun)


def _shaped(cap: Cap, prices: npt.NDArray[np.float64]) -> Price:
    return float(prices[0]) if cap.group is None else prices


def _constraints(
    rows: Ints, places: Ints, customers: int, caps: Sequence[Cap], limits: Sequence[npt.NDArray[np.int64]]
) -> tuple[sparse.csr_matrix, npt.NDArray[np.float64]]:
    """One row for each customer (at most one pair), then one for each group of each cap."""
    at, of = [np.asarray(rows)], [np.arange(len(rows))]
    most = [np.ones(customers)]
    start = customers
    for cap, one in zip(caps, limits, strict=True):
        counts = np.flatnonzero(cap.pairs[places])
        group = np.zeros(len(counts), dtype=np.intp) if cap.group is None else cap.group[rows[counts]]
        at.append(start + group)
        of.append(counts)
        most.append(one.astype(np.float64))
        start += len(one)
    ones = np.ones(sum(map(len, at)))
    shape = (start, len(rows))
    return sparse.csr_matrix((ones, (np.concatenate(at), np.concatenate(of))), shape), np.concatenate(most)
