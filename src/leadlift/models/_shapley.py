"""The compiled loops of exact Shapley values, over blocks of customers side by side. They hold no lock.

What is computed is told in `shares`. In each tree, what is expected below every split is found from the leaves up, then
the chance of coming to every split from the root down. Loops over customers have no branches and a length that is known
when they are compiled, so one instruction of the processor serves several customers.
"""

from __future__ import annotations

from leadlift.models._kernels import compiled

# Customers in a block. Fewer pay more for each loop's beginning, more push the working rows out of the cache.
BLOCK = 64


@compiled
def answers(  # type: ignore[no-untyped-def] # numba compiles it for each type of code
    codes, first, count, column, span_start, low, high, share, before, before_left, goes_left, alive, own,
):  # fmt: skip
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
def upward(  # type: ignore[no-untyped-def] # as above
    first, count, points, left, right, leaf_value, share, slope, own, value, gap,
):  # fmt: skip
    """Write what is expected below each split (value), and that on one side less that on the other (gap).

    A share z + slope * own goes left. leaf_value, slope: those of the tree. gap: left less right, or the side that goes
    on less the leaf; between two leaves it is the same for everybody and not written.
    own: (nodes, R). value, gap: (nodes, points, R).
    """
    for n in range(count - 1, -1, -1):
        a, b, z = left[first + n], right[first + n], share[first + n]
        if a < 0 and b < 0:
            y, x = leaf_value[~b], leaf_value[~a] - leaf_value[~b]
            for k in range(points):
                g = x * slope[k * count + n]
                for r in range(BLOCK):
                    value[n, k, r] = y + z * x + g * own[n, r]
        elif a < 0 or b < 0:
            c, y, z, sign = (b, leaf_value[~a], 1 - z, -1.0) if a < 0 else (a, leaf_value[~b], z, 1.0)
            for k in range(points):
                g = sign * slope[k * count + n]
                for r in range(BLOCK):
                    x = value[c, k, r] - y
                    gap[n, k, r] = x
                    value[n, k, r] = y + (z + g * own[n, r]) * x
        else:
            for k in range(points):
                g = slope[k * count + n]
                for r in range(BLOCK):
                    y = value[b, k, r]
                    x = value[a, k, r] - y
                    gap[n, k, r] = x
                    value[n, k, r] = y + (z + g * own[n, r]) * x


@compiled
def downward(  # type: ignore[no-untyped-def] # as above
    first, count, points, left, right, leaf_value, share, slope, weight, own, gap, chance, sums, feature,
    found,
):  # fmt: skip
    """Add each split's part to its feature's row of `found`: own * the integral of chance * gap.

    chance: (nodes, points, R), room for how likely one comes to a split, when features are known with chance t.
    sums: (R,), room. found: (used features, R).
    """
    chance[0, :points] = 1.0
    for n in range(count):
        a, b, z = left[first + n], right[first + n], share[first + n]
        for r in range(BLOCK):
            sums[r] = 0.0
        if a < 0 and b < 0:
            x = leaf_value[~a] - leaf_value[~b]
            for k in range(points):
                w = x * weight[k * count + n]
                for r in range(BLOCK):
                    sums[r] += w * chance[n, k, r]
        elif a < 0 or b < 0:
            c, z, sign = (b, 1 - z, -1.0) if a < 0 else (a, z, 1.0)
            for k in range(points):
                w, g = sign * weight[k * count + n], sign * slope[k * count + n]
                for r in range(BLOCK):
                    u = chance[n, k, r]
                    sums[r] += w * u * gap[n, k, r]
                    chance[c, k, r] = u * (z + g * own[n, r])
        else:
            for k in range(points):
                w, g = weight[k * count + n], slope[k * count + n]
                for r in range(BLOCK):
                    u = chance[n, k, r]
                    x = u * (z + g * own[n, r])
                    sums[r] += w * u * gap[n, k, r]
                    chance[a, k, r] = x
                    chance[b, k, r] = u - x
        f = feature[first + n]
        for r in range(BLOCK):
            found[f, r] += own[n, r] * sums[r]


@compiled
def explain(  # type: ignore[no-untyped-def] # as above
    codes, node_start, leaf_start, left, right, leaf_value, column, span_start, low, high, feature, share,
    before, before_left, points, slope_start, slope, weight, bits, own, work, found, used, out,
):  # fmt: skip
    """Write every customer's contributions, (n, n_features + 1); columns of features that no tree uses are not touched.

    codes: (blocks, columns, R). feature: each split's row in `found`; used: the column of `out` that the row is for.
    bits: (2, nodes, R), own: (nodes, R), work: (2, nodes, points, R), found: (used features + 1, R): room.
    """
    sums = found[len(used)]
    for block in range(codes.shape[0]):
        found[:] = 0.0
        for tree in range(len(points)):
            first, count, k = node_start[tree], node_start[tree + 1] - node_start[tree], points[tree]
            if count == 0:
                continue
            leaves = leaf_value[leaf_start[tree] : leaf_start[tree + 1]]
            at, end = slope_start[tree], slope_start[tree + 1]
            slopes, weights = slope[at:end], weight[at:end]
            answers(
                codes[block], first, count, column, span_start, low, high, share, before, before_left, bits[0],
                bits[1], own,
            )  # fmt: skip
            upward(first, count, k, left, right, leaves, share, slopes, own, work[0], work[1])
            downward(
                first, count, k, left, right, leaves, share, slopes, weights, own, work[1], work[0], sums, feature,
                found,
            )  # fmt: skip
        start = block * BLOCK
        for r in range(min(BLOCK, len(out) - start)):
            for f in range(len(used)):
                out[start + r, used[f]] = found[f, r]
