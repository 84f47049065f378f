"""A booster's trees as flat arrays, read from LightGBM's own text: what compiled code can walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

# Bits of LightGBM's decision_type (include/LightGBM/tree.h).
CATEGORICAL, DEFAULT_LEFT = 1, 2
MISSING_SHIFT, MISSING_NONE, MISSING_ZERO, MISSING_NAN = 2, 0, 1, 2
# LightGBM's kZeroThreshold, a float32 held as a double: what is not farther from 0 is 0.
ZERO = float(np.float32(1e-35))

_NODE_KEYS = ("split_feature", "threshold", "decision_type", "left_child", "right_child", "internal_count")
_SIGMOIDS = ("binary", "cross_entropy")
_AS_THEY_ARE = ("regression", "regression_l1", "huber", "fair", "quantile", "mape")
_EXPONENTIALS = ("poisson", "gamma", "tweedie")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trees:
    """The trees of one booster, one after another in flat arrays. Nothing is rounded: thresholds and values are double.

    A tree t has the nodes node_start[t] to node_start[t + 1] and the leaves leaf_start[t] to leaf_start[t + 1]; a
    tree of one leaf has no nodes. Children are counted within their tree: c >= 0 is its node c, c < 0 its leaf ~c.

    unsupported: why these arrays do not say what the booster says, empty when they do; all arrays are then empty.
    feature, decision: (n_nodes,), the column, and LightGBM's bits: 1 categorical, 2 missing goes left,
    4 x (0 nothing, 1 zero, 2 NaN) is what counts as missing. threshold: (n_nodes,), `value <= threshold` goes left.
    bits_from, bits_to: (n_nodes,), where in `bits` a categorical node keeps its set, 32 codes a word; they go left.
    node_count, leaf_count: training rows that came by, the cover that TreeSHAP weighs with.
    averaged: the sum of leaves is divided by the number of trees before the link (random forests).
    link: what makes the output of the sum: identity, sigmoid or exp; `sigmoid` is the former's slope.
    """

    n_features: int
    node_start: Ints
    leaf_start: Ints
    feature: npt.NDArray[np.int32]
    threshold: Floats
    decision: npt.NDArray[np.uint8]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    node_count: Ints
    bits_from: Ints
    bits_to: Ints
    bits: npt.NDArray[np.uint32]
    leaf_value: Floats
    leaf_count: Ints
    averaged: bool
    link: str
    sigmoid: float
    unsupported: str = ""

    @property
    def supported(self) -> bool:
        """Whether walking these arrays gives what the booster gives; if not, ask LightGBM itself."""
        return not self.unsupported

    @property
    def n_trees(self) -> int:
        """The number of trees."""
        return len(self.node_start) - 1

    @property
    def n_nodes(self) -> int:
        """The number of splits of all trees."""
        return len(self.feature)


def trees_of(booster: lgb.Booster) -> Trees:
    """Return the trees that `booster.predict` uses, as arrays."""
    return parse_trees(booster.model_to_string())


def parse_trees(text: str) -> Trees:
    """Read LightGBM's text, as `model_to_string` and model.txt hold it.

    What the arrays cannot express (linear leaves, several classes, an unknown objective) is told in `unsupported`.
    """
    head, *blocks = text.split("\nend of trees", 1)[0].split("\nTree=")
    header, trees = _pairs(head), [_pairs(block) for block in blocks]
    n_features = int(header["max_feature_idx"]) + 1
    link, sigmoid = _link(header.get("objective", "").split())
    why = _unsupported(header, trees, link)
    rows = [] if why else trees
    nodes = {key: [_numbers(tree.get(key, "")) for tree in rows] for key in _NODE_KEYS}
    leaves = {key: [_numbers(tree.get(key, "")) for tree in rows] for key in ("leaf_value", "leaf_count")}
    decision = _joined(nodes["decision_type"], np.uint8)
    bits_from, bits_to, bits = _bitsets(rows, nodes)
    return Trees(
        n_features=n_features,
        node_start=_starts(nodes["split_feature"]),
        leaf_start=_starts(leaves["leaf_value"]),
        feature=_joined(nodes["split_feature"], np.int32),
        threshold=_joined(nodes["threshold"], np.float64),
        decision=decision,
        left=_joined(nodes["left_child"], np.int32),
        right=_joined(nodes["right_child"], np.int32),
        node_count=_joined(nodes["internal_count"], np.int64),
        bits_from=bits_from,
        bits_to=bits_to,
        bits=bits,
        leaf_value=_joined(leaves["leaf_value"], np.float64),
        leaf_count=_joined(leaves["leaf_count"], np.int64),
        averaged="average_output" in head.split("\n"),
        link=link,
        sigmoid=sigmoid,
        unsupported=why,
    )


def _unsupported(header: Mapping[str, str], trees: Sequence[Mapping[str, str]], link: str) -> str:
    if header.get("version") != "v4":
        return f"model text of version {header.get('version')}"
    if header.get("num_class") != "1" or header.get("num_tree_per_iteration") != "1":
        return "more than one tree an iteration"
    if any(tree.get("is_linear", "0") != "0" for tree in trees):
        return "linear leaves"
    if not link:
        return f"objective {header.get('objective', 'of its own')!r}"
    if not trees:
        return "no trees"
    return ""


def _link(objective: Sequence[str]) -> tuple[str, float]:
    """How LightGBM's ConvertOutput makes the output of the sum; an empty name for what is not known here."""
    name, options = (objective[0], objective[1:]) if objective else ("", [])
    if name in _SIGMOIDS:
        told = [float(option[8:]) for option in options if option.startswith("sigmoid:")]
        return "sigmoid", told[0] if told else 1.0
    if name in _AS_THEY_ARE and "sqrt" not in options:
        return "identity", 1.0
    return ("exp", 1.0) if name in _EXPONENTIALS else ("", 1.0)


def _bitsets(
    trees: Sequence[Mapping[str, str]], nodes: Mapping[str, Sequence[Floats]]
) -> tuple[Ints, Ints, npt.NDArray[np.uint32]]:
    """Where each node's set of categories begins and ends, and the words of all sets; numeric nodes have none."""
    begins, ends, words, before = [], [], [], 0
    for tree, decision, threshold in zip(trees, nodes["decision_type"], nodes["threshold"], strict=True):
        first, last = np.zeros(len(decision)), np.zeros(len(decision))
        if int(tree.get("num_cat", "0")):
            boundaries = _numbers(tree["cat_boundaries"])
            chosen = (decision.astype(np.uint8) & CATEGORICAL) > 0
            index = threshold[chosen].astype(np.int64)
            first[chosen] = before + boundaries[index]
            last[chosen] = before + boundaries[index + 1]
            words.append(_numbers(tree["cat_threshold"]))
            before += len(words[-1])
        begins.append(first)
        ends.append(last)
    return _joined(begins, np.int64), _joined(ends, np.int64), _joined(words, np.uint32)


def _pairs(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.split("\n") if "=" in line)


def _numbers(text: str) -> Floats:
    # float() and not a parser of numpy's: it rounds correctly, and every integer here is below 2 ** 53
    return np.array([float(part) for part in text.split()], dtype=np.float64)


def _starts(parts: Sequence[npt.NDArray[Any]]) -> Ints:
    return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[np.generic]) -> npt.NDArray[Any]:
    return np.concatenate([*parts, np.empty(0)]).astype(kind)
