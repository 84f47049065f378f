"""Several boosters as one: the mean of their log-odds is a sum over all their trees, leaves divided by how many."""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm as lgb

from leadlift.models.additive import Additive
from leadlift.models.steps import tree_texts

# What of a tree is said in units of the output, and the loss its splits took off; counts and weights stay.
SCALED = frozenset({"leaf_value", "internal_value", "split_gain", "leaf_const", "leaf_coeff"})
END = "\nend of trees"


def merged(boosters: Sequence[lgb.Booster]) -> lgb.Booster:
    """Return one booster whose log-odds are the mean of the boosters', to rounding.

    It is a booster like any other: one text, compiled predictor and exact contributions included; Shapley values are
    additive over trees. boosters: of the same features and objective, of any mode but random forests, whose trees are
    averaged and not summed. Raises ValueError for none, or for boosters that do not belong together.
    """
    if not boosters:
        raise ValueError("no boosters to merge")
    if len(boosters) == 1:
        return boosters[0]
    texts = [booster.model_to_string() for booster in boosters]
    heads, blocks = zip(*(_parts(text) for text in texts), strict=True)
    _refuse_strangers(heads)
    return _read(texts[0], [_scaled(tree, len(boosters)) for one in blocks for tree in one])


def with_steps(booster: lgb.Booster, steps: Additive, share: float) -> lgb.Booster:
    """Return one booster whose log-odds are the booster's and the steps', weighed 1 - share to share, to rounding.

    share: in (0, 1]; with 1 no tree of the booster is kept. Raises ValueError for another share, and for a booster
    whose output is not the log-odds of its trees.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"the share of the steps must be in (0, 1], is {share}")
    text = booster.model_to_string()
    head, grown = _parts(text)
    _refuse_strangers([head])
    if "objective=binary sigmoid:1" not in head.split("\n"):
        raise ValueError("steps in log-odds join a booster of log-odds alone")
    kept = [_scaled(tree, 1.0 / (1.0 - share)) for tree in grown] if share < 1.0 else []
    return _read(text, [*kept, *(_scaled(tree, 1.0 / share) for tree in tree_texts(steps))])


def _read(like: str, trees: Sequence[str]) -> lgb.Booster:
    """The booster of these trees; all else as in the text of another."""
    # Without the sizes of the trees LightGBM reads them one after another; it writes sizes of its own when asked.
    head = "\n".join(line for line in _parts(like)[0].split("\n") if not line.startswith("tree_sizes="))
    body = "".join(f"\nTree={number}\n{tree}" for number, tree in enumerate(trees))
    once = lgb.Booster(model_str=f"{head}{body}{END}{like.split(END, 1)[1]}")
    # Read from its own text once more, so that what is used is, tree for tree, what will be saved.
    return lgb.Booster(model_str=once.model_to_string())


def _parts(text: str) -> tuple[str, list[str]]:
    """The lines before the trees, and each tree without its number."""
    head, *trees = text.split(END, 1)[0].split("\nTree=")
    return head, [tree.split("\n", 1)[1] for tree in trees]


def _refuse_strangers(heads: Sequence[str]) -> None:
    told = [dict(line.split("=", 1) for line in head.split("\n") if "=" in line) for head in heads]
    for name in ("objective", "feature_names", "num_class", "num_tree_per_iteration"):
        values = {one.get(name) for one in told}
        if len(values) > 1:
            raise ValueError(f"boosters of different {name} cannot be merged: {sorted(map(str, values))[:2]}")
    if any("average_output" in head.split("\n") for head in heads):
        raise ValueError("random forests average their trees and cannot be merged")


def _scaled(tree: str, parts: float) -> str:
    lines = []
    for line in tree.split("\n"):
        name, _, values = line.partition("=")
        if name in SCALED:
            line = f"{name}={' '.join(repr(float(value) / parts) for value in values.split())}"
        lines.append(line)
    return "\n".join(lines)
