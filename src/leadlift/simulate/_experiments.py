"""Controls of the bank's own campaigns: customers drawn at random for an offer and left alone, beside those contacted.

Both arms are drawn from the same customers: eligible, and picked by the naive rule neither in the month of the draw nor
picked at all in the next. Controls who would break this are known, since they were contacted. Of those contacted as
many are left out by drawing once more what would have become of them. All draws are from random numbers of their own:
the rest of the bank is as it would be without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlift.simulate._arrays import Bools, Floats, Ints, Rng, days_between
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month

RULE_NOISE = 1.2
"""Spread of what the naive rule's picks owe to chance, in units of its score."""

ARMS = ("contact", "control")


@dataclass(frozen=True)
class Choice:
    """One offer's choice in a month.

    drawn, day: who was contacted at random, and when. rest: eligible and not contacted. open: by slot, who could be
    contacted were it not for a contact of last month. score: the naive rule's, by slot. least: of a customer whom the
    rule picked. share: of the eligible, drawn at random.
    """

    code: int
    drawn: Ints
    day: Ints
    rest: Ints
    open: Bools
    score: Floats
    least: float
    share: float


@dataclass(frozen=True)
class _Arm:
    """Customers of one arm whose month of rest is not over yet."""

    slots: Ints
    numbers: Ints
    day: Ints


class Experiments:
    """The experiments of one block, each written down a month after the draw, when it is known who was left alone."""

    def __init__(self, rng: Rng) -> None:
        self._rng = rng
        self._waiting: dict[int, tuple[Month, _Arm, _Arm]] = {}

    def follow(self, people: People, choice: Choice, month: Month, ledger: Ledger) -> None:
        """End last month's experiment on an offer and begin this month's. To be called after the contacts."""
        if not ledger.writing:
            return
        if choice.code in self._waiting:
            self._end(people, choice, month, ledger)
        treated = choice.drawn[~self._picked(choice, choice.drawn)]
        day = choice.day[np.isin(choice.drawn, treated)]
        controls = self._rng.permutation(choice.rest)[: len(treated)]
        any_day = days_between(
            self._rng, np.full(len(controls), month.start), np.full(len(controls), month.end)
        )
        self._waiting[choice.code] = (
            month,
            _Arm(treated, people.number[treated], day),
            _Arm(controls, people.number[controls], any_day),
        )

    def _end(self, people: People, choice: Choice, month: Month, ledger: Ledger) -> None:
        drawn_in, treated, controls = self._waiting.pop(choice.code)
        again = self._rng.random(len(treated.slots)) < choice.share
        again |= self._picked(choice, treated.slots)
        again &= choice.open[treated.slots] & (people.number[treated.slots] == treated.numbers)
        contacted = people.contacted[controls.slots, choice.code] == month.index
        contacted &= people.number[controls.slots] == controls.numbers
        for code, (arm, out) in enumerate(((treated, again), (controls, contacted))):
            count = int((~out).sum())
            ledger.add(
                "experiments",
                customer=arm.numbers[~out],
                drawn_on=arm.day[~out],
                month=np.full(count, drawn_in.start),
                offer=np.full(count, choice.code),
                arm=np.full(count, code),
            )

    def _picked(self, choice: Choice, slots: Ints) -> Bools:
        """Whom the naive rule would pick among customers like these."""
        score = choice.score[slots] + RULE_NOISE * self._rng.standard_normal(len(slots))
        return np.asarray(score >= choice.least, dtype=np.bool_)
