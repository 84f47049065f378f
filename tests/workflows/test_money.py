"""What campaigns say a response is worth, as a report's profit curves are drawn from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from leadlift.evaluation.depth import GainsBand
from leadlift.specs import Campaign, Pipeline
from leadlift.workflows.money import Price, money_lines, prices_of

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


def test_every_channel_of_an_offer_with_a_worth_has_a_price_of_its_own():
    priced, unpriced = prices_of(CHANCE, [long(80)])
    assert unpriced == []
    assert priced == [
        Price("best_fund_call", "best, Fund, Call", 80.0, 1.0, 20.0, "EUR", "a response"),
        # of those who would answer a call half answer the app
        Price("best_fund_push", "best, Fund, push", 80.0, 0.5, 1.0, "EUR", "a response"),
    ]


def test_the_short_form_is_called_by_its_campaign_alone():
    short = Campaign.model_validate(
        {
            "campaign": "call", "pipeline": "fund", "offer": {"name": "fund", "label": "Fund"}, "channel": "call",
            "consent": "ok = 1", "size": 10, "money": {"response_value": 80, "contact_cost": 2, "currency": "EUR"},
        }
    )  # fmt: skip
    assert prices_of(CHANCE, [short])[0] == [Price("call", "call", 80.0, 1.0, 2.0, "EUR", "a response")]
    assert prices_of(CHANCE, [short.model_copy(update={"money": None})]) == ([], [])


def test_a_worth_by_a_model_is_money_for_that_model_and_words_for_the_chance():
    campaign = long({"pipeline": "size", "times": 0.1})
    priced, unpriced = prices_of(CHANCE, [campaign])
    assert priced == []
    assert unpriced == [
        "best: Fund is worth what size predicts for each customer, which lists reckon with; "
        "no one sum can be drawn here."
    ]
    of_amounts = prices_of(AMOUNT, [campaign])[0]
    assert [(one.name, one.value, one.response, one.unit) for one in of_amounts] == [
        ("best_fund_call", 0.1, 1.0, "a unit of the amount"),
        ("best_fund_push", 0.1, 0.5, "a unit of the amount"),
    ]
    # how likely a response is, this model does not know
    assert all(one.called.endswith("if everyone who is contacted responds") for one in of_amounts)


def test_a_channel_that_brings_half_earns_half_and_the_worth_is_told_as_stated():
    band = GainsBand(*(np.array([0.0, 0.5, 1.0]) for _ in range(4)))
    call, push = money_lines(prices_of(CHANCE, [long(80)])[0], lambda: band, base=0.5)
    assert (call.value, push.value, push.response) == (80.0, 80.0, 0.5)
    assert (call.everyone, push.everyone) == (1_000 * (80 * 0.5 - 20), 1_000 * (80 * 0.5 * 0.5 - 1))


def test_without_a_price_nothing_is_measured():
    def never() -> GainsBand:
        raise AssertionError("measured for nobody")

    assert money_lines([], never, 1.0) == []
