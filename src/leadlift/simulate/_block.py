"""The life of one block of customers, month by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from leadlift.simulate import _causes as causes
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints, Rng, days_between, happens, sigmoid
from leadlift.simulate._campaigns import run_campaigns
from leadlift.simulate._decisions import Desk, Moves, buy, decide
from leadlift.simulate._experiments import Experiments
from leadlift.simulate._intents import move_intents
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._life import live, write_versions
from leadlift.simulate._money import post_month, write_balances
from leadlift.simulate._people import People, founders, newcomers
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf
from leadlift.simulate._truth import tell, write_latents
from leadlift.simulate._visits import visit

_SAVED_UP = {"term_deposit": 1.4, "fund": 1.0}
"""What an old customer has in a product, for each unit in savings."""


_OPENED_WITHIN = {"term_deposit": 91, "personal_loan": 360, "mortgage": 3_600}
"""Days before the beginning, so that an old customer's contract has not ended yet."""


_YEARS_REMEMBERED = 6


@dataclass
class Block:
    """A block's customers, what they hold and what happened so far. numbers: customers there have ever been."""

    rng: Rng
    people: People
    shelf: Shelf
    ledger: Ledger
    numbers: int


class Contacting(Protocol):
    """How customers are contacted in a month: by the bank's own campaigns, or from lists."""

    def __call__(
        self, rng: Rng, people: People, shelf: Shelf, on: causes.Scales, month: Month, ledger: Ledger, /
    ) -> None:
        """Contact them, write it down, and note who is persuaded, put off or withdraws consent."""


def live_through(
    rng: Rng, draws: Rng, slots: int, months: Sequence[Month], progress: Callable[[], None]
) -> tuple[Block, Bools]:
    """All months of a block. Tells it with what happened, and which customer numbers are of the written months.

    draws: random numbers of its experiments.
    """
    contacting = partial(run_campaigns, experiments=Experiments(draws))
    block = _founded(rng, slots, months[0])
    kept = np.zeros(0, dtype=np.bool_)
    for month in months:
        if month.index == 0:
            block.ledger.writing = True
            block.people.due_contact[:] = -1
            kept = np.isin(np.arange(block.numbers), block.people.number[block.people.alive])
        _live_month(block, month, contacting)
        progress()
    _finish(block, months[-1].end)
    return block, np.concatenate([kept, np.ones(block.numbers - len(kept), dtype=np.bool_)])


def live_on(block: Block, month: Month, contacting: Contacting) -> None:
    """One more month of a block whose customers are all written."""
    _live_month(block, month, contacting)
    _finish(block, month.end)


def _founded(rng: Rng, slots: int, first: Month) -> Block:
    people, shelf = founders(rng, slots, first.start), Shelf(slots)
    block = Block(rng, people, shelf, Ledger(), slots)
    everyone = np.arange(slots)
    _open_savings(block, everyone, people.joined)
    on = causes.scales(people, shelf, first.start)
    desk = Desk(rng, people, shelf, on, first, Ledger(), Moves())
    for product, chance in _founding_chances(people, on).items():
        holders = everyone[happens(rng, chance)]
        earliest = first.start - _OPENED_WITHIN.get(product, 10**5)
        opened = np.maximum(people.joined[holders], earliest + rng.integers(0, 90, len(holders)))
        share = _SAVED_UP.get(product)
        amount = None if share is None else share * people.savings[holders]
        buy(desk, product, holders, opened, np.full(len(holders), -1), amount)
    _remember_arrears(block, on, first.start)
    return block


def _remember_arrears(block: Block, on: causes.Scales, day: int) -> None:
    """Give old customers the late payments of their last years."""
    monthly = causes.arrears_chance(block.people, on, block.shelf, False)
    slots = np.flatnonzero(happens(block.rng, 1 - (1 - monthly) ** (12 * _YEARS_REMEMBERED)))
    first = np.maximum(block.people.joined, day - 365 * _YEARS_REMEMBERED)
    _record_arrears(block, slots, first, np.full(len(first), day - 1))


def _founding_chances(people: People, on: causes.Scales) -> dict[str, Floats]:
    """What an old bank's customers hold already."""
    flat = np.ones(len(people))
    return {
        "term_deposit": sigmoid(-1.35 + 0.6 * people.price + 0.6 * on.wealth),
        "fund": sigmoid(-0.45 + 0.9 * people.risk + 0.6 * on.wealth),
        "card": sigmoid(-0.15 + 0.4 * people.digital + 0.3 * on.income - 0.3 * on.age),
        "insurance": 0.15 * flat,
        "mortgage": 0.15 * flat,
        "personal_loan": 0.05 * flat,
    }


def _open_savings(block: Block, slots: Ints, day: Ints) -> None:
    none = np.zeros(len(slots))
    block.shelf.place("savings", slots, day, none + 100.0, none + 0.003, np.zeros(len(slots), dtype=np.int64))


def _live_month(block: Block, month: Month, contacting: Contacting) -> None:
    rng, people, shelf, ledger = block.rng, block.people, block.shelf, block.ledger
    moves = Moves()
    _welcome(block, month, moves)
    on = causes.scales(people, shelf, month.start)
    complaining = move_intents(rng, people, on, month)
    live(rng, people, month, ledger)
    contacting(rng, people, shelf, on, month, ledger)
    decide(Desk(rng, people, shelf, on, month, ledger, moves))
    _repay(block, moves)
    _revalue(rng, shelf)
    post_month(rng, people, shelf, month, moves, ledger)
    _use_cards(rng, people)
    _fall_behind(block, month)
    if ledger.writing:
        visit(rng, people, complaining, month, ledger)
        write_balances(people, shelf, month, ledger)
        tell(people, shelf, month, ledger)
    _part(block)


def _welcome(block: Block, month: Month, moves: Moves) -> None:
    """New customers take the places of those who left."""
    slots = np.flatnonzero(~block.people.alive)
    if not len(slots):
        return
    joined = days_between(block.rng, np.full(len(slots), month.start), np.full(len(slots), month.end))
    fresh = newcomers(block.rng, joined, block.numbers)
    block.numbers += len(slots)
    first_deposit, fresh.savings = fresh.savings, np.zeros(len(slots))
    block.people.replace(slots, fresh)
    _open_savings(block, slots, joined)
    moves.add(slots, joined, first_deposit, w.TRANSFER_IN)


def _repay(block: Block, moves: Moves) -> None:
    """Monthly payments of those who owe."""
    debt = 0.045 * block.shelf.worth("personal_loan") + 0.007 * block.shelf.worth("mortgage")
    slots = np.flatnonzero((debt > 1) & ~block.people.leaving)
    day = days_between(block.rng, block.people.since[slots], block.people.until[slots])
    moves.add(slots, day, -debt[slots], w.TRANSFER_OUT)


def _revalue(rng: Rng, shelf: Shelf) -> None:
    """Markets move funds, payments reduce loans."""
    fund = shelf.places("fund")
    shelf.value[:, fund] *= 1.003 + 0.02 * rng.standard_normal(shelf.value[:, fund].shape)
    shelf.value[:, shelf.places("personal_loan")] *= 0.96
    shelf.value[:, shelf.places("mortgage")] *= 0.996
    np.round(shelf.value, 2, out=shelf.value)


def _use_cards(rng: Rng, people: People) -> None:
    usual = sigmoid(-1.2 + 0.8 * people.borrow + 0.6 * people.cash_need - 0.4 * (people.drift > 0))
    noise = 0.05 * rng.standard_normal(len(people))
    people.card_use = np.clip(0.6 * people.card_use + 0.4 * usual + noise, 0, 0.99)


def _fall_behind(block: Block, month: Month) -> None:
    people = block.people
    on = causes.scales(people, block.shelf, month.start)
    late = happens(block.rng, causes.arrears_chance(people, on, block.shelf, people.cash_need))
    slots = np.flatnonzero(late & ~people.leaving & (people.joined < month.start))
    _record_arrears(block, slots, people.since, people.until)


def _record_arrears(block: Block, slots: Ints, first: Ints, last: Ints) -> None:
    """Write a late payment for those of the slots who owe anything."""
    owed = [block.shelf.held(product)[slots] > 0 for product in ("card", "personal_loan", "mortgage")]
    owes, product = np.any(owed, axis=0), w.PRODUCTS.index("card") + np.argmax(owed, axis=0)
    slots, rng = slots[owes], block.rng
    block.ledger.add(
        "arrears",
        customer=block.people.number[slots],
        recorded_on=days_between(rng, first[slots], last[slots]),
        product=product[owes],
        amount_due=np.round(block.people.income[slots] * (0.05 + 0.3 * rng.random(len(slots))), 2),
        days_past_due=rng.integers(1, 60, len(slots)),
    )
    block.people.in_arrears_once[slots] = True


def _part(block: Block) -> None:
    """Close the story of those who left this month."""
    people, slots = block.people, np.flatnonzero(block.people.leaving)
    write_versions(people, slots, people.until[slots], block.ledger)
    _write_consents(block, slots, people.consent[slots], people.until[slots])
    write_latents(people, slots, block.ledger)
    people.alive[slots] = False
    people.consent[slots] = 0


def _finish(block: Block, end: int) -> None:
    """Write what is open on the last day; the state stays as it is."""
    people = block.people
    slots = np.flatnonzero(people.alive)
    never = np.zeros(len(slots), dtype=np.int64)
    write_versions(people, slots, never, block.ledger)
    consent = people.consent[slots]
    _write_consents(block, slots, np.where(consent > end, 0, consent), never)
    write_latents(people, slots, block.ledger)
    block.shelf.write_open(people.number, people.alive, block.ledger)


def _write_consents(block: Block, slots: Ints, consent: Ints, gone: Ints) -> None:
    """Write what consents are left; gone: the day each customer left, 0 for those who stay."""
    consent = np.where((gone > 0)[:, None] & (consent >= gone[:, None]), 0, consent)
    who, channel = np.nonzero(consent)
    block.ledger.add(
        "consents",
        customer=block.people.number[slots][who],
        channel=channel,
        given_on=consent[who, channel],
        withdrawn_on=gone[who],
    )
