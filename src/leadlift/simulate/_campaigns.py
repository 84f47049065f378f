"""Contacts: each month an offer's campaign reaches some customers at random, some by a naive rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints, Rng, days_between, happens
from leadlift.simulate._causes import Scales, answer_chance, persuaded_chance, put_off_share
from leadlift.simulate._experiments import RULE_NOISE, Choice, Experiments
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf

RANDOM_SHARE = {"term_deposit": 0.075, "fund": 0.02, "card": 0.02, "personal_loan": 0.015, "insurance": 0.015}
"""Of all customers, contacted at random each month; as many again are targeted."""

DELAY = 40
"""Days after a contact by which everyone who was persuaded has bought."""

_REST_MONTHS = 2
_INTENT = {"term_deposit": "td_intent", "fund": "fund_intent", "card": "card_intent"}


def intent_of(people: People, offer: str) -> Bools:
    """Who is looking for the offered product now."""
    name = _INTENT.get(offer)
    return getattr(people, name) if name else np.zeros(len(people), dtype=np.bool_)


@dataclass(frozen=True)
class Reached:
    """Customers contacted in a month for one offer: slots, each at most once. campaign: of a list, or -1."""

    slots: Ints
    day: Ints
    channel: Ints
    randomised: Bools
    code: int
    campaign: int = -1


def run_campaigns(
    rng: Rng,
    people: People,
    shelf: Shelf,
    on: Scales,
    month: Month,
    ledger: Ledger,
    experiments: Experiments,
) -> None:
    """Contact customers for every offer, and note who is persuaded, put off or withdraws consent."""
    calm_down(rng, people, month, ledger)
    for code in range(len(w.OFFERS)):
        could = _open(people, shelf, month, code)
        reached, choice = _choose(rng, people, shelf, on, month, code, could)
        contact(rng, people, on, reached, month, ledger)
        experiments.follow(people, choice, month, ledger)


def calm_down(rng: Rng, people: People, month: Month, ledger: Ledger) -> None:
    """A new month: who was put off is so for one month less, who tired of a channel withdraws the consent."""
    people.put_off = np.maximum(people.put_off - 1, 0)
    _withdraw(rng, people, month, ledger)


def contact(
    rng: Rng, people: People, on: Scales, reached: Reached, month: Month, ledger: Ledger
) -> tuple[Bools, Bools]:
    """Contact customers for one offer. Tells who answered, and who was put off."""
    offer, slots = w.OFFERS[reached.code], reached.slots
    answered = happens(rng, answer_chance(people)[slots])
    first_id = ledger.count("contacts") if ledger.writing else None
    _write(rng, people, reached, answered, month, ledger)
    persuaded = answered & happens(rng, persuaded_chance(people, on, offer, intent_of(people, offer))[slots])
    put_off = _follow(rng, people, reached, persuaded, month, first_id)
    _tire(rng, people, reached)
    return answered, put_off


def eligible(people: People, shelf: Shelf, month: Month, code: int) -> Bools:
    """Who may be contacted for an offer this month: consenting, settled, rested, room for the product."""
    rested = month.index - people.contacted[:, code] >= _REST_MONTHS
    return np.asarray(rested & (people.due[:, code] == 0) & _open(people, shelf, month, code), dtype=np.bool_)


def _open(people: People, shelf: Shelf, month: Month, code: int) -> Bools:
    """Who may be contacted for an offer this month but for earlier contacts."""
    settled = ~people.leaving & (people.joined < month.start)
    consents = _consented(people, month).any(axis=1)
    return np.asarray(consents & settled & shelf.has_room(w.OFFERS[code]), dtype=np.bool_)


def _choose(
    rng: Rng, people: People, shelf: Shelf, on: Scales, month: Month, code: int, could: Bools
) -> tuple[Reached, Choice]:
    pool = rng.permutation(np.flatnonzero(eligible(people, shelf, month, code)))
    count = min(round(RANDOM_SHARE[w.OFFERS[code]] * len(people)), len(pool) // 2)
    chosen, rest = pool[:count], pool[count:]
    naive = _naive_score(people, on, w.OFFERS[code])
    score = naive[rest] + RULE_NOISE * rng.standard_normal(len(rest))
    order = np.argsort(-score, kind="stable")
    targeted = rest[order[:count]]
    slots = np.concatenate([chosen, targeted])
    day = days_between(rng, np.full(len(slots), month.start), np.full(len(slots), month.end))
    channel = _channels(rng, people, slots, month)
    least = float(score[order[count - 1]]) if count else np.inf
    left = np.sort(rest[order[count:]])
    choice = Choice(code, chosen, day[:count], left, could, naive, least, count / max(len(pool), 1))
    return Reached(slots, day, channel, np.arange(len(slots)) < count, code), choice


def _naive_score(people: People, on: Scales, offer: str) -> Floats:
    if offer == "personal_loan":
        return people.card_use * 3
    return on.income - 0.5 * on.age if offer == "card" else on.wealth


def _consented(people: People, month: Month) -> Bools:
    return (people.consent > 0) & (people.consent < month.start)


def _channels(rng: Rng, people: People, slots: Ints, month: Month) -> Ints:
    draw = rng.random((len(slots), 4)) * _consented(people, month)[slots]
    return np.asarray(draw.argmax(axis=1), dtype=np.int64)


def _write(rng: Rng, people: People, reached: Reached, answered: Bools, month: Month, ledger: Ledger) -> None:
    ledger.add(
        "contacts",
        customer=people.number[reached.slots],
        second=reached.day * 86_400 + rng.integers(9 * 3600, 19 * 3600, len(reached.slots)),
        month=np.full(len(reached.slots), month.start),
        offer=np.full(len(reached.slots), reached.code),
        channel=reached.channel,
        campaign=np.full(len(reached.slots), reached.campaign),
        randomised=reached.randomised,
        answered=answered,
    )


def _follow(
    rng: Rng, people: People, reached: Reached, persuaded: Bools, month: Month, first_id: int | None
) -> Bools:
    """Set the day on which each persuaded customer buys; a day set by an earlier contact stays."""
    slots, code = reached.slots, reached.code
    delay = 1 + (rng.random(len(slots)) * rng.random(len(slots)) * DELAY).astype(np.int64)
    people.contacted[slots, code] = month.index
    ids = np.arange(len(slots)) + first_id if first_id is not None else np.full(len(slots), -1)
    newly = persuaded & (people.due[slots, code] == 0)
    people.due[slots[newly], code] = (reached.day + delay)[newly]
    people.due_contact[slots[newly], code] = ids[newly]
    put_off = happens(rng, put_off_share(people)[slots]) & ~persuaded
    people.put_off[slots, code] = np.where(put_off, 2, 0)
    return put_off


def in_time(days: Ints) -> Floats:
    """Share of the persuaded who buy within so many days of the contact.

    The delay is 1 and the whole part of U V `DELAY` days, and the product of two uniforms is below x with chance
    x - x ln x.
    """
    x = np.clip(days / DELAY, 1e-9, 1)
    return np.asarray(np.where(days > 0, x - x * np.log(x), 0.0), dtype=np.float64)


def _tire(rng: Rng, people: People, reached: Reached) -> None:
    annoyed = happens(rng, 0.06 * put_off_share(people)[reached.slots] + 0.003)
    people.tired[reached.slots[annoyed], reached.channel[annoyed]] = True


def _withdraw(rng: Rng, people: People, month: Month, ledger: Ledger) -> None:
    """Who tired of a channel last month withdraws the consent for it now."""
    slots, channel = np.nonzero(people.tired & (people.consent > 0))
    given = people.consent[slots, channel]
    day = days_between(rng, np.maximum(people.since[slots], given), people.until[slots])
    ledger.add("consents", customer=people.number[slots], channel=channel, given_on=given, withdrawn_on=day)
    people.consent[slots, channel] = 0
    people.tired[:] = False
