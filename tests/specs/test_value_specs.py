"""Pipelines of kind value: what they ask for, and what is said of words that do not fit together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from leadlift.specs import Pipeline

SOUND: dict[str, Any] = {
    "pipeline": "spend",
    "kind": "value",
    "population": {"as_of": "monthly", "from": "2025-01-31"},
    "target": {"source": "sales", "amount": "price * pieces", "outcome": "60d"},
}


def test_what_is_added_up_is_an_expression_over_the_targets_source():
    assert Pipeline.model_validate(SOUND).target.added == "price * pieces"


def test_a_column_holds_the_amount_itself():
    spec = {**SOUND, "population": {"source": "sales"}, "target": {"column": "price", "amount": True}}
    told = Pipeline.model_validate(spec)
    assert told.target.added is None
    assert not told.predicts_chance


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"target": {"source": "sales", "outcome": "60d"}}, "kind 'value' needs `amount`"),
        ({"target": {"source": "sales", "outcome": "60d", "amount": True}}, "says what is added up"),
        ({"target": {"source": "sales", "outcome": "60d", "amount": "price", "absent": True}}, "without `absent`"),
        ({"kind": "churn"}, "`amount` goes with kinds 'value' and 'uplift', not with 'churn'"),
        ({"model": {"negatives": 20}}, "`negatives` goes with yes or no, not with kind 'value'"),
        ({"model": {"calibration": "platt", "moved": "keep"}}, "'calibration' and 'moved' are not read by"),
        ({"model": {"params": {"tweedie_variance_power": 1.4}}}, "leadlift chooses it: kind 'value' tries several"),
        ({"model": {"params": {"boosting": "random_forest"}}}, "`boosting: random_forest` averages them"),
        ({"gates": {"min_auc": 0.6}}, "'min_auc' cannot judge a pipeline of kind 'value'"),
        ({"kind": "churn", "target": {"source": "sales", "outcome": "60d"}, "gates": {"min_gini": 0.1}}, "'min_gini'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(changed, words):
    with pytest.raises(ValidationError) as fault:
        Pipeline.model_validate({**SOUND, **changed})
    assert words in str(fault.value)
