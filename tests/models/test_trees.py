"""The flat arrays say what the booster says: walked in slow, plain Python they give its raw output."""

from __future__ import annotations

import math

import lightgbm as lgb
import numpy as np
import pytest

from leadlift.models.trees import Trees, parse_trees, trees_of

from .boosters import KINDS, grown, rows


def goes_left(trees: Trees, node: int, value: float) -> bool:
    """LightGBM's rules, from its documentation of missing values and categories."""
    kind = int(trees.decision[node])
    if kind & 1:
        if math.isnan(value) or value < 0:
            return False
        word = int(trees.bits_from[node]) + int(value) // 32
        return word < trees.bits_to[node] and int(trees.bits[word]) >> (int(value) % 32) & 1 == 1
    missing = {0: False, 1: math.isnan(value) or value == 0, 2: math.isnan(value)}[kind >> 2]
    if missing:
        return kind & 2 > 0
    return (0.0 if math.isnan(value) else value) <= trees.threshold[node]


def walked(trees: Trees, row: np.ndarray) -> float:
    total = 0.0
    for tree in range(trees.n_trees):
        first = int(trees.node_start[tree])
        at = 0 if trees.node_start[tree + 1] > first else ~0
        while at >= 0:
            side = (
                trees.left
                if goes_left(trees, first + at, float(row[trees.feature[first + at]]))
                else trees.right
            )
            at = int(side[first + at])
        total += float(trees.leaf_value[int(trees.leaf_start[tree]) + ~at])
    return total


@pytest.mark.parametrize("kind", KINDS)
def test_walking_the_arrays_gives_the_raw_output_to_the_last_bit(kind):
    booster, some = grown(kind, trees=8), rows(60, seed=9)
    trees = trees_of(booster)
    assert trees.supported
    assert [walked(trees, row) for row in some] == booster.predict(some, raw_score=True).tolist()


def test_cover_counts_the_training_rows_that_came_by():
    trees = trees_of(grown("plain", trees=3))
    for tree in range(3):
        first, leaves = trees.node_start[tree], slice(trees.leaf_start[tree], trees.leaf_start[tree + 1])
        assert trees.node_count[first] == trees.leaf_count[leaves].sum() == 4_000


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"objective": "binary", "linear_tree": True}, "linear leaves"),
        ({"objective": "multiclass", "num_class": 2}, "more than one tree an iteration"),
        ({"objective": "regression", "reg_sqrt": True}, "objective 'regression sqrt'"),
    ],
)
def test_what_the_arrays_cannot_express_is_said(params, why):
    matrix = np.nan_to_num(rows(300))
    data = lgb.Dataset(matrix, (matrix[:, 0] > 0).astype(float))
    trees = trees_of(lgb.train({"verbosity": -1, "num_threads": 1, **params}, data, num_boost_round=2))
    assert (trees.supported, trees.unsupported) == (False, why)


def test_an_unknown_version_of_the_text_is_not_guessed_at():
    text = grown("plain", trees=1).model_to_string().replace("version=v4", "version=v9")
    assert parse_trees(text).unsupported == "model text of version v9"
