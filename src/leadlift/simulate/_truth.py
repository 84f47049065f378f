"""What nobody in a bank can see: the chances behind the events, and what a contact changes.

A chance at a month end uses the state of that day alone: wants and moods may begin and end in the months
ahead with their known chances, contracts mature on their known days, all else is taken to stay as it is.
"""

from __future__ import annotations

import numpy as np

from leadlift.simulate import _causes as causes
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints
from leadlift.simulate._campaigns import intent_of
from leadlift.simulate._causes import EXIT, LEAVE_WHEN_DRIFTING, RECOVER, Scales
from leadlift.simulate._decisions import PUT_OFF_FACTOR
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._life import PUSHES, life_chances
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf

TRAITS = ("income", "thrift", "digital", "price", "risk", "reserve", "borrow")
"""What the table of latents tells of each customer."""


class Oracle:
    """The chances of one block on one month end."""

    def __init__(self, people: People, shelf: Shelf, month: Month) -> None:
        self.people, self.shelf, self.day = people, shelf, month.end
        self.on: Scales = causes.scales(people, shelf, month.end)
        self.entry = causes.entry_chances(people, self.on)
        windfall = causes.windfall_chance(people, 6)
        self.entry["td_intent"] = 1 - (1 - self.entry["td_intent"]) * (1 - windfall)
        for event, chance in life_chances(people, month.end).items():
            if event in PUSHES:
                self.entry[PUSHES[event]] = 1 - (1 - self.entry[PUSHES[event]]) * (1 - chance)
        self.exit = {name: np.full(len(people), chance) for name, chance in EXIT.items()}
        self.exit["td_intent"] = self.exit["td_intent"] * (1 - windfall)
        self.leaves_in_60, self.leaves_in_90 = self.leaves(2), self.leaves(3)

    def leaves(self, months: int) -> Floats:
        """All balances run off within some months."""
        upset, ahead = self.people.upset.astype(np.float64), []
        on, off = (causes.drift_chance(self.people, self.on, state) for state in (True, False))
        for _ in range(months):
            upset = upset * (1 - EXIT["upset"]) + (1 - upset) * self.entry["upset"]
            ahead.append(upset * on + (1 - upset) * off)
        drifting, calm = np.ones(len(upset)), np.ones(len(upset))
        for begins in reversed(ahead):
            drifting, calm = (
                RECOVER * calm + (1 - RECOVER - LEAVE_WHEN_DRIFTING) * drifting,
                begins * drifting + (1 - begins) * calm,
            )
        return np.asarray(1 - np.where(self.people.drift > 0, drifting, calm), dtype=np.float64)

    def term_deposit(self, factor: float = 1.0) -> Floats:
        """Opened unasked within 60 days. factor: on the own chance, for those put off."""
        calm = self._stays_away("td_intent", causes.td_chance, 2, factor)
        return self._of_those_staying(1 - calm * (1 - causes.renew_chance(self.people)) ** self._maturing(57))

    def fund(self, months: int = 3, factor: float = 1.0) -> Floats:
        """Opened unasked within 30 days times months."""
        calm = self._stays_away("fund_intent", causes.fund_chance, months, factor)
        switches = (1 - causes.renew_chance(self.people)) * causes.switch_chance(self.people)
        return self._of_those_staying(1 - calm * (1 - switches) ** self._maturing(30 * months - 3))

    def card(self, months: int = 3, factor: float = 1.0) -> Floats:
        """Taken unasked within 30 days times months."""
        return self._of_those_staying(1 - self._stays_away("card_intent", causes.card_chance, months, factor))

    def redeems(self) -> Floats:
        """A fund closed within 90 days, leaving included."""
        keeps = self._stays_away("cash_need", causes.redeem_chance, 3)
        keeps = keeps * self._stays_away("fund_doubt", causes.doubt_chance, 3)
        return 1 - keeps * (1 - self.leaves_in_90)

    def arrears(self) -> Floats:
        """Behind with a payment within 90 days."""
        chances = [causes.arrears_chance(self.people, self.on, self.shelf, need) for need in (True, False)]
        return self._of_those_staying(1 - self._calm("cash_need", chances[0], chances[1], 3))

    def offered(self, offer: str, in_time: Floats | float = 1.0) -> tuple[Floats, Floats]:
        """Chances of the offer's product within 60 days: without a contact, and with one today.

        in_time: share of the persuaded whose purchase comes within the 60 days.
        """
        alone, put_off = (self._unasked(offer, factor) for factor in (1.0, PUT_OFF_FACTOR))
        share = causes.put_off_share(self.people)
        stays = 1 - 0.5 * self.leaves_in_60
        persuaded = causes.answer_chance(self.people) * self._persuaded(offer) * stays * in_time
        return alone, persuaded + (1 - persuaded) * ((1 - share) * alone + share * put_off)

    def _unasked(self, offer: str, factor: float) -> Floats:
        if offer == "term_deposit":
            return self.term_deposit(factor)
        if offer == "fund":
            return self.fund(2, factor)
        if offer == "card":
            return self.card(2, factor)
        if offer == "personal_loan":
            return 1 - (1 - causes.loan_chance(self.people)) ** 2
        return 1 - (1 - factor * causes.insurance_chance(self.people, self.on)) ** 2

    def _persuaded(self, offer: str) -> Floats:
        wants = intent_of(self.people, offer)
        name = {"term_deposit": "td_intent", "fund": "fund_intent", "card": "card_intent"}.get(offer)
        if name is None:
            return causes.persuaded_chance(self.people, self.on, offer, False)
        next_month = np.where(wants, 1 - self.exit[name], self.entry[name])
        on, off = (causes.persuaded_chance(self.people, self.on, offer, state) for state in (True, False))
        return np.asarray(next_month * on + (1 - next_month) * off, dtype=np.float64)

    def _stays_away(
        self, intent: str, chance: causes.IntentChance, months: int, factor: float = 1.0
    ) -> Floats:
        on, off = (factor * chance(self.people, self.on, state) for state in (True, False))
        return self._calm(intent, on, off, months)

    def _calm(self, state: str, on: Floats, off: Floats, months: int) -> Floats:
        """Chance that nothing happens for months, when a state that comes and goes sets the chance."""
        wanting, calm = np.ones(len(on)), np.ones(len(on))
        for _ in range(months):
            wanting, calm = wanting * (1 - on), calm * (1 - off)
            wanting, calm = (
                self.exit[state] * calm + (1 - self.exit[state]) * wanting,
                self.entry[state] * wanting + (1 - self.entry[state]) * calm,
            )
        return np.asarray(np.where(getattr(self.people, state), wanting, calm), dtype=np.float64)

    def _of_those_staying(self, chance: Floats) -> Floats:
        return chance * (1 - 0.6 * self.leaves_in_90)

    def _maturing(self, days: int) -> Ints:
        matures = self.shelf.matures[:, self.shelf.places("term_deposit")]
        open_now = self.shelf.opened[:, self.shelf.places("term_deposit")] > 0
        return np.asarray((open_now & (matures <= self.day + days)).sum(axis=1), dtype=np.int64)


def tell(people: People, shelf: Shelf, month: Month, ledger: Ledger) -> None:
    """Write the true chances and effects at a month end, and add them to what decides the types."""
    oracle, here = Oracle(people, shelf, month), people.alive & ~people.leaving
    for code, offer in enumerate(w.OFFERS):
        alone, contacted = oracle.offered(offer)
        _write_effects(people, here & shelf.has_room(offer), month, code, contacted - alone, ledger)
        people.chance_sum[:, code] += alone
        people.effect_sum[:, code] += contacted - alone
        if offer == "term_deposit":
            for name, chance in (("term_deposit_if_contacted", contacted), ("term_deposit_natural", alone)):
                _write_chances(people, here & shelf.has_room(offer), month, name, chance, ledger)
    people.months_seen += 1
    owes = (shelf.held("card") + shelf.held("personal_loan") + shelf.held("mortgage")) > 0
    at_risk = {
        "fund_natural": (here & shelf.has_room("fund"), oracle.fund()),
        "card_natural": (here & shelf.has_room("card"), oracle.card()),
        "leave": (here, oracle.leaves_in_90),
        "fund_redeem": (here & (shelf.held("fund") > 0), oracle.redeems()),
        "arrears": (here & owes & ~people.in_arrears_once, oracle.arrears()),
    }
    for name, (who, chance) in at_risk.items():
        _write_chances(people, who, month, name, chance, ledger)


def _write_chances(
    people: People, who: Bools, month: Month, name: str, chance: Floats, ledger: Ledger
) -> None:
    count = int(who.sum())
    ledger.add(
        "chances",
        customer=people.number[who],
        as_of=np.full(count, month.end),
        event=np.full(count, w.EVENTS.index(name)),
        chance=np.round(chance[who], 6),
    )


def _write_effects(
    people: People, who: Bools, month: Month, code: int, effect: Floats, ledger: Ledger
) -> None:
    count = int(who.sum())
    ledger.add(
        "effects",
        customer=people.number[who],
        as_of=np.full(count, month.end),
        offer=np.full(count, code),
        effect=np.round(effect[who], 6),
    )


def write_latents(people: People, slots: Ints, ledger: Ledger) -> None:
    """Write the hidden traits of customers whose story ends, or of all at the end."""
    months = np.maximum(people.months_seen[slots], 1)[:, None]
    alone, effect = people.chance_sum[slots] / months, people.effect_sum[slots] / months
    kinds = np.where(effect < -0.001, 3, np.where(effect > 0.02, 1, np.where(alone > 0.05, 0, 2)))
    traits = {name: getattr(people, name)[slots] for name in TRAITS}
    types = {f"{offer}_type": kinds[:, code] for code, offer in enumerate(w.OFFERS)}
    ledger.add("latents", customer=people.number[slots], stages=people.stages_seen[slots], **traits, **types)
