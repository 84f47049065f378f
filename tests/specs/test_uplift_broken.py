"""Pipelines of kind uplift whose words do not fit together, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from leadlift.specs import Pipeline

SOUND: dict[str, Any] = {
    "pipeline": "email",
    "kind": "uplift",
    "population": {"table": "customers"},
    "treatment": {"column": "arm", "control": "none", "arms": ["a", "b"]},
    "target": {"column": "visit", "positive": 1},
    "split": {"random": 0.3},
}


def said(**changed: Any) -> str:
    with pytest.raises(ValidationError) as fault:
        Pipeline.model_validate({**SOUND, **changed})
    return str(fault.value)


def test_a_sound_one_is_read_and_several_values_are_one_treatment():
    spec = Pipeline.model_validate(SOUND)
    assert spec.treatment is not None
    assert spec.treatment.controls == ("none",)
    assert spec.treatment.contacted == ("a", "b")
    assert spec.treatment.not_randomised == "refuse"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"treatment": None}, "kind 'uplift' needs `treatment`"),
        ({"kind": "response"}, "`treatment` goes with kind 'uplift', not with 'response'"),
        ({"kind": "value", "treatment": None}, "kind 'value' needs `amount`"),
        ({"treatment": {"column": "arm", "control": "a", "arms": ["a", "b"]}}, "'a' cannot be both"),
        ({"treatment": {**SOUND["treatment"], "learners": ["z"]}}, "class_transformation"),
        ({"target": {"column": "spend", "amount": True, "positive": 1}}, "`positive` is left out"),
        ({"kind": "response", "treatment": None, "target": {"column": "spend", "amount": True}}, "`amount` goes with"),
        ({"target": {"column": "visit"}}, "`column` needs `positive`"),
        ({"gates": {"min_auc": 0.6}}, "'min_auc' cannot judge a pipeline of kind 'uplift'"),
        ({"kind": "response", "treatment": None, "gates": {"min_qini": 0}}, "'min_qini' cannot judge"),
        ({"gates": {"min_qini": -1}}, "greater than or equal to 0"),
        ({"model": {"monotone": {"age": 1}}}, "'monotone' is not read by kind 'uplift'"),
        ({"model": {"params": {"num_leaves": 7}, "ensemble": 5}}, "'ensemble' and 'params' are not read by kind"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(changed, words):
    assert words in said(**changed)


def test_as_of_dates_hold_no_experiment():
    population = {"as_of": "monthly", "from": "2025-01-31"}
    target = {"source": "sales", "outcome": "60d"}
    assert "needs the rows of an experiment" in said(population=population, target=target)


def test_a_proxy_is_one_more_way_to_learn():
    plain = Pipeline.model_validate(SOUND).treatment
    named = Pipeline.model_validate(
        {**SOUND, "treatment": {**SOUND["treatment"], "proxy": "credited"}}
    ).treatment
    assert plain is not None
    assert named is not None
    assert named.ways == (*plain.ways, "proxy")


EXPERIMENT = """\
pipeline: effect
kind: uplift
population: {source: transactions}
treatment: {column: channel, control: web, arms: app, proxy: PROXY}
target: {source: holdings, outcome: 60d}
"""
FLAT = """\
pipeline: rows
kind: response
population: {table: flat_bank}
target: {column: y, positive: "yes"}
features: {include: [age]}
split: {random: 30%}
"""
VALUE = """\
pipeline: money
kind: value
population: {as_of: monthly, from: 2025-01-31}
target: {source: transactions, amount: amount, outcome: 60d}
"""


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("deposit", []),
        ("deposits", ["there is no pipeline 'deposits'. Did you mean 'deposit'?"]),
        ("money", ["pipeline 'money' is of kind value; a proxy is one of a chance, such as response"]),
        ("effect", ["pipeline 'effect' is of kind uplift; a proxy is one of a chance, such as response"]),
        ("rows", ["a flat table's rows share no days and features with another pipeline"]),
    ],
)
def test_a_proxy_is_a_pipeline_of_a_chance_with_days(told, proxy, words):
    files = {
        "pipelines/e.yaml": EXPERIMENT.replace("PROXY", proxy),
        "pipelines/f.yaml": FLAT,
        "pipelines/m.yaml": VALUE,
    }
    assert told(files) == [f"pipelines/e.yaml:4: treatment.proxy: {word}" for word in words]


OFFERS = """\
campaign: spring
offers:
  deposit: {label: a term deposit, pipeline: deposit}
  fund: {label: a fund, pipeline: effect}
channels: {phone: {consent: txn_count_30d > 0}}
size: 10
"""


def test_offers_that_promise_unlike_things_do_not_compete(told):
    effect = EXPERIMENT.replace(", proxy: PROXY", "")
    files = {"pipelines/e.yaml": effect, "pipelines/campaigns/c.yaml": OFFERS}
    assert told(files) == [
        "pipelines/campaigns/c.yaml:2: offers: offers compete by what they promise, and these promise unlike things: "
        "'deposit' a chance, 'fund' what the contact adds to a chance. Name pipelines of one sort"
    ]
    amount = effect.replace("source: holdings", "source: transactions, amount: amount").replace(
        "effect", "more"
    )
    both = OFFERS.replace("pipeline: deposit", "pipeline: more")
    (fault,) = told({**files, "pipelines/m.yaml": amount, "pipelines/campaigns/c.yaml": both})
    assert "'deposit' what the contact adds to an amount" in fault
