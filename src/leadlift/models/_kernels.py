"""The compiled loops of scoring: features to codes, codes to leaves, leaves to a sum. They hold no lock.

A block is `R` customers side by side, a code is one byte (or two): one instruction of the processor compares dozens of
customers. All loops over customers are therefore plain, without branches, and read before they choose.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

ZERO32 = np.float32(1e-35)
LARGEST = np.float32(np.finfo(np.float32).max)
NAN32 = np.float32(np.nan)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile on first use and keep the machine code on disk, if there is a place where it can be kept."""
    try:
        return njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # numba finds no folder that it may write to
        return njit(nogil=True, error_model="numpy")(function)


@compiled
def code_numbers(values, bitmap, offset, nulls, cuts, low, scale, table, levels, columns, missing, zero, out):  # type: ignore[no-untyped-def] # numba compiles it for each type of number
    """Write, for each value, how many cuts lie below it; of missing values and of zeros, the codes they have.

    values: (n,), any numbers, rounded to float32 as training rounded them. bitmap, offset: Arrow's validity bits,
    looked at if `nulls`. cuts: rising, padded with infinity. table: for each of its evenly wide drawers, the cuts
    below it; `levels` halvings find the place in the drawer. columns, missing, zero: (k,), the same value is written
    k times, differing in what missing and zero are. out: (blocks, columns, R).
    """
    _, _, size = out.shape
    n, last = len(values), np.float32(len(table) - 1)
    x, place = np.empty(size, np.float32), np.empty(size, np.int32)
    for block in range((n + size - 1) // size):
        first = block * size
        m = min(size, n - first)
        for r in range(m):
            x[r] = np.float32(values[first + r])
        if nulls:
            for r in range(m):
                bit = offset + first + r
                value = x[r]
                x[r] = value if (bitmap[bit >> 3] >> (bit & 7)) & 1 else NAN32
        for r in range(m):
            drawer = (x[r] - low) * scale
            drawer = drawer if drawer > np.float32(0) else np.float32(0)
            drawer = drawer if drawer < last else last
            place[r] = table[np.int32(drawer)]
        step = 1 << (levels - 1)
        for _ in range(levels):
            for r in range(m):
                p = place[r]
                place[r] = p + np.int32(step) * np.int32(cuts[p + step - 1] < x[r])
            step >>= 1
        for k in range(len(columns)):
            codes = out[block, columns[k]]
            for r in range(m):
                far, p = abs(x[r]), place[r]
                p = p if far > ZERO32 else zero[k]
                codes[r] = p if far <= LARGEST else missing[k]


@compiled
def code_categories(values, bitmap, offset, nulls, table, column, out):  # type: ignore[no-untyped-def] # as above
    """Write the code of each category: `table` has it; what is missing, negative or not in the table is 0."""
    _, _, size = out.shape
    n = len(values)
    for block in range((n + size - 1) // size):
        first = block * size
        codes = out[block, column]
        for r in range(min(size, n - first)):
            x, bit = np.float32(values[first + r]), offset + first + r
            known = x > np.float32(-1) and x < np.float32(len(table))
            if nulls:
                known = known and (bitmap[bit >> 3] >> (bit & 7)) & 1 == 1
            codes[r] = table[np.int64(x)] if known else 0


@compiled
def sum_leaves(codes, starts, column, low, high, inside, outside, into, slots, leaf_start, leaf_value, out):  # type: ignore[no-untyped-def] # as above
    """Add up, tree by tree and so in LightGBM's order, the leaf value that each customer comes to.

    codes: (blocks, columns, R). A tree t is the instructions starts[t] to starts[t + 1]; each chooses for every
    customer between two rows of `slots` by whether the code lies in [low, high], and writes the choice to a third. The
    first rows of `slots` hold the numbers of the leaves; the row written last is then where each customer ended.
    out: (blocks, R).
    """
    blocks, _, size = codes.shape
    for block in range(blocks):
        total = out[block]
        total[:] = 0.0
        for tree in range(len(starts) - 1):
            end = 0
            for i in range(starts[tree], starts[tree + 1]):
                code, a, b = codes[block, column[i]], slots[inside[i]], slots[outside[i]]
                end = into[i]
                chosen, lowest, highest = slots[end], low[i], high[i]
                for r in range(size):
                    yes, no = a[r], b[r]
                    chosen[r] = yes if (code[r] >= lowest) & (code[r] <= highest) else no
            first, leaf = leaf_start[tree], slots[end]
            for r in range(size):
                total[r] += leaf_value[first + np.int64(leaf[r])]


@compiled
def linked(total, link, sigmoid, out):  # type: ignore[no-untyped-def] # as above
    """Turn sums into outputs as LightGBM's objectives do: 0 leaves them, 1 is the sigmoid, 2 the exponential."""
    for r in range(len(total)):
        if link == 1:
            out[r] = 1.0 / (1.0 + math.exp(-sigmoid * total[r]))
        elif link == 2:
            out[r] = math.exp(total[r])
        else:
            out[r] = total[r]
