"""Why things happen: the monthly chances, as functions of what a customer is, has and wants.

Everything that moves a chance also leaves a trace in the tables: wants in visits by topic, traits in channel
mix, spending and holdings, windfalls in transactions, maturities in the contract dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints, sigmoid
from leadlift.simulate._people import People
from leadlift.simulate._shelf import Shelf

EXIT = {
    "td_intent": 0.40,
    "fund_intent": 0.28,
    "card_intent": 0.40,
    "cash_need": 0.16,
    "upset": 0.35,
    "fund_doubt": 0.14,
}
"""Monthly chance that a want or mood passes."""

LEAVE_WHEN_DRIFTING, RECOVER = 0.23, 0.21
"""A drifting customer leaves, or comes back, with these monthly chances."""


class IntentChance(Protocol):
    """A monthly chance that depends on whether a want or mood is there."""

    def __call__(self, people: People, on: Scales, state: Bools | bool, /) -> Floats:
        """The chance by slot."""


@dataclass(frozen=True)
class Scales:
    """Visible standing of each slot on a day, about standard normal; funds: how many are held."""

    age: Floats
    income: Floats
    wealth: Floats
    cushion: Floats
    tenure: Floats
    products: Floats
    funds: Ints


def scales(people: People, shelf: Shelf, day: int) -> Scales:
    """Measure customers on a day."""
    assets = people.savings + shelf.worth("term_deposit") + shelf.worth("fund")
    products = (shelf.opened > 0).sum(axis=1)
    return Scales(
        age=(people.age(day) - 45) / 16,
        income=(np.log(people.income) - 9.0) / 0.7,
        wealth=np.clip((np.log(np.maximum(assets, 100)) - 10.6) / 1.3, -3, 3),
        cushion=np.clip(np.log(np.maximum(people.savings, 100) / people.income) - 0.7, -3, 3),
        tenure=np.log((day - people.joined) / 365.25 + 0.3) - 1.2,
        products=np.asarray((products - 2.5) / 1.3, dtype=np.float64),
        funds=shelf.held("fund"),
    )


def entry_chances(people: People, on: Scales) -> dict[str, Floats]:
    """Monthly chance that each intent or state begins where it is not."""
    return {
        "td_intent": sigmoid(-4.1 + 0.7 * people.price + 0.7 * on.wealth - 0.2 * people.risk),
        "fund_intent": sigmoid(-4.85 + 1.0 * people.risk + 0.6 * on.wealth),
        "card_intent": sigmoid(-4.0 + 0.6 * people.digital + 0.5 * on.income - 0.3 * on.age),
        "cash_need": sigmoid(-4.5 - 0.5 * on.cushion + 0.5 * people.borrow),
        "upset": sigmoid(-4.3 + 0.5 * people.reserve + 0.3 * people.price),
        "fund_doubt": sigmoid(-3.75 - 0.8 * people.risk) * (on.funds > 0),
    }


def windfall_chance(people: People, of_year: int) -> Floats:
    """Monthly chance of a large inflow; a little higher at the turn of the year, when bonuses are paid."""
    season = 0.2 if of_year in (1, 2) else 0.0
    income = (np.log(people.income) - 9.0) / 0.7
    return sigmoid(-4.3 + season + 0.5 * income + 0.6 * (people.occupation == w.BUSINESS_OWNER))


def drift_chance(people: People, on: Scales, upset: Bools | bool) -> Floats:
    """Monthly chance that a customer begins to drift away; upset: after a complaint."""
    return sigmoid(-4.3 + 2.4 * np.asarray(upset) + 0.7 * people.price - 0.8 * on.products - 0.4 * on.tenure)


def td_chance(people: People, on: Scales, intent: Bools | bool) -> Floats:
    """Monthly chance of opening a term deposit unasked, maturities apart."""
    taste = 0.6 * people.price - 0.4 * people.risk
    return sigmoid(-6.45 + 3.2 * np.asarray(intent) + taste + 0.6 * on.wealth + 0.3 * on.age)


def renew_chance(people: People) -> Floats:
    """Chance that a maturing deposit is renewed."""
    return sigmoid(-0.5 + 0.6 * people.price - 0.7 * people.risk)


def switch_chance(people: People) -> Floats:
    """Chance that a maturing deposit that is not renewed goes into a fund."""
    return sigmoid(-1.6 + 1.2 * people.risk)


def fund_chance(people: People, on: Scales, intent: Bools | bool) -> Floats:
    """Monthly chance of opening a fund unasked, maturities apart."""
    return sigmoid(-6.15 + 3.6 * np.asarray(intent) + 0.9 * people.risk + 0.6 * on.wealth)


def redeem_chance(people: People, on: Scales, need: Bools | bool) -> Floats:
    """Monthly chance that a fund holder closes a fund, doubts apart; need: short of cash."""
    many = 0.6 * (on.funds - 1)
    return sigmoid(-5.5 + 4.2 * np.asarray(need) - 0.9 * people.risk + many - 0.6 * on.cushion)


def doubt_chance(people: People, on: Scales, doubt: Bools | bool) -> Floats:
    """Monthly chance that a fund holder who doubts funds closes one; 0 for the others."""
    return np.asarray(doubt) * sigmoid(-1.0 - 0.4 * people.risk)


def card_chance(people: People, on: Scales, intent: Bools | bool) -> Floats:
    """Monthly chance that a customer without a card takes one unasked."""
    return sigmoid(-5.6 + 3.6 * np.asarray(intent) + 0.5 * people.digital + 0.4 * on.income - 0.4 * on.age)


def arrears_chance(people: People, on: Scales, shelf: Shelf, need: Bools | bool) -> Floats:
    """Monthly chance of falling behind, for who has a card or a loan."""
    use = np.where(shelf.held("card") > 0, people.card_use - 0.3, 0.0)
    loans = shelf.held("personal_loan") + 0.5 * shelf.held("mortgage")
    return sigmoid(-6.2 + 2.8 * np.asarray(need) + 3.8 * use + 0.7 * loans - 0.6 * on.cushion)


def loan_chance(people: People) -> Floats:
    """Monthly chance of taking a personal loan unasked."""
    return sigmoid(-6.2 + 2.4 * people.cash_need + 0.6 * people.borrow)


def insurance_chance(people: People, on: Scales) -> Floats:
    """Monthly chance of taking an insurance unasked."""
    return sigmoid(-6.0 + 0.4 * on.income + 0.7 * (people.stage == w.FAMILY))


def answer_chance(people: People) -> Floats:
    """Chance that a contact reaches the customer."""
    return sigmoid(0.6 - 0.8 * people.reserve + 0.2 * people.digital)


def persuaded_chance(people: People, on: Scales, offer: str, intent: Bools | bool) -> Floats:
    """Chance that an answered contact sells what would not have been bought unasked."""
    wants = {
        "term_deposit": -3.3 + 0.7 * people.price + 0.8 * on.wealth + 1.2 * np.asarray(intent),
        "fund": -4.0 + 0.9 * people.risk + 0.5 * on.wealth + 1.4 * np.asarray(intent),
        "card": -3.8 + 0.6 * people.digital - 0.4 * on.age + 1.4 * np.asarray(intent),
        "personal_loan": -3.9 + 0.8 * people.borrow - 0.5 * on.cushion + 1.2 * people.cash_need,
        "insurance": -3.9 + 0.4 * on.income + 0.8 * (people.stage == w.FAMILY),
    }
    return sigmoid(wants[offer] - 0.5 * people.reserve)


def put_off_share(people: People) -> Floats:
    """By how much a contact lowers the customer's own chance of buying in the two months after it."""
    return 0.85 * sigmoid(3.0 * (people.reserve - 0.9))
