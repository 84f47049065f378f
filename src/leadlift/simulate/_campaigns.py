"""Contacts: each month an offer's campaign reaches some customers at random, some by a naive rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints, Rng, days_between, happens
from leadlift.simulate._causes import Scales, answer_chance, persuaded_chance, put_off_share
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf

RANDOM_SHARE = {"term_deposit": 0.075, "fund": 0.02, "card": 0.02, "personal_loan": 0.015, "insurance": 0.015}
"""Of all customers, contacted at random each month; as many again are targeted."""

_REST_MONTHS = 2
_INTENT = {"term_deposit": "td_intent", "fund": "fund_intent", "card": "card_intent"}


def intent_of(people: People, offer: str) -> Bools:
    """Who is looking for the offered product now."""
    name = _INTENT.get(offer)
    return getattr(people, name) if name else np.zeros(len(people), dtype=np.bool_)


@dataclass(frozen=True)
class _Reached:
    slots: Ints
    day: Ints
    randomised: Bools
    month: int
    code: int


def run_campaigns(rng: Rng, people: People, shelf: Shelf, on: Scales, month: Month, ledger: Ledger) -> None:
    """Contact customers for every offer, and note who is persuaded, put off or withdraws consent."""
    people.put_off = np.maximum(people.put_off - 1, 0)
    _withdraw(rng, people, month, ledger)
    for code, offer in enumerate(w.OFFERS):
        reached = _choose(rng, people, shelf, on, month, code)
        channel = _channels(rng, people, reached.slots, month)
        answered = happens(rng, answer_chance(people)[reached.slots])
        first_id = ledger.count("contacts") if ledger.writing else None
        _write(rng, people, reached, channel, answered, month, ledger)
        chance = persuaded_chance(people, on, offer, intent_of(people, offer))[reached.slots]
        persuaded = answered & happens(rng, chance)
        _follow(rng, people, reached, persuaded, first_id)
        _tire(rng, people, reached, channel)


def eligible(people: People, shelf: Shelf, month: Month, code: int) -> Bools:
    """Who may be contacted for an offer this month: consenting, settled, rested, room for the product."""
    rested = month.index - people.contacted[:, code] >= _REST_MONTHS
    consents = _consented(people, month).any(axis=1)
    settled = ~people.leaving & (people.joined < month.start) & (people.due[:, code] == 0)
    return np.asarray(rested & consents & settled & shelf.has_room(w.OFFERS[code]), dtype=np.bool_)


def _choose(rng: Rng, people: People, shelf: Shelf, on: Scales, month: Month, code: int) -> _Reached:
    pool = rng.permutation(np.flatnonzero(eligible(people, shelf, month, code)))
    count = min(round(RANDOM_SHARE[w.OFFERS[code]] * len(people)), len(pool) // 2)
    chosen, rest = pool[:count], pool[count:]
    score = _naive_score(people, on, w.OFFERS[code])[rest] + 1.2 * rng.standard_normal(len(rest))
    targeted = rest[np.argsort(-score, kind="stable")[:count]]
    slots = np.concatenate([chosen, targeted])
    day = days_between(rng, np.full(len(slots), month.start), np.full(len(slots), month.end))
    return _Reached(slots, day, np.arange(len(slots)) < count, month.index, code)


def _naive_score(people: People, on: Scales, offer: str) -> Floats:
    if offer == "personal_loan":
        return people.card_use * 3
    return on.income - 0.5 * on.age if offer == "card" else on.wealth


def _consented(people: People, month: Month) -> Bools:
    return (people.consent > 0) & (people.consent < month.start)


def _channels(rng: Rng, people: People, slots: Ints, month: Month) -> Ints:
    draw = rng.random((len(slots), 4)) * _consented(people, month)[slots]
    return np.asarray(draw.argmax(axis=1), dtype=np.int64)


def _write(
    rng: Rng, people: People, reached: _Reached, channel: Ints, answered: Bools, month: Month, ledger: Ledger
) -> None:
    ledger.add(
        "contacts",
        customer=people.number[reached.slots],
        second=reached.day * 86_400 + rng.integers(9 * 3600, 19 * 3600, len(reached.slots)),
        month=np.full(len(reached.slots), month.start),
        offer=np.full(len(reached.slots), reached.code),
        channel=channel,
        randomised=reached.randomised,
        answered=answered,
    )


def _follow(rng: Rng, people: People, reached: _Reached, persuaded: Bools, first_id: int | None) -> None:
    slots, code = reached.slots, reached.code
    delay = 1 + (rng.random(len(slots)) * rng.random(len(slots)) * 40).astype(np.int64)
    people.contacted[slots, code] = reached.month
    people.due[slots, code] = np.where(persuaded, reached.day + delay, 0)
    ids = np.arange(len(slots)) + first_id if first_id is not None else np.full(len(slots), -1)
    people.due_contact[slots, code] = ids
    put_off = happens(rng, put_off_share(people)[slots]) & ~persuaded
    people.put_off[slots, code] = np.where(put_off, 2, 0)


def _tire(rng: Rng, people: People, reached: _Reached, channel: Ints) -> None:
    annoyed = happens(rng, 0.06 * put_off_share(people)[reached.slots] + 0.003)
    people.tired[reached.slots[annoyed], channel[annoyed]] = True


def _withdraw(rng: Rng, people: People, month: Month, ledger: Ledger) -> None:
    """Who tired of a channel last month withdraws the consent for it now."""
    slots, channel = np.nonzero(people.tired & (people.consent > 0))
    given = people.consent[slots, channel]
    day = days_between(rng, np.maximum(people.since[slots], given), people.until[slots])
    ledger.add("consents", customer=people.number[slots], channel=channel, given_on=given, withdrawn_on=day)
    people.consent[slots, channel] = 0
    people.tired[:] = False
