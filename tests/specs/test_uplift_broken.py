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
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(changed, words):
    assert words in said(**changed)


def test_as_of_dates_hold_no_experiment():
    population = {"as_of": "monthly", "from": "2025-01-31"}
    target = {"source": "sales", "outcome": "60d"}
    assert "needs the rows of an experiment" in said(population=population, target=target)
