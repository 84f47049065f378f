"""How the customers of one block answer the lists: contacted on the planned day, persuaded by the true chances."""

from __future__ import annotations

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Column, Ints, Rng
from leadlift.simulate._campaigns import Reached, calm_down, contact, in_time
from leadlift.simulate._causes import Scales
from leadlift.simulate._events import ANSWERED, BOUGHT, DELIVERED, REFUSED, Events
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._lists import Lists
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf
from leadlift.simulate._truth import Oracle

_PRODUCT_OF_OFFER = np.array([w.PRODUCTS.index(offer) for offer in w.OFFERS])


class Answering:
    """The bank's way of contacting once it lives on: from lists alone."""

    def __init__(self, lists: Lists, block: int, events: Events) -> None:
        self._lists, self._events = lists, events
        self._mine = lists.of_block(block)

    def foresee(self, people: People, shelf: Shelf, month: Month) -> None:
        """Note for lists that have just come the true chances by the state at the end of a month, and the consents.

        They tell of the list's window and stay unknown for who has left, or where the list came too late. A
        purchase that an earlier contact has already brought about comes with or without this one.
        """
        lists = self._lists
        rows = self._mine[np.isnan(lists.without[self._mine]) & (lists.planned[self._mine] > month.end)]
        rows, slots = self._present(people, rows)
        if not len(rows):
            return
        channel = lists.channel[rows]
        lists.consented[rows] = (people.consent[slots, channel] > 0) & (channel >= 0)
        oracle = Oracle(people, shelf, month)
        for list_and_offer in _groups(lists.which[rows] * len(w.OFFERS) + lists.offer[rows]):
            self._foresee_offer(oracle, rows[list_and_offer], slots[list_and_offer])

    def _foresee_offer(self, oracle: Oracle, rows: Ints, slots: Ints) -> None:
        lists, code = self._lists, int(self._lists.offer[rows[0]])
        until = lists.window_to[rows]
        timely = np.ones(len(oracle.people))
        timely[slots] = in_time(until - lists.planned[rows])
        due = oracle.people.due[slots, code]
        coming = ((due > 0) & (due <= until)) * (1 - 0.5 * oracle.leaves_in_60[slots])
        room = oracle.shelf.has_room(w.OFFERS[code])[slots]
        for told, chance in zip(
            (lists.without, lists.given), oracle.offered(w.OFFERS[code], timely), strict=True
        ):
            told[rows] = np.round(room * (1 - (1 - chance[slots]) * (1 - coming)), 6)

    def __call__(
        self, rng: Rng, people: People, shelf: Shelf, on: Scales, month: Month, ledger: Ledger
    ) -> None:
        """Contact whose day comes this month, list by list and offer by offer."""
        calm_down(rng, people, month, ledger)
        lists, mine = self._lists, self._mine
        due = (
            lists.contacted[mine] & (lists.planned[mine] >= month.start) & (lists.planned[mine] <= month.end)
        )
        rows, slots = self._present(people, mine[due])
        here = self._reachable(people, rows, slots)
        rows, slots = rows[here], slots[here]
        for group in _groups(lists.which[rows] * len(w.OFFERS) + lists.offer[rows]):
            self._contact(rng, people, on, rows[group], slots[group], month, ledger)

    def _contact(
        self, rng: Rng, people: People, on: Scales, rows: Ints, slots: Ints, month: Month, ledger: Ledger
    ) -> None:
        lists, day = self._lists, self._lists.planned[rows]
        code, which = int(lists.offer[rows[0]]), int(lists.which[rows[0]])
        reached = Reached(slots, day, lists.channel[rows], lists.randomised[rows], code, which)
        answered, put_off = contact(rng, people, on, reached, month, ledger)
        refused = answered & put_off
        self._events.add(DELIVERED, rows, day)
        self._events.add(ANSWERED, rows[answered], day[answered])
        self._events.add(REFUSED, rows[refused], day[refused])

    def note_sales(self, sales: dict[str, Column]) -> None:
        """Note what the customers of lists bought in their windows, contacted or not, by whatever cause."""
        lists = self._lists
        if not sales:
            return
        bought = sales["customer"].astype(np.int64) * len(w.PRODUCTS) + sales["product"]
        days = sales["sold_on"]
        for group in _groups(lists.which[self._mine]):
            rows = self._mine[group]
            wanted = lists.number(rows) * len(w.PRODUCTS) + _PRODUCT_OF_OFFER[lists.offer[rows]]
            order = np.argsort(wanted)
            place = np.minimum(np.searchsorted(wanted[order], bought), len(rows) - 1)
            row = rows[order[place]]
            hit = (wanted[order[place]] == bought) & (days >= lists.window_from[row])
            hit &= (days <= lists.window_to[row]) & (lists.window_from[row] > 0)
            self._events.add(BOUGHT, row[hit], days[hit], sales["amount"][hit])

    def _present(self, people: People, rows: Ints) -> tuple[Ints, Ints]:
        """The rows of customers who are still there, and their slots."""
        slot_of = np.full(int(people.number.max()) + 1, -1)
        slot_of[people.number[people.alive]] = np.flatnonzero(people.alive)
        number = self._lists.number(rows)
        slots = np.where(number < len(slot_of), slot_of[np.minimum(number, len(slot_of) - 1)], -1)
        return rows[slots >= 0], slots[slots >= 0]

    def _reachable(self, people: People, rows: Ints, slots: Ints) -> Bools:
        """Not gone by the day, and the consent on the channel not withdrawn since the list came."""
        day, channel = self._lists.planned[rows], self._lists.channel[rows]
        withdrawn = self._lists.consented[rows] & (people.consent[slots, channel] == 0)
        there = (people.joined[slots] < day) & (~people.leaving[slots] | (people.until[slots] >= day))
        return np.asarray(there & ~withdrawn, dtype=np.bool_)


def _groups(keys: Ints) -> list[Ints]:
    """Positions of equal keys, by key."""
    order = np.argsort(keys, kind="stable")
    return [group for group in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1) if len(group)]
