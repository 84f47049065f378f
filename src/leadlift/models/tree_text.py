"""LightGBM's text of a model as blocks that can be added, scaled, and asked with one feature held at a value.

A sum of regression trees is linear in its leaves: models of equal features, each times a number, are one model, whose
exact contributions are the sums of theirs. So an effect that is a difference of two models is a single file of trees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import lightgbm as lgb

from leadlift.models.trees import CATEGORICAL

Block = dict[str, list[str]]
NODES = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child",
         "internal_value", "internal_weight", "internal_count")  # fmt: skip
LEAVES = ("leaf_value", "leaf_weight", "leaf_count")
LOGARITHMS = ("poisson", "gamma", "tweedie")


@dataclass(frozen=True)
class TreeText:
    """Trees of one regression model. features, infos: LightGBM's names and ranges of the columns."""

    features: tuple[str, ...]
    infos: tuple[str, ...]
    trees: tuple[Block, ...]

    @classmethod
    def of(cls, booster: lgb.Booster, rounds: int = -1, logarithm: bool = False) -> TreeText:
        """Read a booster's first `rounds` trees, all with -1.

        logarithm: of one with a logarithmic link, whose trees add up to the logarithm of what it predicts. Raises
        ValueError for a model that is no plain sum of trees.
        """
        text = booster.model_to_string(num_iteration=rounds).split("\nend of trees", 1)[0]
        head, *blocks = text.split("\nTree=")
        header = dict(line.split("=", 1) for line in head.split("\n") if "=" in line)
        known = LOGARITHMS if logarithm else ("regression",)
        if header.get("objective", "?").split()[0] not in known or "average_output" in head.split("\n"):
            raise ValueError("only sums of regression trees can be added")
        trees = tuple(_block(block) for block in blocks)
        if any(tree.get("is_linear", ["0"]) != ["0"] for tree in trees):
            raise ValueError("linear leaves cannot be added")
        return cls(
            tuple(header["feature_names"].split(" ")), tuple(header["feature_infos"].split(" ")), trees
        )

    def times(self, factor: float) -> TreeText:
        """Return the model whose output is `factor` times this one's."""
        return TreeText(self.features, self.infos, tuple(_scaled(tree, factor) for tree in self.trees))

    def plus(self, constant: float) -> TreeText:
        """Return the model whose output is higher by a constant, which nobody in particular is given."""
        first, *rest = self.trees
        moved = [repr(float(value) + constant) for value in first["leaf_value"]]
        return TreeText(self.features, self.infos, ({**first, "leaf_value": moved}, *rest))

    def held(self, value: float) -> TreeText:
        """Return the model of the other columns, with the last column, a number that is never missing, at `value`.

        Splits on it are gone; the rows that came by a node are those that its remaining leaves hold.
        """
        last = len(self.features) - 1
        return TreeText(
            self.features[:-1], self.infos[:-1], tuple(_held(tree, last, value) for tree in self.trees)
        )

    def booster(self) -> lgb.Booster:
        """Return what LightGBM reads of it."""
        head = ["tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0",
                f"max_feature_idx={len(self.features) - 1}", "objective=regression",
                f"feature_names={' '.join(self.features)}", f"feature_infos={' '.join(self.infos)}", ""]  # fmt: skip
        blocks = [f"Tree={number}\n{_text(tree)}\n" for number, tree in enumerate(self.trees)]
        end = "end of trees\n\nparameters:\n[boosting: gbdt]\n[objective: regression]\nend of parameters\n"
        return lgb.Booster(model_str="\n".join([*head, *blocks, end]))


def total(parts: Iterable[TreeText]) -> TreeText:
    """Return the model whose output is the sum of theirs. Raises ValueError for models of different columns."""
    models = list(parts)
    if len({model.features for model in models}) != 1:
        raise ValueError("models of different columns cannot be added")
    trees = tuple(tree for model in models for tree in model.trees)
    return TreeText(models[0].features, models[0].infos, trees)


def _block(text: str) -> Block:
    _, *lines = text.split("\n")
    return {key: value.split(" ") for key, _, value in (line.partition("=") for line in lines if "=" in line)}


def _text(tree: Block) -> str:
    return "\n".join(f"{key}={' '.join(values)}" for key, values in tree.items()) + "\n"


def _scaled(tree: Block, factor: float) -> Block:
    told = dict(tree)
    for key in ("leaf_value", "internal_value"):
        told[key] = [repr(float(value) * factor) for value in tree.get(key, []) if value]
    return told


def _held(tree: Block, column: int, value: float) -> Block:
    """One tree without its splits on the column."""
    if str(column) not in tree.get("split_feature", ()):
        return tree
    left, right = ([int(child) for child in tree[key]] for key in ("left_child", "right_child"))
    nodes: list[int] = []
    leaves: list[int] = []
    children: dict[int, tuple[int, int]] = {}
    weight: dict[int, tuple[float, int]] = {}

    def kept(place: int) -> int:
        """The node or leaf that stands here once the column is known, noted with what came by."""
        while place >= 0 and int(tree["split_feature"][place]) == column:
            if int(tree["decision_type"][place]) & CATEGORICAL:
                raise ValueError("only a number can be held")
            place = left[place] if value <= float(tree["threshold"][place]) else right[place]
        if place < 0:
            leaves.append(~place)
            weight[place] = float(tree["leaf_weight"][~place]), int(tree["leaf_count"][~place])
            return place
        nodes.append(place)
        children[place] = kept(left[place]), kept(right[place])
        sides = [weight[child] for child in children[place]]
        weight[place] = sides[0][0] + sides[1][0], sides[0][1] + sides[1][1]
        return place

    kept(0)
    return _renumbered(tree, nodes, leaves, children, weight)


def _renumbered(
    tree: Block,
    nodes: Sequence[int],
    leaves: Sequence[int],
    children: dict[int, tuple[int, int]],
    weight: dict[int, tuple[float, int]],
) -> Block:
    told = dict(tree)
    told["num_leaves"] = [str(len(leaves))]
    if not nodes:
        only = {"num_leaves": ["1"], "num_cat": ["0"], "leaf_value": [tree["leaf_value"][leaves[0]]]}
        return {**only, "is_linear": ["0"], "shrinkage": tree["shrinkage"]}
    for key in NODES:
        told[key] = [tree[key][node] for node in nodes]
    for key in LEAVES:
        told[key] = [tree[key][leaf] for leaf in leaves]
    place = {node: i for i, node in enumerate(nodes)} | {~leaf: ~i for i, leaf in enumerate(leaves)}
    for side, key in enumerate(("left_child", "right_child")):
        told[key] = [str(place[children[node][side]]) for node in nodes]
    told["internal_weight"] = [repr(weight[node][0]) for node in nodes]
    told["internal_count"] = [str(weight[node][1]) for node in nodes]
    return told
