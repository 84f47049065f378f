"""The fit, and what the model is worth: held against scikit-learn on the same rows."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as sk

from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs import FeatureDef, Split
from leadlift.specs.features import Feature
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import Cases, fit_baseline, fit_calibrated, judge, prepare, split_cases

CUSTOMERS, MONTHS = 600, 5
SPLIT = Split(out_of_time=0.2, valid=0.2, calibration=0.2)
SMALL = ModelChoice(max_rounds=40, early_stopping=10, params={"num_leaves": 7, "min_data_in_leaf": 20})


def feature(name: str, kind: str = "number") -> FeatureDef:
    return FeatureDef(
        name=name, stanza=name, subject="value", source="facts", spec=Feature(agg="value", of=name), of=None,
        where=None, expr=None, window=None, type=kind, hidden=None, uses=(name,), label=name, unit="",
        file="f.yaml", line=1,
    )  # fmt: skip


def facts(**columns) -> pa.Table:
    """A drawn bank whose chance to respond rises with `wealth`; `columns` come on top."""
    draw = np.random.default_rng(5)
    rows = CUSTOMERS * MONTHS
    wealth = draw.normal(size=rows)
    responded = draw.random(rows) < 1 / (1 + np.exp(2 - 1.5 * wealth))
    days = [date(2025, month, 1) for month in range(1, MONTHS + 1)]
    named = {name: made(responded, draw) for name, made in columns.items()}
    return pa.table(
        {
            "customer_id": [f"c{n:04d}" for n in range(CUSTOMERS)] * MONTHS,
            "as_of": pa.array([day for day in days for _ in range(CUSTOMERS)], pa.date32()),
            "wealth": wealth,
            "noise": draw.normal(size=rows),
            **named,
            "target": pa.array(responded.astype(int), pa.int32()),
        }
    )


def cases_of(table: pa.Table, *texts: str) -> Cases:
    names = [name for name in table.column_names if name not in ("customer_id", "as_of", "target")]
    features = tuple(feature(name, "text" if name in texts else "number") for name in names)
    return prepare(table, features, split_cases(table, SPLIT, None))


@pytest.fixture(scope="module")
def cases() -> Cases:
    return cases_of(facts())


@pytest.fixture(scope="module")
def model(cases):
    return fit_calibrated(cases, {}, SMALL, "the test cases")


@pytest.fixture(scope="module")
def judgement(model, cases):
    return judge(model, fit_baseline(cases, 1), cases, resamples=30)


@pytest.mark.parametrize("part", [TRAIN, VALID, CALIBRATION, TEST])
def test_every_part_is_measured_as_scikit_learn_measures_it(judgement, model, cases, part):
    rows = cases.rows(part)
    y, raw = cases.y[rows], model.booster.predict(cases.matrix[rows])
    chance = model.calibrator(np.asarray(raw))
    found = {name: estimate.value for name, estimate in judgement.metrics[part].items()}
    assert found["auc"] == pytest.approx(sk.roc_auc_score(y, raw), abs=1e-9)
    assert found["average_precision"] == pytest.approx(sk.average_precision_score(y, raw), abs=1e-9)
    assert found["brier"] == pytest.approx(sk.brier_score_loss(y, chance), abs=1e-9)
    assert found["log_loss"] == pytest.approx(sk.log_loss(y, chance), abs=1e-9)


def test_the_baseline_is_measured_on_the_very_same_test_cases(judgement, cases):
    rows = cases.rows(TEST)
    simple = fit_baseline(cases, 1).predict(cases.matrix[rows])
    assert judgement.baseline["auc"].value == pytest.approx(sk.roc_auc_score(cases.y[rows], simple), abs=1e-9)
    gain = judgement.metrics[TEST]["auc"].value - judgement.baseline["auc"].value
    assert judgement.gain["auc"].value == pytest.approx(gain, abs=1e-9)


def test_predicted_and_actual_responders_are_sums_over_the_test(judgement, model, cases):
    rows = cases.rows(TEST)
    assert judgement.actual == cases.y[rows].sum()
    assert judgement.expected == pytest.approx(model.predict_matrix(cases.matrix[rows]).probability.sum())


def test_every_month_is_told_with_its_own_cases_and_responders(judgement, cases):
    assert [period.month for period in judgement.months] == [f"2025-0{month}" for month in range(1, 6)]
    assert all(period.cases == CUSTOMERS for period in judgement.months)
    assert sum(period.responders for period in judgement.months) == cases.y.sum()


def test_the_trees_never_see_the_calibration_or_the_test_cases(cases, model):
    # the outcomes of these cases turned round, the trees stay the same to the last bit
    hidden = np.concatenate([cases.rows(CALIBRATION), cases.rows(TEST)])
    y = cases.y.copy()
    y[hidden] = 1 - y[hidden]
    other = Cases(cases.encoding, cases.matrix, y, cases.customer, cases.as_of, cases.parts)
    turned = fit_calibrated(other, {}, SMALL, "the test cases")
    assert turned.booster.model_to_string() == model.booster.model_to_string()
    assert turned.calibrator.to_dict() != model.calibrator.to_dict()


def test_the_chances_are_learned_without_the_test(cases, model):
    y = cases.y.copy()
    y[cases.rows(TEST)] = 1 - y[cases.rows(TEST)]
    other = Cases(cases.encoding, cases.matrix, y, cases.customer, cases.as_of, cases.parts)
    assert fit_calibrated(other, {}, SMALL, "x").calibrator.to_dict() == model.calibrator.to_dict()


def test_the_codes_of_categories_are_learned_from_training_cases_alone():
    # `new` comes up in the test alone, as a branch that opened yesterday would
    table = facts(branch=lambda y, draw: pa.array(["old"] * (len(y) - CUSTOMERS) + ["new"] * CUSTOMERS))
    assert "new" not in cases_of(table, "branch").encoding.categories["branch"]
