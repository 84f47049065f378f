"""Whoever computes contributions, they are exact Shapley values, and those of LightGBM's `pred_contrib`."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.models import Encoding, contributions
from leadlift.models.coding import coding_of
from leadlift.models.contributions import ByLightGbm, Compiled, compiled_of, difference, fastest_explainer
from leadlift.models.probe import probe_of
from leadlift.models.shares import shares_of
from leadlift.models.trees import Trees, parse_trees, trees_of

from .boosters import ENCODING, KINDS, grown, rows
from .test_predictor import table
from .test_trees import goes_left

MANY = 100_000_000


def compiled(booster: lgb.Booster, encoding: Encoding = ENCODING) -> Compiled:
    found, why = compiled_of(trees_of(booster), encoding)
    assert found is not None, why
    return found


def off(booster: lgb.Booster, batch: pa.RecordBatch, encoding: Encoding = ENCODING) -> float:
    """How far the compiled contributions are from LightGBM's, beside the largest."""
    found, wanted = compiled(booster, encoding).contributions(batch), ByLightGbm(booster, encoding)
    told = wanted.contributions(batch)
    return float(np.abs(found - told).max() / max(1.0, np.abs(told).max()))


def plain_numbers(matrix: np.ndarray) -> tuple[Encoding, pa.RecordBatch]:
    names = [f"f{i}" for i in range(matrix.shape[1])]
    columns = [pa.array(column, from_pandas=True) for column in matrix.T]
    return Encoding(tuple(names), {}), pa.record_batch(columns, names=names)


@pytest.fixture(scope="module")
def booster():
    return grown("plain")


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_lightgbms_on_thresholds_and_on_customers(kind):
    booster = grown(kind, trees=12)
    probe = probe_of(trees_of(booster), ENCODING)
    assert off(booster, probe.slice(0, 300)) < 1e-12
    assert off(booster, table(300)) < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_they_add_up_to_the_raw_score_whatever_threshold_a_value_stands_on(kind):
    booster = grown(kind, trees=12)
    probe = probe_of(trees_of(booster), ENCODING)
    sums = compiled(booster).contributions(probe).sum(axis=1)
    assert sums == pytest.approx(ByLightGbm(booster, ENCODING).sums(probe), rel=1e-9, abs=1e-9)


def test_more_thresholds_than_a_byte_tells_apart_are_no_hindrance():
    booster = grown("many cuts")
    assert coding_of(trees_of(booster)).n_codes > 256
    assert off(booster, table(200)) < 1e-12


def test_paths_of_many_features_and_features_asked_again_and_again_are_exact():
    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(3_000, 24)).astype(np.float32)
    y = (matrix.cumsum(axis=1) > 0).sum(axis=1) + np.sin(9 * matrix[:, 0])
    params = {
        "verbosity": -1,
        "num_threads": 1,
        "num_leaves": 500,
        "min_data_in_leaf": 1,
        "extra_trees": True,
    }
    deep = lgb.train(params, lgb.Dataset(matrix, y), num_boost_round=3)
    encoding, batch = plain_numbers(matrix[:200])
    assert shares_of(trees_of(deep)).points.max() >= 6
    assert off(deep, batch, encoding) < 1e-12


def expected(trees: Trees, tree: int, row: np.ndarray, known: frozenset[int], at: int = 0) -> float:
    """What a tree says on average when only some features are known: where one is not, both ways by cover."""
    first, leaf = int(trees.node_start[tree]), int(trees.leaf_start[tree])
    if at < 0 or trees.node_start[tree + 1] == first:
        return float(trees.leaf_value[leaf + (~at if at < 0 else 0)])
    sides = [int(side[first + at]) for side in (trees.left, trees.right)]
    asked = int(trees.feature[first + at])
    if asked in known:
        left = goes_left(trees, first + at, float(row[asked]))
        return expected(trees, tree, row, known, sides[0 if left else 1])
    covers = [trees.node_count[first + c] if c >= 0 else trees.leaf_count[leaf + ~c] for c in sides]
    both = [expected(trees, tree, row, known, side) for side in sides]
    return float(np.dot(covers, both) / sum(covers))


def shapley(trees: Trees, row: np.ndarray) -> list[float]:
    """Shapley's formula over all sets of features, and last the average."""
    n, whole = trees.n_features, frozenset(range(trees.n_features))

    def said(known: frozenset[int]) -> float:
        return sum(expected(trees, tree, row, known) for tree in range(trees.n_trees))

    values = []
    for feature in range(n):
        total = 0.0
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - 1 - size) / math.factorial(n)
            for others in combinations(whole - {feature}, size):
                total += weight * (said(frozenset(others) | {feature}) - said(frozenset(others)))
        values.append(total)
    return [*values, said(frozenset())]


@pytest.mark.parametrize("kind", ["plain", "one leaf", "zero is missing", "nothing is missing", "poisson"])
def test_contributions_are_shapley_values_by_the_formula_itself(kind):
    booster, batch = grown(kind, trees=2), table(12, seed=4)
    trees, matrix = trees_of(booster), ENCODING.encode(batch)
    wanted = np.array([shapley(trees, row) for row in matrix])
    assert compiled(booster).contributions(batch) == pytest.approx(wanted, abs=1e-12)


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.integers(2, 40),
    smallest=st.integers(1, 10),
    missing=st.sampled_from([{}, {"zero_as_missing": True}, {"use_missing": False}]),
    objective=st.sampled_from(["binary", "regression", "poisson"]),
)
def test_of_any_small_model_they_are_lightgbms(seed, leaves, smallest, missing, objective):
    matrix = rows(150, seed)
    y = (np.nan_to_num(matrix[:, 0]) > 0.2).astype(float) + (objective != "binary") * np.nan_to_num(
        matrix[:, 2]
    )
    params = {
        "objective": objective, "num_leaves": leaves, "min_data_in_leaf": smallest, "verbosity": -1,
        "num_threads": 1, "min_data_per_group": 1, "cat_smooth": 0.1, "max_cat_to_onehot": seed % 5 + 1, **missing,
    }  # fmt: skip
    data = lgb.Dataset(matrix, y, feature_name=list(ENCODING.features), categorical_feature=[3])
    assert off(lgb.train(params, data, num_boost_round=3), table(80, seed + 1)) < 1e-12


def test_features_that_no_tree_asks_for_contribute_nothing():
    matrix = rows(500)
    data = lgb.Dataset(matrix, np.nan_to_num(matrix[:, 1]), feature_name=list(ENCODING.features))
    params = {"verbosity": -1, "num_threads": 1, "interaction_constraints": "[1]"}
    found = compiled(lgb.train(params, data, num_boost_round=2)).contributions(table(100))
    assert (found[:, [0, 2, 3]] == 0).all()
    assert (found[:, [1, 4]] != 0).all()


def test_batches_of_any_size_give_what_the_whole_gives_in_threads_too(booster):
    explainer, whole = compiled(booster), table(700)
    wanted = explainer.contributions(whole)
    assert explainer.contributions(whole.slice(0, 0)).shape == (0, 5)
    cuts = [(0, 1), (1, 64), (64, 128), (128, 193), (193, 700)]
    with ThreadPoolExecutor(3) as pool:
        parts = list(
            pool.map(lambda cut: explainer.contributions(whole.slice(cut[0], cut[1] - cut[0])), cuts)
        )
    assert np.concatenate(parts).tobytes() == wanted.tobytes()


def test_what_the_encoding_refuses_is_refused(booster):
    for explainer in (compiled(booster), ByLightGbm(booster, ENCODING)):
        with pytest.raises(UserError, match="lacks 1 of 4 features: wide"):
            explainer.contributions(table(5).drop_columns(["wide"]))


def test_few_customers_are_left_to_lightgbm_and_many_are_not(booster):
    few, many = (fastest_explainer(booster, ENCODING, n, table(100)) for n in (100, MANY))
    assert (few.name, few.why) == ("lightgbm", "few customers or a small model")
    assert (many.name, many.why) == ("compiled", "agrees with LightGBM")
    found, wanted = (one.contributions(table(50)) for one in (many, few))
    assert found == pytest.approx(wanted, abs=1e-12)


def test_another_answer_than_lightgbms_is_seen_told_and_not_used(booster, monkeypatch):
    other = compiled(grown("plain", trees=39))
    monkeypatch.setattr(contributions, "compiled_of", lambda trees, encoding: (other, ""))
    used = fastest_explainer(booster, ENCODING, MANY, table(100))
    assert used.name == "lightgbm"
    assert used.why.startswith("on rows of the model's thresholds the compiled contributions are off by 0.")
    assert (
        used.contributions(table(9)).tobytes()
        == booster.predict(ENCODING.encode(table(9)), pred_contrib=True).tobytes()
    )


class Elsewhere:
    """Is wrong about some rows only."""

    name, why, workers = "elsewhere", "", 1

    def __init__(self, right: ByLightGbm, wrong_from: int, wrong_below: int, by: float) -> None:
        self._right, self._from, self._below, self._by = right, wrong_from, wrong_below, by

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        found = self._right.contributions(batch)
        if batch.num_rows < self._below:
            found[self._from :, 0] += self._by
        return found


@pytest.mark.parametrize(
    ("wrong_from", "wrong_below", "by", "told"),
    [
        (0, 10_000, 1e-7, ""),
        (0, 10_000, 1e-5, "on rows of the model's thresholds the compiled contributions are off by 1e-05"),
        (0, 10_000, math.nan, "on rows of the model's thresholds the compiled contributions are off by nan"),
        (0, 100, 1e-5, "on the first customers the compiled contributions are off by 1e-05"),
        (200, 10_000, 1e-5, "the compiled contributions do not add up to the raw scores"),
    ],
)
def test_a_difference_is_told_where_it_is(booster, wrong_from, wrong_below, by, told):
    plain = ByLightGbm(booster, ENCODING)
    probe = probe_of(trees_of(booster), ENCODING).slice(0, 300)
    assert difference(Elsewhere(plain, wrong_from, wrong_below, by), plain, probe, table(90)) == told


def test_a_model_that_cannot_be_compiled_is_explained_by_lightgbm_and_says_why(booster, monkeypatch):
    matrix = np.nan_to_num(rows(300))
    data = lgb.Dataset(matrix, matrix[:, 0].copy(), feature_name=list(ENCODING.features))
    rooted = lgb.train({"verbosity": -1, "num_threads": 1, "reg_sqrt": True}, data, num_boost_round=3)
    used = fastest_explainer(rooted, ENCODING, MANY, table(50))
    assert (used.name, used.why) == ("lightgbm", "objective 'regression sqrt'")
    assert used.contributions(table(50)).shape == (50, 5)
    assert compiled_of(trees_of(booster), Encoding(("x",), {}))[1] == "4 columns for 1 features"
    monkeypatch.setattr(contributions, "MOST_ROOM", 1_000)
    assert compiled_of(trees_of(booster), ENCODING) == (None, "trees too large")


def test_counts_that_do_not_add_up_are_not_weighed_with(booster):
    text = booster.model_to_string()
    assert "internal_count=4000 " in text
    trees = parse_trees(text.replace("internal_count=4000 ", "internal_count=4001 "))
    assert compiled_of(trees, ENCODING) == (None, "counts of training rows that do not add up")
