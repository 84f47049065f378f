"""The model to beat."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.evaluation import auc
from leadlift.models import Encoding, fit_logistic
from leadlift.models import baseline as room


def test_it_finds_the_direction_of_each_driver(bank, matrix, encoding):
    _, y = bank
    baseline = fit_logistic(matrix, y, encoding)
    weight = dict(baseline.coefficients())
    assert weight["balance"] > 0.5
    assert weight["region = west"] > weight["region = east"]
    assert weight["uses_app"] > 0.2
    assert abs(weight["noise"]) < 0.15
    assert "balance is missing" in weight
    assert "noise is missing" not in weight
    assert baseline.converged
    assert baseline.predict(matrix).mean() == pytest.approx(y.mean(), abs=1e-3)


def test_it_gives_what_scikit_learn_gives_on_a_plain_matrix():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    matrix = np.clip(rng.normal(size=(2_000, 3)), -2, 2).astype(np.float32)
    y = (rng.random(2_000) < 1 / (1 + np.exp(-matrix[:, 0]))).astype(float)
    expected = LogisticRegression(C=np.inf).fit(matrix, y).predict_proba(matrix)[:, 1]
    told = fit_logistic(matrix, y, Encoding(("a", "b", "c"), {})).predict(matrix)
    assert told == pytest.approx(expected, abs=0.005)


def test_an_outlier_pulls_no_further_than_the_tail():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(1_000, 1)).astype(np.float32)
    y = (rng.random(1_000) < 1 / (1 + np.exp(-matrix[:, 0]))).astype(float)
    encoding = Encoding(("x",), {})
    baseline = fit_logistic(matrix, y, encoding)
    edge = np.quantile(matrix, 0.995)
    assert baseline.predict(np.array([[1e9]], dtype=np.float32)) == pytest.approx(
        baseline.predict(np.array([[edge]], dtype=np.float32)), abs=1e-6
    )


def test_columns_that_say_nothing_do_no_harm():
    rng = np.random.default_rng(0)
    y = (rng.random(500) < 0.3).astype(float)
    matrix = np.column_stack([np.full(500, np.nan), np.full(500, 7.0), y + rng.normal(size=500)])
    baseline = fit_logistic(matrix.astype(np.float32), y, Encoding(("empty", "same", "x"), {}))
    assert [name for name, _ in baseline.coefficients()] == ["x"]


def test_with_nothing_to_go_by_everyone_gets_the_base_rate():
    y = np.array([1.0, 0, 0, 0])
    baseline = fit_logistic(np.full((4, 1), np.nan, dtype=np.float32), y, Encoding(("x",), {}))
    assert baseline.predict(np.zeros((2, 1), dtype=np.float32)) == pytest.approx([0.25, 0.25])


def test_unseen_and_missing_categories_get_no_push(bank, matrix, encoding):
    baseline = fit_logistic(matrix, bank[1], encoding)
    row = matrix[:1].copy()
    row[0, 1] = np.nan
    assert 0 < baseline.predict(row)[0] < 1


def test_of_many_categories_the_thirty_commonest_are_used():
    rng = np.random.default_rng(0)
    codes = np.minimum(rng.geometric(0.05, 3_000) - 1, 49).astype(np.float32)
    encoding = Encoding(("branch",), {"branch": tuple(f"b{i:02}" for i in range(50))})
    baseline = fit_logistic(codes[:, None], (rng.random(3_000) < 0.2).astype(float), encoding)
    assert len(baseline.coefficients()) == 30


def test_a_draw_of_the_rows_keeps_the_base_rate(monkeypatch):
    monkeypatch.setattr(room, "MOST_ROWS", 1_000)
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(20_000, 2)).astype(np.float32)
    y = (rng.random(20_000) < 0.03).astype(float)
    baseline = fit_logistic(matrix, y, Encoding(("a", "b"), {}), seed=1)
    assert baseline.predict(matrix).mean() == pytest.approx(y.mean(), abs=0.003)
    again = fit_logistic(matrix, y, Encoding(("a", "b"), {}), seed=1)
    assert baseline.coefficients() == again.coefficients()


def test_one_class_is_refused():
    with pytest.raises(UserError, match="all 3 rows are alike"):
        fit_logistic(np.zeros((3, 1), dtype=np.float32), [0, 0, 0], Encoding(("x",), {}))


def test_columns_that_repeat_each_other_still_give_an_answer():
    rng = np.random.default_rng(0)
    base = rng.normal(size=(10_000, 20)).astype(np.float32)
    matrix = np.hstack([base, base * 3 + 1, base[:, :10] + base[:, 10:]])
    y = (rng.random(10_000) < 1 / (1 + np.exp(3 - base[:, 0]))).astype(float)
    baseline = fit_logistic(matrix, y, Encoding(tuple(f"f{i}" for i in range(50)), {}))
    assert baseline.converged
    assert auc(y, baseline.predict(matrix)) > 0.7
