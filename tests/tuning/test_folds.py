"""Trials measured on every row by trees that did not see it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.models import fit_booster, make_dataset
from leadlift.tuning import TuningData, tune
from leadlift.tuning.fitting import TRIAL_RATE
from leadlift.tuning.folds import FoldedBench, fold_of, folds_for, joined

from .cases import ENCODING, QUICK, TRAIN, VALID, customers, settings, told


def unwatched(round_, value):
    """Go on."""


@given(st.integers(1, 60), st.integers(2, 6), st.integers(0, 5))
def test_a_customer_is_in_one_fold_and_responders_are_spread_evenly(people, folds, seed):
    rng = np.random.default_rng(seed)
    who = rng.integers(0, people, 300)
    responders = rng.random(people) < 0.3
    rows = TuningData(np.zeros((300, 6), np.float32), responders[who].astype(float), ENCODING, who)
    fold = fold_of(rows, folds, seed)
    assert all(len(set(fold[who == one])) == 1 for one in set(who))
    there = {one: fold[who == one][0] for one in set(who)}
    counts = [sum(there[one] == k for one in there if responders[one]) for k in range(folds)]
    assert max(counts) - min(counts) <= 1


def test_a_trial_is_worth_what_the_held_out_folds_say_together():
    chosen = settings(folds=3, negatives=None)
    found, rounds = FoldedBench(TRAIN, VALID, chosen, 3).trial({"num_leaves": 4}, unwatched)
    rows = joined(TRAIN, VALID)
    fold, told_of, trees = fold_of(rows, 3, 0), np.empty(len(rows.y)), []
    for k in range(3):  # the same, written plainly
        out = fold == k
        learn = make_dataset(rows.matrix[~out], rows.y[~out], ENCODING, params=QUICK)
        stop = make_dataset(rows.matrix[out], rows.y[out], ENCODING, learn, QUICK)
        params = {**QUICK, "num_leaves": 4, "learning_rate": TRIAL_RATE, "metric": ["binary_logloss", "auc"]}
        booster = fit_booster(learn, stop, params, 16, 12)
        told_of[out] = booster.predict(rows.matrix[out])
        trees.append(booster.num_trees())
    from sklearn.metrics import roc_auc_score

    assert found == pytest.approx(roc_auc_score(rows.y, told_of), abs=1e-9)
    assert rounds == round(np.mean(trees))


def test_few_responders_to_validate_on_are_measured_in_folds_and_many_are_not():
    few, many = customers(1_500, 3), customers(6_000, 3)
    assert few.y.sum() < 300 <= many.y.sum()
    assert folds_for(settings(folds=None), few) == 5
    assert folds_for(settings(folds=None), many) == 1
    assert folds_for(settings(folds=2), many) == 2


def test_workers_measure_in_folds_as_one_process_does(tmp_path):
    alone = tune(TRAIN, VALID, settings(folds=2, trials=1))
    beside = tune(TRAIN, VALID, settings(folds=2, trials=1, workers=2, folder=tmp_path))
    assert [row[2] for row in told(beside)] == [row[2] for row in told(alone)]
