"""What customers open and close in a month, and the money that these decisions move."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from leadlift.simulate import _causes as causes
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints, Rng, cents, days_between, happens, sigmoid
from leadlift.simulate._causes import Scales
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf, product_code

PUT_OFF_FACTOR = 0.2
"""What is left of the own chance of buying after a contact that put a customer off."""

_TERMS = np.array([91, 182, 365, 730])
_TERM_RATES = np.array([0.011, 0.013, 0.0155, 0.019])


@dataclass
class Moves:
    """Money in and out of savings this month beside everyday money, negative for money out."""

    slots: list[Ints] = field(default_factory=list)
    days: list[Ints] = field(default_factory=list)
    amounts: list[Floats] = field(default_factory=list)
    categories: list[Ints] = field(default_factory=list)

    def add(self, slots: Ints, days: Ints, amounts: Floats, category: int) -> None:
        """Note one movement per slot."""
        self.slots.append(slots)
        self.days.append(days)
        self.amounts.append(cents(amounts))
        self.categories.append(np.full(len(slots), category))


@dataclass(frozen=True)
class Desk:
    """All that a month's decisions need: who, what they hold, when, and where it is written."""

    rng: Rng
    people: People
    shelf: Shelf
    on: Scales
    month: Month
    ledger: Ledger
    moves: Moves

    def any_day(self, slots: Ints) -> Ints:
        """A random day of the month on which each customer is there."""
        return days_between(self.rng, self.people.since[slots], self.people.until[slots])


def decide(desk: Desk) -> None:
    """One month of decisions: maturities, persuaded and natural openings, redemptions, loans, and leaving."""
    staying = ~desk.people.leaving & (desk.people.joined < desk.month.start)
    _mature(desk, staying)
    _open_persuaded(desk, staying)
    _open_naturally(desk, staying)
    _redeem_funds(desk, staying)
    _borrow(desk, staying)
    _close_small(desk, staying)
    _leave(desk)


def buy(
    desk: Desk, product: str, slots: Ints, day: Ints, contact: Ints, amount: Floats | None = None
) -> None:
    """Open one of a product for each slot that has room. contact: its row, -1 when nobody asked."""
    room = desk.shelf.has_room(product)[slots]
    slots, day, contact = slots[room], day[room], contact[room]
    drawn = _amounts(desk, product, slots) if amount is None else amount[room]
    drawn = np.maximum(np.round(drawn, -2), 500.0)
    term, rate = _terms(desk, product, slots)
    desk.shelf.place(product, slots, day, drawn, rate, np.where(term > 0, day + term, 0))
    if product in ("term_deposit", "fund"):
        desk.moves.add(slots, day, -drawn, w.INVESTMENT)
    if product == "personal_loan":
        desk.moves.add(slots, day, drawn, w.TRANSFER_IN)
    desk.ledger.add(
        "sales",
        customer=desk.people.number[slots],
        sold_on=day,
        product=np.full(len(slots), product_code(product)),
        amount=drawn,
        contact=contact,
    )


def _amounts(desk: Desk, product: str, slots: Ints) -> Floats:
    noise = np.exp(0.4 * desk.rng.standard_normal(len(slots)))
    savings, income = desk.people.savings[slots], desk.people.income[slots]
    if product == "term_deposit":
        return np.minimum(0.55 * savings * noise, 0.85 * savings)
    if product == "fund":
        return np.minimum(0.3 * savings * noise, 0.7 * savings)
    months = {"card": 2.0, "personal_loan": 5.0, "mortgage": 60.0, "insurance": 0.6}
    return np.asarray(months[product] * income * noise, dtype=np.float64)


def _terms(desk: Desk, product: str, slots: Ints) -> tuple[Ints, Floats]:
    count = len(slots)
    if product == "term_deposit":
        which = desk.rng.choice(4, count, p=(0.3, 0.3, 0.3, 0.1))
        return _TERMS[which], _TERM_RATES[which]
    years = {"personal_loan": (1, 4), "mortgage": (10, 31)}.get(product)
    rate = {"card": 0.18, "personal_loan": 0.085, "mortgage": 0.041}.get(product, 0.0)
    if years is None:
        return np.zeros(count, dtype=np.int64), np.full(count, rate)
    return (desk.rng.integers(*years, count) * 365.25).astype(np.int64), np.full(count, rate)


def _mature(desk: Desk, staying: Bools) -> None:
    for product in ("term_deposit", "personal_loan", "mortgage"):
        places = desk.shelf.places(product)
        matures = desk.shelf.matures[:, places]
        due = (desk.shelf.opened[:, places] > 0) & (matures <= desk.month.end) & staying[:, None]
        slots, column = np.nonzero(due)
        column = column + places.start
        day = np.maximum(desk.shelf.matures[slots, column], desk.month.start)
        worth = desk.shelf.close(slots, column, day, desk.people.number, desk.ledger)
        if product == "term_deposit":
            _after_maturity(desk, slots, day, worth)


def _after_maturity(desk: Desk, slots: Ints, day: Ints, worth: Floats) -> None:
    desk.moves.add(slots, day, worth, w.INVESTMENT)
    delay = (desk.rng.random(len(slots)) ** 2 * 7).astype(np.int64)
    day = np.minimum(day + delay, desk.month.end)
    renews = happens(desk.rng, causes.renew_chance(desk.people)[slots])
    switches = ~renews & happens(desk.rng, causes.switch_chance(desk.people)[slots])
    for product, who in (("term_deposit", renews), ("fund", switches)):
        _buy_each(desk, product, slots[who], day[who], worth[who])


def _buy_each(desk: Desk, product: str, slots: Ints, day: Ints, amount: Floats) -> None:
    """Buy where one slot may come more than once: the first of each slot, then the second, and so on."""
    while len(slots):
        first = np.zeros(len(slots), dtype=np.bool_)
        first[np.unique(slots, return_index=True)[1]] = True
        buy(desk, product, slots[first], day[first], np.full(int(first.sum()), -1), amount[first])
        slots, day, amount = slots[~first], day[~first], amount[~first]


def _open_persuaded(desk: Desk, staying: Bools) -> None:
    people = desk.people
    for code, offer in enumerate(w.OFFERS):
        due = people.due[:, code]
        slots = np.flatnonzero((due > 0) & (due <= desk.month.end) & staying)
        buy(desk, offer, slots, np.maximum(due[slots], desk.month.start), people.due_contact[slots, code])
        people.due[slots, code] = 0


def _open_naturally(desk: Desk, staying: Bools) -> None:
    people, on = desk.people, desk.on
    chances = {
        "term_deposit": causes.td_chance(people, on, people.td_intent),
        "fund": causes.fund_chance(people, on, people.fund_intent),
        "card": causes.card_chance(people, on, people.card_intent),
        "insurance": causes.insurance_chance(people, on),
    }
    for product, chance in chances.items():
        put_off = people.put_off[:, w.OFFERS.index(product)] > 0
        wants = happens(desk.rng, np.where(put_off, PUT_OFF_FACTOR, 1.0) * chance)
        slots = np.flatnonzero(wants & staying & desk.shelf.has_room(product))
        buy(desk, product, slots, desk.any_day(slots), np.full(len(slots), -1))


def _redeem_funds(desk: Desk, staying: Bools) -> None:
    people, shelf = desk.people, desk.shelf
    holds = (shelf.held("fund") > 0) & staying
    keeps = 1 - causes.redeem_chance(people, desk.on, people.cash_need)
    keeps = keeps * (1 - causes.doubt_chance(people, desk.on, people.fund_doubt))
    slots = np.flatnonzero(holds & happens(desk.rng, 1 - keeps))
    places = shelf.places("fund")
    opened = shelf.opened[slots, places]
    column = places.start + np.argmin(np.where(opened > 0, opened, np.iinfo(np.int64).max), axis=1)
    day = np.maximum(desk.any_day(slots), shelf.opened[slots, column])
    worth = shelf.close(slots, column, day, people.number, desk.ledger)
    desk.moves.add(slots, day, worth, w.INVESTMENT)


def _borrow(desk: Desk, staying: Bools) -> None:
    people, on = desk.people, desk.on
    family = np.isin(people.stage, (w.COUPLE, w.FAMILY))
    chances = {
        "personal_loan": causes.loan_chance(people),
        "mortgage": sigmoid(-7.2 + 1.6 * family + 0.4 * on.income) * (people.income > 6_000),
    }
    for product, chance in chances.items():
        slots = np.flatnonzero(happens(desk.rng, chance) & staying & desk.shelf.has_room(product))
        buy(desk, product, slots, desk.any_day(slots), np.full(len(slots), -1))


def _close_small(desk: Desk, staying: Bools) -> None:
    """Unused cards and old insurance policies are given back."""
    for product, base in (("card", 0.012), ("insurance", 0.006)):
        places = desk.shelf.places(product)
        unused = 1.6 - 1.6 * desk.people.card_use if product == "card" else np.ones(len(desk.people))
        chance = np.where(staying, base * unused, 0.0)[:, None] * (desk.shelf.opened[:, places] > 0)
        slots, column = np.nonzero(happens(desk.rng, chance))
        column = column + places.start
        desk.shelf.close(slots, column, desk.any_day(slots), desk.people.number, desk.ledger)


def _leave(desk: Desk) -> None:
    gone = desk.people.leaving
    slots, column = np.nonzero((desk.shelf.opened > 0) & gone[:, None])
    day = desk.people.until[slots]
    worth = desk.shelf.close(slots, column, day, desk.people.number, desk.ledger)
    for product in ("term_deposit", "fund"):
        places = desk.shelf.places(product)
        mine = (column >= places.start) & (column < places.stop)
        desk.moves.add(slots[mine], day[mine], worth[mine], w.INVESTMENT)
