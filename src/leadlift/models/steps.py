"""A sum of steps as LightGBM's trees: each feature's staircase is a tree that asks of nothing but this feature.

What such a tree adds is the feature's contribution itself, less its mean: exact reasons, by the code that explains any
booster.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leadlift.models.additive import Additive, Cut
from leadlift.models.trees import CATEGORICAL, MISSING_NAN, MISSING_SHIFT

Floats = npt.NDArray[np.float64]

# What is missing goes right, everywhere; whatever is known is not above infinity.
DECISION = MISSING_NAN << MISSING_SHIFT
WORD = 32


@dataclass(frozen=True)
class Leaf:
    """Where a staircase ends: one bin, or several of one height."""

    bins: tuple[int, ...]


@dataclass(frozen=True)
class Split:
    """A question: is the value at most `threshold`, or is it the category `code`? Yes goes left."""

    left: Split | Leaf
    right: Split | Leaf
    threshold: float = 0.0
    code: int | None = None


def tree_texts(model: Additive) -> list[str]:
    """Return the trees of LightGBM's text, each without its first line, the number.

    Counts are of the rows that the model was learned from, at least 1 a bin, so that every leaf has a share; gains are
    what parting a node's cases takes off the loss, to the second order, as LightGBM reckons.
    Raises ValueError for a model without features.
    """
    if not model.cuts:
        raise ValueError("a sum of no steps has no tree")
    rate = 0.5 * (1.0 + np.tanh(0.5 * model.intercept))
    start = [model.intercept, *[0.0] * (len(model.cuts) - 1)]
    return [
        _Tree(cut.column, height + more, np.maximum(cut.cases, 1.0), rate * (1.0 - rate)).text(
            _staircase(cut)
        )
        for cut, height, more in zip(model.cuts, model.heights, start, strict=True)
    ]


def _staircase(cut: Cut) -> Split | Leaf:
    if cut.codes:
        chain: Split | Leaf = Leaf((len(cut.codes), len(cut.codes) + 1))
        for place in reversed(range(len(cut.codes))):
            chain = Split(Leaf((place,)), chain, code=cut.codes[place])
        return chain
    known = _halved(cut.edges, 0, len(cut.edges))
    return Split(known, Leaf((len(cut.edges) + 1,)), threshold=np.inf)


def _halved(edges: Floats, first: int, last: int) -> Split | Leaf:
    """The bins `first` to `last` of a number, found in as few questions as there are halvings."""
    if first == last:
        return Leaf((first,))
    middle = (first + last) // 2
    left, right = _halved(edges, first, middle), _halved(edges, middle + 1, last)
    return Split(left, right, threshold=float(edges[middle]))


@dataclass
class _Tree:
    """Lines of a tree, a node's before its children's. A child is the number of a node, or a leaf's inverted."""

    column: int
    height: Floats
    cases: Floats
    hessian: float
    nodes: list[dict[str, float]] = field(default_factory=list)
    leaves: list[tuple[float, float]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def text(self, root: Split | Leaf) -> str:
        self._add(root)
        value, count = zip(*self.leaves, strict=True)
        told: dict[str, Iterable[object]] = {
            "num_leaves": [len(self.leaves)],
            "num_cat": [len(self.codes)],
            **{name: [node[name] for node in self.nodes] for name in self.nodes[0]},
            "leaf_value": value,
            "leaf_weight": [self.hessian * one for one in count],
            "leaf_count": [round(one) for one in count],
        }
        if self.codes:
            words = [[0] * (code // WORD) + [1 << code % WORD] for code in self.codes]
            told["cat_boundaries"] = np.cumsum([0, *(len(word) for word in words)]).tolist()
            told["cat_threshold"] = [part for word in words for part in word]
        told |= {"is_linear": [0], "shrinkage": [1]}
        return "\n".join(f"{name}={' '.join(map(str, values))}" for name, values in told.items()) + "\n\n"

    def _add(self, part: Split | Leaf) -> tuple[int, float, float]:
        """Write a part down; where it stands, its mean and its cases."""
        if isinstance(part, Leaf):
            mean, cases = float(self.height[part.bins[0]]), float(self.cases[list(part.bins)].sum())
            self.leaves.append((mean, cases))
            return ~(len(self.leaves) - 1), mean, cases
        place = len(self.nodes)
        node: dict[str, float] = {}
        self.nodes.append(node)
        threshold, decision = part.threshold, DECISION
        if part.code is not None:
            threshold, decision = len(self.codes), DECISION | CATEGORICAL
            self.codes.append(part.code)
        (left, low, few), (right, high, many) = self._add(part.left), self._add(part.right)
        cases = few + many
        mean = (low * few + high * many) / cases
        node |= {
            "split_feature": self.column,
            "split_gain": self.hessian * (few * (low - mean) ** 2 + many * (high - mean) ** 2),
            "threshold": threshold,
            "decision_type": decision,
            "left_child": left,
            "right_child": right,
            "internal_value": mean,
            "internal_weight": self.hessian * cases,
            "internal_count": round(cases),
        }
        return place, mean, cases
