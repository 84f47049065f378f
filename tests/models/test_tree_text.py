"""Models added, scaled and held: LightGBM's own predictions are the measure."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from leadlift.models.tree_text import TreeText, total
from leadlift.models.trees import trees_of

RNG = np.random.default_rng(4)
ROWS = 1_500


def rows(columns: int = 4) -> np.ndarray:
    """Numbers with gaps, and a category in column 2; the last column is 0 or 1."""
    x = RNG.normal(size=(ROWS, columns)).astype(np.float32)
    x[RNG.random(ROWS) < 0.2, 0] = np.nan
    x[:, 2] = RNG.integers(0, 6, ROWS)
    x[:, -1] = RNG.random(ROWS) < 0.5
    return x


def grown(x: np.ndarray, y: np.ndarray, leaves: int = 8, rounds: int = 20) -> lgb.Booster:
    settings = {"objective": "regression", "num_leaves": leaves, "min_data_in_leaf": 10, "verbosity": -1}
    return lgb.train(settings, lgb.Dataset(x, label=y, categorical_feature=[2]), rounds)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return rows()


@pytest.fixture(scope="module")
def y(x: np.ndarray) -> np.ndarray:
    return np.nan_to_num(x[:, 0]) + (x[:, 2] == 3) + x[:, -1] * (x[:, 1] > 0) + RNG.normal(size=ROWS)


def test_a_difference_of_two_models_is_one_model_whose_contributions_are_the_differences(x, y):
    one, two = grown(x, y), grown(x, -3 * y, leaves=5, rounds=7)
    made = total([TreeText.of(one).times(2.0), TreeText.of(two).times(-0.5)]).plus(0.25).booster()
    assert np.allclose(made.predict(x), 2 * one.predict(x) - 0.5 * two.predict(x) + 0.25)
    parts = 2 * one.predict(x, pred_contrib=True) - 0.5 * two.predict(x, pred_contrib=True)
    parts[:, -1] += 0.25
    assert np.allclose(made.predict(x, pred_contrib=True), parts)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("leaves", [2, 3, 16])
def test_a_held_column_predicts_as_if_every_row_had_the_value(x, y, value, leaves):
    model = grown(x, y, leaves)
    held = TreeText.of(model).held(value).booster()
    asked = x.copy()
    asked[:, -1] = value
    assert np.allclose(held.predict(x[:, :-1]), model.predict(asked))
    told = held.predict(x[:, :-1], pred_contrib=True)
    assert told.shape == (ROWS, x.shape[1])
    assert np.allclose(told.sum(axis=1), model.predict(asked))


def test_the_cover_of_a_held_tree_is_that_of_its_leaves(x, y):
    trees = trees_of(TreeText.of(grown(x, y, 16)).held(1.0).booster())
    for t in range(trees.n_trees):
        first, leaf = trees.node_start[t], trees.leaf_start[t]
        for node in range(trees.node_start[t + 1] - first):
            sides = [side[first + node] for side in (trees.left, trees.right)]
            counts = [trees.node_count[first + s] if s >= 0 else trees.leaf_count[leaf + ~s] for s in sides]
            assert trees.node_count[first + node] == sum(counts)


def test_only_the_first_rounds_are_read_when_asked(x, y):
    model = grown(x, y)
    assert np.allclose(TreeText.of(model, 5).booster().predict(x), model.predict(x, num_iteration=5))


def test_what_is_no_plain_sum_of_trees_is_refused(x, y):
    chance = lgb.train({"objective": "binary", "verbosity": -1}, lgb.Dataset(x, label=y > 0), 2)
    with pytest.raises(ValueError, match="only sums of regression trees"):
        TreeText.of(chance)
    with pytest.raises(ValueError, match="different columns"):
        total([TreeText.of(grown(x, y)), TreeText.of(grown(x, y)).held(0.0)])
