"""Small boosters of every kind that LightGBM grows, on rows with missing values, zeros and categories."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np

from leadlift.models import Encoding

LETTERS = tuple("abcdefghijklmnopqrst")
ENCODING = Encoding(("x", "wide", "count", "letter"), {"letter": LETTERS})

KINDS = {
    "plain": {},
    "one leaf": {"min_data_in_leaf": 5_000},
    "zero is missing": {"zero_as_missing": True},
    "nothing is missing": {"use_missing": False},
    "forest": {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5},
    "dart": {"boosting": "dart"},
    "steep sigmoid": {"sigmoid": 2.5},
    "regression": {"objective": "regression"},
    "poisson": {"objective": "poisson"},
    "many leaves": {"num_leaves": 400, "min_data_in_leaf": 2},
    "many cuts": {
        "max_bin": 2_000,
        "min_data_in_bin": 1,
        "num_leaves": 60,
        "extra_trees": True,
        "min_data_in_leaf": 5,
    },
}


def rows(n: int = 4_000, seed: int = 3) -> np.ndarray:
    """Matrix rows of ENCODING: a number with gaps, a skewed one, whole numbers with many zeros, and codes."""
    rng = np.random.default_rng(seed)
    x, wide = rng.normal(size=n), np.exp(3 * rng.normal(size=n))
    count, letter = np.maximum(0, rng.integers(-4, 9, n)), rng.integers(0, len(LETTERS), n)
    matrix = np.column_stack([x, wide, count, letter]).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.15] = np.nan
    return matrix


def grown(kind: str, trees: int = 40) -> lgb.Booster:
    """A booster of one of KINDS."""
    matrix = rows()
    known = np.nan_to_num(matrix)
    odds = known[:, 0] + 0.3 * known[:, 2] + (known[:, 3] % 3 == 1) - np.log1p(known[:, 1]) / 2
    y = (np.random.default_rng(5).random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)
    params = {
        "objective": "binary", "num_leaves": 15, "verbosity": -1, "num_threads": 1, "seed": 1,
        "min_data_per_group": 5, "cat_smooth": 1.0, "max_cat_to_onehot": 2, **KINDS[kind],
    }  # fmt: skip
    data = lgb.Dataset(matrix, y, feature_name=list(ENCODING.features), categorical_feature=[3])
    return lgb.train(params, data, num_boost_round=trees)
