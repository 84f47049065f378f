"""Cases that count less the older they are count less in the search too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from leadlift.models import DEFAULT_PARAMS, fit_booster, make_dataset
from leadlift.names import TRAIN as TRAINED
from leadlift.names import VALID as VALIDATED
from leadlift.training import Cases, Parts
from leadlift.training.growing import decayed
from leadlift.tuning import TuningData, sampling, tune
from leadlift.tuning.fingerprint import fingerprint
from leadlift.tuning.fitting import TRIAL_RATE, LocalBench
from leadlift.tuning.folds import FoldedBench, fold_of, joined
from leadlift.tuning.sampling import sampled
from leadlift.workflows.tune import _searched

from .cases import ENCODING, QUICK, TRAIN, VALID, customers, settings, told

SLOW = {
    "auc": lambda y, score, weight: roc_auc_score(y, score, sample_weight=weight),
    "average_precision": lambda y, score, weight: average_precision_score(y, score, sample_weight=weight),
    "log_loss": lambda y, score, weight: log_loss(y, score, sample_weight=weight),
}
HALF_LIFE = 90


def fading(rows: TuningData, seed: int, half_life: int = HALF_LIFE) -> TuningData:
    """The same rows, up to a year old."""
    days = np.random.default_rng(seed).integers(0, 365, len(rows.y))
    return replace(rows, weight=0.5 ** (days / half_life))


OLD_TRAIN, OLD_VALID = fading(TRAIN, 1), fading(VALID, 2)


def unwatched(round_, value):
    """Go on."""


def grown(learn, stop, metric, rate, rounds, patience):
    """A booster of weighted rows, written plainly."""
    rows = make_dataset(learn.matrix, learn.y, ENCODING, params=QUICK, weight=learn.weight)
    held = make_dataset(stop.matrix, stop.y, ENCODING, rows, QUICK, stop.weight)
    params = {**QUICK, "num_leaves": 4, "learning_rate": rate, "metric": ["binary_logloss", metric]}
    return fit_booster(rows, held, params, rounds, patience)


@pytest.mark.parametrize("metric", sorted(SLOW))
def test_rows_count_by_their_weight_in_growing_in_stopping_and_in_the_metric(metric):
    bench = LocalBench(OLD_TRAIN, OLD_VALID, settings(metric=metric))
    seen = []
    found, trees = bench.trial({"num_leaves": 4}, lambda round_, value: seen.append(value))
    boosted = {"log_loss": "binary_logloss"}.get(metric, metric)
    booster = grown(OLD_TRAIN, OLD_VALID, boosted, TRIAL_RATE, 16, 12)
    score = booster.predict(VALID.matrix)
    assert (found, trees) == (
        pytest.approx(SLOW[metric](VALID.y, score, OLD_VALID.weight)),
        booster.num_trees(),
    )
    # what decides over pruning is the same metric
    at_ten = booster.predict(VALID.matrix, num_iteration=10)
    assert seen[0] == pytest.approx(SLOW[metric](VALID.y, at_ten, OLD_VALID.weight), abs=1e-6)
    assert found != LocalBench(TRAIN, VALID, settings(metric=metric)).trial({"num_leaves": 4}, unwatched)[0]


def test_all_rows_decide_by_their_weight_too():
    found, trees = LocalBench(OLD_TRAIN, OLD_VALID, settings()).final({"num_leaves": 4}, unwatched)
    booster = grown(OLD_TRAIN, OLD_VALID, "auc", DEFAULT_PARAMS["learning_rate"], 40, 30)
    assert trees == booster.num_trees()
    assert found == pytest.approx(
        roc_auc_score(VALID.y, booster.predict(VALID.matrix), sample_weight=OLD_VALID.weight)
    )


def test_a_row_of_a_sample_counts_for_those_it_stands_for_by_its_own_weight(monkeypatch):
    monkeypatch.setattr(sampling, "LEAST_ROWS", 500)
    rare = fading(customers(40_000, 3, usual=-5.5), 3)
    sample, plain = sampled(rare, 10, seed=1), sampled(replace(rare, weight=None), 10, seed=1)
    own = {tuple(row): weight for row, weight in zip(rare.matrix.tolist(), rare.weight, strict=True)}
    kept = [own[tuple(row)] for row in sample.rows.matrix.tolist()]
    assert sample.weight == pytest.approx(plain.weight * kept)
    assert (sample.weight.sum()) == pytest.approx(rare.weight.sum(), rel=0.05)
    few = fading(TRAIN, 4)
    assert sampled(few, 10, seed=1).weight is few.weight


def test_a_sample_and_all_rows_are_each_fitted_by_their_weights(monkeypatch):
    monkeypatch.setattr(sampling, "LEAST_ROWS", 500)
    rare = fading(customers(20_000, 3, usual=-4.0), 3)
    bench = LocalBench(rare, OLD_VALID, settings(negatives=5))
    sample = sampled(rare, 5, seed=0)
    assert bench._few[0].get_weight() == pytest.approx(sample.weight, rel=1e-6)
    assert bench._all[0].get_weight() == pytest.approx(rare.weight, rel=1e-6)
    assert bench._few[1].get_weight() == pytest.approx(OLD_VALID.weight, rel=1e-6)


def test_held_out_folds_are_told_together_by_weight():
    chosen = settings(folds=2, negatives=None)
    found, _ = FoldedBench(OLD_TRAIN, OLD_VALID, chosen, 2).trial({"num_leaves": 4}, unwatched)
    rows = joined(OLD_TRAIN, OLD_VALID)
    assert list(rows.weight) == [*OLD_TRAIN.weight, *OLD_VALID.weight]
    fold, score = fold_of(rows, 2, 0), np.empty(len(rows.y))
    for k in range(2):
        learn, out = (
            TuningData(rows.matrix[these], rows.y[these], ENCODING, None, rows.weight[these])
            for these in (fold != k, fold == k)
        )
        score[fold == k] = grown(learn, out, "auc", TRIAL_RATE, 16, 12).predict(out.matrix)
    assert found == pytest.approx(roc_auc_score(rows.y, score, sample_weight=rows.weight))


def test_rows_without_weights_count_once_beside_rows_with_them():
    assert joined(TRAIN, VALID).weight is None
    rows = joined(TRAIN, OLD_VALID)
    assert list(rows.weight) == [*np.ones(len(TRAIN.y)), *OLD_VALID.weight]


@pytest.mark.parametrize("folds", [1, 2])
def test_workers_weigh_rows_as_one_process_does(tmp_path, folds):
    chosen = {"folds": folds, "trials": 1}
    alone = tune(OLD_TRAIN, OLD_VALID, settings(**chosen))
    beside = tune(OLD_TRAIN, OLD_VALID, settings(**chosen, workers=2, folder=tmp_path))
    assert told(beside) == told(alone)
    assert beside.best_value == alone.best_value
    assert alone.best_value != tune(TRAIN, VALID, settings(**chosen)).best_value


def test_responders_that_count_for_nothing_teach_nothing():
    # before, f2 told who responds; since then its opposite does
    gone = replace(TRAIN, matrix=-TRAIN.matrix)
    both = TuningData(
        np.concatenate([gone.matrix, TRAIN.matrix]),
        np.concatenate([gone.y, TRAIN.y]),
        ENCODING,
        weight=np.repeat([0.001, 1.0], len(TRAIN.y)),
    )
    faded, level = (
        tune(rows, VALID, settings(trials=2)).best_value for rows in (both, replace(both, weight=None))
    )
    assert faded > level + 0.05


def test_another_half_life_is_another_study_and_equal_ones_are_one(tmp_path):
    asked = settings(trials=1, storage=tmp_path / "t")
    first = tune(OLD_TRAIN, OLD_VALID, asked)
    assert tune(OLD_TRAIN, OLD_VALID, asked).earlier == 1
    others = [
        tune(TRAIN, VALID, asked),
        tune(fading(TRAIN, 1, half_life=30), OLD_VALID, asked),
        tune(OLD_TRAIN, fading(VALID, 2, half_life=30), asked),
    ]
    assert len({first.study, *(other.study for other in others)}) == 4
    assert [other.earlier for other in others] == [0, 0, 0]


def test_weights_are_not_taken_for_customers():
    who = np.arange(len(TRAIN.y))
    weighed = replace(TRAIN, weight=who.astype(np.int64).view(np.float64))
    names = {fingerprint(rows, VALID, settings(), {}) for rows in (replace(TRAIN, customer=who), weighed)}
    assert len(names) == 2


def dated_cases() -> Cases:
    """Customers of a year, half of them to train on, the newest to validate."""
    both = joined(TRAIN, VALID)
    count = len(both.y)
    days = np.datetime64("2025-01-01") + np.arange(count) % 365
    rows = {TRAINED: np.arange(count // 2), VALIDATED: np.arange(count // 2, count)}
    return Cases(ENCODING, both.matrix, both.y, np.arange(count), days, Parts(rows, None, 0))


def test_the_search_weighs_cases_by_age_as_training_does():
    cases = dated_cases()
    weight = decayed(cases, HALF_LIFE)
    train, valid = _searched(cases, HALF_LIFE)
    assert list(train.weight) == list(weight[cases.rows(TRAINED)])
    assert list(valid.weight) == list(weight[cases.rows(VALIDATED)])
    assert len(set(train.weight)) > 100
    assert [rows.weight for rows in _searched(cases, None)] == [None, None]


WORKSPACE = """
name: shop
sources:
  people:
    path: people.csv
    kind: flat
    customer_key: id
    columns: {id: {type: string}, wealth: {type: number}, bought: {type: integer}}
"""
PIPELINE = """
pipeline: bought
kind: response
population: {table: people}
target: {column: bought, positive: 1}
features: {include: [wealth]}
split: {random: 30%, valid: 15%, calibration: 20%}
model: {time_decay: 90d}
"""


def test_a_half_life_of_cases_without_dates_is_refused(leadlift, tmp_path):
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "leadlift.yaml").write_text(WORKSPACE, encoding="utf-8")
    (tmp_path / "pipelines" / "bought.yaml").write_text(PIPELINE, encoding="utf-8")
    lines = [
        f"c{n},{wealth:.3f},{int(bought)}"
        for n, (wealth, bought) in enumerate(zip(TRAIN.matrix[:, 2], TRAIN.y, strict=True))
    ]
    (tmp_path / "people.csv").write_text("\n".join(["id,wealth,bought", *lines]), encoding="utf-8")
    said = leadlift("tune", "bought", at=tmp_path)
    assert said.code == 2
    assert "model.time_decay: the cases have no dates" in said.err
