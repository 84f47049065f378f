"""Ensembles that hold each other's customers out, and cases that count less the older they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from leadlift.errors import UserError
from leadlift.evaluation import log_loss
from leadlift.models import Encoding
from leadlift.models.calibrators import chance
from leadlift.names import TEST
from leadlift.specs import Split
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import Cases, fit_calibrated, split_cases
from leadlift.training.growing import decayed, grow

CUSTOMERS, MONTHS = 500, 5
SMALL = {"max_rounds": 30, "early_stopping": 10, "params": {"num_leaves": 7, "min_data_in_leaf": 20}}


@pytest.fixture(scope="module")
def cases() -> Cases:
    draw = np.random.default_rng(5)
    rows = CUSTOMERS * MONTHS
    wealth, noise = draw.normal(size=rows), draw.normal(size=rows)
    y = (draw.random(rows) < 1 / (1 + np.exp(2 - 1.5 * wealth))).astype(int)
    days = [date(2025, month, 1) for month in range(1, MONTHS + 1) for _ in range(CUSTOMERS)]
    table = pa.table(
        {
            "customer_id": [f"c{n:04d}" for n in range(CUSTOMERS)] * MONTHS,
            "as_of": pa.array(days, pa.date32()),
            "wealth": wealth,
            "noise": noise,
            "target": pa.array(y, pa.int32()),
        }
    )
    parts = split_cases(table, Split(out_of_time=0.2, valid=0.2, calibration=0.2), None)
    encoding = Encoding.fit(table, ["wealth", "noise"])
    customer = np.tile(np.arange(CUSTOMERS), MONTHS)
    as_of = np.array(days, dtype="datetime64[D]")
    return Cases(encoding, encoding.encode(table), y.astype(float), customer, as_of, parts)


def test_an_ensemble_never_sees_the_test(cases):
    turned = cases.y.copy()
    turned[cases.rows(TEST)] = 1 - turned[cases.rows(TEST)]
    spec = ModelChoice(ensemble=3, **SMALL)
    one, other = (fit_calibrated(c, {}, spec, "x") for c in (cases, replace(cases, y=turned)))
    assert one.booster.model_to_string() == other.booster.model_to_string()
    assert one.calibrator.to_dict() == other.calibrator.to_dict()
    assert one.doubt == other.doubt


def test_a_case_is_calibrated_on_by_trees_that_do_not_know_its_customer(cases):
    grown = grow(cases, SMALL["params"], ModelChoice(ensemble=3, **SMALL))
    assert len(grown.calibrates) == len(cases.y) - len(cases.rows(TEST))
    # what its own member says is unlike what all members say, of which two have learned from it
    merged = grown.booster.predict(cases.matrix[grown.calibrates])
    assert (np.abs(merged - grown.raw[grown.calibrates]) > 1e-6).mean() > 0.9
    y = cases.y[grown.calibrates]
    assert np.abs(y - grown.raw[grown.calibrates]).mean() > np.abs(y - merged).mean()


def test_a_case_counts_half_after_the_half_life(cases):
    weight = decayed(cases, 31)
    by_month = [weight[cases.as_of == np.datetime64(f"2025-0{month}-01")] for month in range(1, 6)]
    assert [set(month) for month in by_month[3:]] == [{1.0}, {1.0}], "the newest training month, and the test"
    assert by_month[2] == pytest.approx(0.5)
    assert by_month[1] == pytest.approx(0.5 ** (59 / 31))
    assert (decayed(cases, None) == 1).all()


def test_cases_without_dates_cannot_grow_old(cases):
    undated = replace(cases, as_of=np.full(len(cases.y), np.datetime64("NaT", "D")))
    with pytest.raises(UserError, match=r"model\.time_decay"):
        decayed(undated, 90)


def test_with_decay_the_chances_follow_the_newer_cases(cases):
    # responders are four times as frequent in the last month before the test
    y = cases.y.copy()
    late = (cases.as_of == np.datetime64("2025-04-01")) & (np.random.default_rng(1).random(len(y)) < 0.5)
    y[late] = 1.0
    risen = replace(cases, y=y)
    flat, recent = (
        fit_calibrated(risen, {}, ModelChoice(time_decay=decay, **SMALL), "x") for decay in (None, "10d")
    )
    rows = cases.matrix[cases.rows(TEST)]
    told = [model.predict_matrix(rows).probability.mean() for model in (flat, recent)]
    assert told[1] > told[0] + 0.05


def test_steps_join_an_ensemble_where_they_tell_held_out_customers_better(cases):
    # the outcome is linear in wealth, so a regression knows it sooner than trees do
    spec = ModelChoice(ensemble=3, **SMALL)
    alone, both = (
        fit_calibrated(cases, {}, spec.model_copy(update={"steps": s}), "x") for s in ("none", "auto")
    )
    assert alone.meta["parts"].startswith("trees alone")
    assert "a sum of steps" in both.meta["parts"]
    rows, y = cases.matrix[cases.rows(TEST)], cases.y[cases.rows(TEST)]
    losses = [log_loss(y, model.predict_matrix(rows).probability) for model in (alone, both)]
    assert losses[1] < losses[0]
    reasons = both.contributions(rows)
    assert chance(reasons.sum(axis=1)) == pytest.approx(both.raw(rows), abs=1e-9)


def test_what_is_calibrated_on_with_steps_did_not_know_the_customer_either(cases):
    grown = grow(cases, SMALL["params"], ModelChoice(ensemble=3, **SMALL))
    whole = grown.booster.predict(cases.matrix[grown.calibrates])
    y = cases.y[grown.calibrates]
    assert log_loss(y, grown.raw[grown.calibrates]) > log_loss(y, whole)


@pytest.mark.parametrize("spec", [{"monotone": {"wealth": 1}}, {"steps": "none"}])
def test_steps_stay_away_where_they_could_break_a_direction_or_are_not_wanted(cases, spec):
    model = fit_calibrated(cases, {}, ModelChoice(ensemble=2, **SMALL, **spec), "x")
    assert model.meta["parts"].startswith("trees alone")
