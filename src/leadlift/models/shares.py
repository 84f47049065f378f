"""What exact Shapley values need to know of each split, read off the trees once.

The value of a set S of features is what a tree says on average when only S is known: at a split on a feature of S the
customer's own way is taken, at any other both, weighed by the training rows that went each way (path-dependent
TreeSHAP; Lundberg et al., 2020). Let every feature be known with chance t, independently. Then a split sends

    share + t * (own - share)

of what comes to it to the left, own being 1 for customers who go left and 0 for the others, and the tree's expected
output is a polynomial in t. A feature's Shapley value is the integral, over t from 0 to 1, of the derivative by the
chance of that feature alone (Owen, "Multilinear extensions of games", 1972). For a leaf the integrand's degree is
below the number of features on its path, so half as many points of Gauss and Legendre, rounded up, give the integral
itself and no approximation. All factors lie in [0, 1]: nothing cancels, however deep the tree.

A feature asked again on a path: a share `known` of the training rows went the earlier ways. Customers who would not
(not `alive`) come here only while the feature is unknown, so their answer is never heard. For the others t becomes
t / h with h = known + t * (1 - known), and the derivative is weighed by known / h ** 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.models.trees import Trees

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shares:
    """Each split's share and history, and each tree's points of integration.

    share: (n_nodes,), the part of the training rows that went left. before: (n_nodes,), the nearest split on the same
    feature on the way here, counted within the tree, -1 for none; before_left: whether the way went left there.
    points: (n_trees,), points of integration. A tree's slopes and weights lie from slope_start[t]: for each point, for
    each of its nodes, t / h and the integral's weight times known / h ** 2.
    base: what the trees say of nobody in particular, the mean over training rows.
    unsupported: why Shapley values cannot be computed from the counts, empty when they can.
    """

    share: Floats
    before: npt.NDArray[np.int32]
    before_left: npt.NDArray[np.uint8]
    points: npt.NDArray[np.int64]
    slope_start: npt.NDArray[np.int64]
    slope: Floats
    weight: Floats
    base: float
    unsupported: str = ""


def shares_of(trees: Trees) -> Shares:
    """Return what the trees' counts of training rows say; see the module for the theory."""
    left, right = _counts(trees, trees.left), _counts(trees, trees.right)
    whole = bool((left + right == trees.node_count).all() and (trees.node_count > 0).all())
    share = np.divide(left, trees.node_count, out=np.ones(trees.n_nodes), where=trees.node_count > 0)
    before = np.full(trees.n_nodes, -1, dtype=np.int32)
    before_left = np.zeros(trees.n_nodes, dtype=np.uint8)
    known = np.ones(trees.n_nodes)
    points = np.zeros(trees.n_trees, dtype=np.int64)
    slopes, weights = [np.empty(0)], [np.empty(0)]
    for tree in range(trees.n_trees):
        mine = slice(int(trees.node_start[tree]), int(trees.node_start[tree + 1]))
        most = _histories(trees, mine, share[mine], before[mine], before_left[mine], known[mine])
        points[tree] = (most + 1) // 2
        for at, weight in zip(*_legendre(int(points[tree])), strict=True):
            h = known[mine] + at * (1 - known[mine])
            slopes.append(at / h)
            weights.append(weight * known[mine] / h**2)
    sizes = points * np.diff(trees.node_start)
    return Shares(
        share=share,
        before=before,
        before_left=before_left,
        points=points,
        slope_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        slope=np.concatenate(slopes),
        weight=np.concatenate(weights),
        base=_base(trees),
        unsupported="" if whole else "counts of training rows that do not add up",
    )


def _counts(trees: Trees, child: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """How many training rows came to each node's child on one side."""
    tree = np.repeat(np.arange(trees.n_trees), np.diff(trees.node_start))
    counts = np.empty(trees.n_nodes, dtype=np.int64)
    node = child >= 0
    counts[node] = trees.node_count[trees.node_start[tree[node]] + child[node]]
    counts[~node] = trees.leaf_count[trees.leaf_start[tree[~node]] + ~child[~node]]
    return counts


def _histories(
    trees: Trees,
    mine: slice,
    share: Floats,
    before: npt.NDArray[np.int32],
    before_left: npt.NDArray[np.uint8],
    known: Floats,
) -> int:
    """Write one tree's histories into its parts of the arrays; the most features on any path."""
    feature = trees.feature[mine].tolist()
    sides = ((trees.left[mine].tolist(), 1, share), (trees.right[mine].tolist(), 0, 1 - share))
    # of each node, by feature: the last split on it, the side taken, the share that came through
    ways: dict[int, dict[int, tuple[int, int, float]]] = {0: {}}
    most = 0
    # a node is made by splitting an older one's leaf, so its children have higher numbers
    for node, asked in enumerate(feature):
        way = ways.pop(node)
        before[node], before_left[node], known[node] = way.get(asked, (-1, 0, 1.0))
        for child, left, part in sides:
            longer = {**way, asked: (node, left, float(known[node] * part[node]))}
            most = max(most, len(longer))
            if child[node] >= 0:
                ways[child[node]] = longer
    return most


def _legendre(points: int) -> tuple[Floats, Floats]:
    """Points and weights of Gauss and Legendre on [0, 1]."""
    if points == 0:
        return np.empty(0), np.empty(0)
    at, weight = np.polynomial.legendre.leggauss(points)
    return (at + 1) / 2, weight / 2


def _base(trees: Trees) -> float:
    total = 0.0
    for tree in range(trees.n_trees):
        mine = slice(int(trees.leaf_start[tree]), int(trees.leaf_start[tree + 1]))
        value, count = trees.leaf_value[mine], trees.leaf_count[mine]
        total += float(value[0]) if len(value) == 1 else float(np.dot(value, count / max(1, count.sum())))
    return total
