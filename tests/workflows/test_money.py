"""What campaigns say a response is worth, as a report's profit curves are drawn from it."""

from __future__ import annotations

from typing import Any

import pytest

from leadlift.specs import Campaign, Pipeline
from leadlift.workflows.money import Terms, terms_of

CHANCE = Pipeline.model_validate(
    {"pipeline": "fund", "kind": "response", "population": {"table": "t"}, "target": {"column": "y", "positive": 1}}
)  # fmt: skip
AMOUNT = Pipeline.model_validate(
    {"pipeline": "size", "kind": "value", "population": {"table": "t"}, "target": {"column": "x", "amount": True}}
)  # fmt: skip
CHANNELS = {
    "call": {"label": "Call", "cost": 20, "consent": "ok = 1"},
    "push": {"cost": 1, "consent": "ok = 1", "response": 0.5},
}


def long(value: Any) -> Campaign:
    offers = {
        "fund": {"label": "Fund", "pipeline": "fund", "value": value},
        "card": {"label": "Card", "pipeline": "card", "value": 3},
    }
    return Campaign.model_validate(
        {"campaign": "best", "currency": "EUR", "offers": offers, "channels": CHANNELS}
    )


def test_every_channel_of_an_offer_with_a_worth_has_terms_of_its_own():
    priced, unpriced = terms_of(CHANCE, [long(80)])
    assert unpriced == []
    assert priced == [
        Terms("best_fund_call", "best, Fund, Call", 80.0, 20.0, "EUR", "a response"),
        # of those who would answer a call half answer the app
        Terms("best_fund_push", "best, Fund, push", 40.0, 1.0, "EUR", "a response"),
    ]


def test_the_short_form_is_called_by_its_campaign_alone():
    short = Campaign.model_validate(
        {
            "campaign": "call", "pipeline": "fund", "offer": {"name": "fund", "label": "Fund"}, "channel": "call",
            "consent": "ok = 1", "size": 10, "money": {"response_value": 80, "contact_cost": 2, "currency": "EUR"},
        }
    )  # fmt: skip
    assert terms_of(CHANCE, [short])[0] == [Terms("call", "call", 80.0, 2.0, "EUR", "a response")]
    assert terms_of(CHANCE, [short.model_copy(update={"money": None})]) == ([], [])


def test_a_worth_by_a_model_is_money_for_that_model_and_words_for_the_chance():
    campaign = long({"pipeline": "size", "times": 0.1})
    priced, unpriced = terms_of(CHANCE, [campaign])
    assert priced == []
    assert unpriced == [
        "best: Fund is worth what size predicts for each customer, which lists reckon with; "
        "no one sum can be drawn here."
    ]
    assert [(one.name, one.value, one.unit) for one in terms_of(AMOUNT, [campaign])[0]] == [
        ("best_fund_call", pytest.approx(0.1), "a unit of the amount"),
        ("best_fund_push", pytest.approx(0.05), "a unit of the amount"),
    ]
