"""Trials learn from a sample: what is kept, what each row stands for, and that it changes no answer but by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadlift.evaluation import auc
from leadlift.models import fit_booster, make_dataset
from leadlift.models.params import for_sample
from leadlift.tuning import TuningData, sampling, tune
from leadlift.tuning.sampling import sample_size, sampled

from .cases import ENCODING, QUICK, VALID, customers, settings

RARE = customers(40_000, 3, usual=-5.5)


@pytest.fixture
def small(monkeypatch):
    """Let small tables be sampled too."""
    monkeypatch.setattr(sampling, "LEAST_ROWS", 500)


def test_every_positive_stays_and_the_weights_add_up_to_all_rows(small):
    sample = sampled(RARE, 10, seed=1)
    positives = RARE.y.sum()
    assert sample.rows.y.sum() == positives
    assert (sample.rows.y == 0).sum() == 10 * positives
    assert (sample.weight[sample.rows.y == 1] == 1).all()
    assert sample.weight.sum() == pytest.approx(len(RARE.y))
    assert sample.share == len(sample.rows.y) / len(RARE.y)


def test_rows_stay_whole_in_their_order_and_none_comes_twice(small):
    marked = replace(RARE, matrix=np.arange(len(RARE.y), dtype=np.float32)[:, None].repeat(6, axis=1))
    sample = sampled(marked, 10, seed=1)
    places = sample.rows.matrix[:, 0].astype(int)
    assert (np.diff(places) > 0).all()
    assert (sample.rows.y == RARE.y[places]).all()


def test_where_negatives_are_few_or_rows_are_few_all_rows_are_learned_from():
    few = customers(1_000, 0)
    assert sampled(few, 10, seed=0).rows is few
    assert sampled(few, None, seed=0).weight is None
    assert len(sampled(RARE, 10, seed=0).rows.y) == sampling.LEAST_ROWS


@pytest.mark.parametrize("negatives", [None, 1, 10, 1_000])
def test_the_size_of_the_sample_is_known_beforehand(small, negatives):
    assert sample_size(RARE.y, negatives) == len(sampled(RARE, negatives, seed=0).rows.y)


def test_the_mean_outcome_and_so_the_level_is_that_of_all_rows(small):
    sample = sampled(RARE, 10, seed=1)
    rate = np.average(sample.rows.y, weights=sample.weight)
    assert rate == pytest.approx(RARE.y.mean())
    rows = make_dataset(sample.rows.matrix, sample.rows.y, ENCODING, weight=sample.weight)
    booster = fit_booster(rows, None, {**QUICK, "min_data_in_leaf": 20}, max_rounds=40)
    assert booster.predict(RARE.matrix).mean() == pytest.approx(RARE.y.mean(), rel=0.1)


def test_counts_of_rows_are_made_those_of_the_sample(small):
    sample = sampled(RARE, 10, seed=1)
    set_for_all = {"min_data_in_leaf": 200, "path_smooth": 4.0, "num_leaves": 9, "lambda_l2": 3.0}
    found = for_sample(set_for_all, sample.share)
    assert found["min_data_in_leaf"] == round(200 * sample.share)
    assert found["path_smooth"] == pytest.approx(4.0 * sample.share)
    assert found["min_data_per_group"] == round(100 * sample.share)
    assert (found["num_leaves"], found["lambda_l2"]) == (9, 3.0)
    assert for_sample(set_for_all, 1.0) == set_for_all


def test_a_search_on_a_sample_ends_with_a_model_of_all_rows(small):
    valid = customers(6_000, 4, usual=-5.5)
    result = tune(RARE, valid, settings(trials=3, negatives=5))
    assert result.learned_from == 6 * RARE.y.sum()
    rows = make_dataset(RARE.matrix, RARE.y, ENCODING)
    booster = fit_booster(rows, None, result.best_params, max_rounds=result.best_rounds)
    assert auc(valid.y, booster.predict(valid.matrix)) == pytest.approx(result.best_value)


def test_validation_rows_are_never_left_out(small, monkeypatch):
    asked = []
    monkeypatch.setattr(sampling, "LEAST_ROWS", 10)
    from leadlift.tuning import problem

    auc_of_all = problem.METRICS["auc"]

    def measured(y, score, weight):
        asked.append(len(y))
        return auc_of_all.measure(y, score, weight)

    monkeypatch.setitem(problem.METRICS, "auc", replace(auc_of_all, measure=measured))
    tune(TuningData(RARE.matrix, RARE.y, ENCODING), VALID, settings(trials=2, negatives=1))
    assert set(asked) == {len(VALID.y)}
