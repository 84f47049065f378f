"""The compiled loops of exact Shapley values, over blocks of customers side by side. They hold no lock.

What is computed is told in `shares`. For each tree and point of integration, the expected outputs of all splits are
found from below, then the chances of coming to each from above. Loops over customers have no branches and a length that
is known when they are compiled, so one instruction of the processor serves several customers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

# Customers in a block. Fewer pay more for each loop's beginning, more push the working rows out of the cache.
BLOCK = 64


def compiled(function: Callable[..., Any]) -> Any:
    """Compile on first use, keeping the machine code if there is a place; a product and a sum may be rounded at once."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # numba finds no folder that it may write to
        return njit(**options)(function)


@compiled
def answers(codes, first, count, column, span_start, low, high, share, before, before_left, goes_left, alive, own):  # type: ignore[no-untyped-def] # numba compiles it for each type of code
    """Write how each split's answer differs from the training rows' mean: own = alive * (goes_left - share).

    codes: (columns, R). A split sends left whose code lies in one of its spans [low, high], those from
    span_start[node] to span_start[node + 1]. alive: 1 where every earlier split on the same feature went this way.
    goes_left, alive, own: (nodes of a tree, R).
    """
    for n in range(count):
        node = first + n
        where, z = column[node], share[node]
        for r in range(BLOCK):
            goes_left[n, r] = 0
        for s in range(span_start[node], span_start[node + 1]):
            lowest, highest = low[s], high[s]
            for r in range(BLOCK):
                goes_left[n, r] |= (codes[where, r] >= lowest) & (codes[where, r] <= highest)
        p, side = before[node], before_left[node]
        if p < 0:
            for r in range(BLOCK):
                alive[n, r] = 1
                own[n, r] = goes_left[n, r] - z
        else:
            for r in range(BLOCK):
                alive[n, r] = alive[p, r] & (goes_left[p, r] == side)
                own[n, r] = alive[n, r] * (goes_left[n, r] - z)


@compiled
def upward(first, count, left, right, leaf_value, share, slope, own, gap, value):  # type: ignore[no-untyped-def] # as above
    """Write the expected output below each split (value) and that on its left less that on its right (gap).

    A share z + slope * own goes left. leaf_value, slope: those of the tree, the latter at one point of integration.
    gap, value: (nodes, R); the gap between two leaves is the same for everybody and not written.
    """
    for n in range(count - 1, -1, -1):
        a, b, z, g = left[first + n], right[first + n], share[first + n], slope[n]
        if a < 0 and b < 0:
            x = leaf_value[~a] - leaf_value[~b]
            mean, g = leaf_value[~b] + z * x, g * x
            for r in range(BLOCK):
                value[n, r] = mean + g * own[n, r]
        elif a < 0:
            x = leaf_value[~a]
            for r in range(BLOCK):
                y = value[b, r]
                gap[n, r] = x - y
                value[n, r] = y + (z + g * own[n, r]) * (x - y)
        elif b < 0:
            y = leaf_value[~b]
            for r in range(BLOCK):
                x = value[a, r] - y
                gap[n, r] = x
                value[n, r] = y + (z + g * own[n, r]) * x
        else:
            for r in range(BLOCK):
                y = value[b, r]
                x = value[a, r] - y
                gap[n, r] = x
                value[n, r] = y + (z + g * own[n, r]) * x


@compiled
def downward(first, count, left, right, leaf_value, share, slope, weight, own, gap, chance, sums):  # type: ignore[no-untyped-def] # as above
    """Add to each split's sums: weight * the chance of coming to it * the gap between its sides.

    chance: (nodes, R), room for the chances; sums: (nodes, R).
    """
    for r in range(BLOCK):
        chance[0, r] = 1.0
    for n in range(count):
        a, b, z, g, w = left[first + n], right[first + n], share[first + n], slope[n], weight[n]
        if a < 0 and b < 0:
            w *= leaf_value[~a] - leaf_value[~b]
            for r in range(BLOCK):
                sums[n, r] += w * chance[n, r]
        elif a < 0 or b < 0:
            # the one side that goes on
            c = b if a < 0 else a
            z, g = (1 - z, -g) if a < 0 else (z, g)
            for r in range(BLOCK):
                u = chance[n, r]
                sums[n, r] += w * u * gap[n, r]
                chance[c, r] = u * (z + g * own[n, r])
        else:
            for r in range(BLOCK):
                u = chance[n, r]
                x = u * (z + g * own[n, r])
                sums[n, r] += w * u * gap[n, r]
                chance[a, r] = x
                chance[b, r] = u - x


@compiled
def collect(first, count, feature, own, sums, found):  # type: ignore[no-untyped-def] # as above
    """Add each split's part to its feature's row of `found`, (used features, R)."""
    for n in range(count):
        f = feature[first + n]
        for r in range(BLOCK):
            found[f, r] += own[n, r] * sums[n, r]


@compiled
def explain(codes, node_start, leaf_start, left, right, leaf_value, column, span_start, low, high, feature, share, before, before_left, points, slope_start, slope, weight, bits, work, found, used, out):  # type: ignore[no-untyped-def] # as above
    """Write every customer's contributions, (n, n_features + 1); columns of features that no tree uses are not touched.

    codes: (blocks, columns, R). feature: each split's row in `found`, used: the column of `out` that the row is for.
    bits: (2, nodes, R), work: (4, nodes, R), found: (used features, R): room.
    """
    goes_left, alive = bits[0], bits[1]
    own, gap, value, sums = work[0], work[1], work[2], work[3]
    for block in range(codes.shape[0]):
        found[:] = 0.0
        for tree in range(len(points)):
            first, count = node_start[tree], node_start[tree + 1] - node_start[tree]
            if count == 0:
                continue
            leaves = leaf_value[leaf_start[tree] : leaf_start[tree + 1]]
            answers(
                codes[block], first, count, column, span_start, low, high, share, before, before_left, goes_left,
                alive, own,
            )  # fmt: skip
            sums[:count] = 0.0
            for k in range(points[tree]):
                at = slope_start[tree] + k * count
                slopes, weights = slope[at : at + count], weight[at : at + count]
                upward(first, count, left, right, leaves, share, slopes, own, gap, value)
                downward(first, count, left, right, leaves, share, slopes, weights, own, gap, value, sums)
            collect(first, count, feature, own, sums, found)
        start = block * BLOCK
        for r in range(min(BLOCK, len(out) - start)):
            for f in range(len(used)):
                out[start + r, used[f]] = found[f, r]
