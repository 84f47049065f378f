"""The life of one block of customers, month by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from leadlift.simulate import _causes as causes
from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints, Rng, days_between, happens
from leadlift.simulate._campaigns import run_campaigns
from leadlift.simulate._decisions import Desk, Moves, buy, decide
from leadlift.simulate._intents import move_intents
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._life import live, write_versions
from leadlift.simulate._money import post_month, write_balances
from leadlift.simulate._people import People, founders, newcomers
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf
from leadlift.simulate._truth import tell, write_latents
from leadlift.simulate._visits import visit


@dataclass
class Block:
    """A block's customers, what they hold and what happened so far."""

    rng: Rng
    people: People
    shelf: Shelf
    ledger: Ledger
    numbers: int


def live_through(rng: Rng, slots: int, months: Sequence[Month], progress: Callable[[], None]) -> tuple[Ledger, Bools]:
    """All months of a block. Tells what happened, and which customer numbers are of the written months."""
    block = _founded(rng, slots, months[0])
    kept = np.zeros(0, dtype=np.bool_)
    for month in months:
        if month.index == 0:
            block.ledger.writing = True
            block.people.due_contact[:] = -1
            kept = np.isin(np.arange(block.numbers), block.people.number[block.people.alive])
        _live_month(block, month)
        progress()
    _finish(block)
    return block.ledger, np.concatenate([kept, np.ones(block.numbers - len(kept), dtype=np.bool_)])


def _founded(rng: Rng, slots: int, first: Month) -> Block:
    people, shelf = founders(rng, slots, first.start), Shelf(slots)
    block = Block(rng, people, shelf, Ledger(), slots)
    everyone = np.arange(slots)
    _open_savings(block, everyone, people.joined)
    on = causes.scales(people, shelf, first.start)
    desk = Desk(rng, people, shelf, on, first, Ledger(), Moves())
    for product, chance in _founding_chances(people, on).items():
        holders = everyone[happens(rng, chance)]
        opened = people.joined[holders]
        if product == "term_deposit":
            opened = np.maximum(opened, first.start - rng.integers(1, 90, len(holders)))
        buy(desk, product, holders, opened, np.full(len(holders), -1))
    return block


def _founding_chances(people: People, on: causes.Scales) -> dict[str, Floats]:
    """What an old bank's customers hold already."""
    flat = np.ones(len(people))
    return {
        "term_deposit": causes.sigmoid(-1.5 + 0.6 * people.price + 0.6 * on.wealth),
        "fund": causes.sigmoid(-0.6 + 0.9 * people.risk + 0.6 * on.wealth),
        "card": causes.sigmoid(0.3 + 0.4 * people.digital + 0.3 * on.income - 0.3 * on.age),
        "insurance": 0.15 * flat,
        "mortgage": 0.15 * flat,
        "personal_loan": 0.05 * flat,
    }


def _open_savings(block: Block, slots: Ints, day: Ints) -> None:
    none = np.zeros(len(slots))
    block.shelf.place("savings", slots, day, none + 100.0, none + 0.003, np.zeros(len(slots), dtype=np.int64))


def _live_month(block: Block, month: Month) -> None:
    rng, people, shelf, ledger = block.rng, block.people, block.shelf, block.ledger
    moves = Moves()
    _welcome(block, month, moves)
    on = causes.scales(people, shelf, month.start)
    complaining = move_intents(rng, people, on, month)
    live(rng, people, month, ledger)
    run_campaigns(rng, people, shelf, on, month, ledger)
    decide(Desk(rng, people, shelf, on, month, ledger, moves))
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


def _revalue(rng: Rng, shelf: Shelf) -> None:
    """Markets move funds, payments reduce loans."""
    fund = shelf.places("fund")
    shelf.value[:, fund] *= 1.003 + 0.02 * rng.standard_normal(shelf.value[:, fund].shape)
    shelf.value[:, shelf.places("personal_loan")] *= 0.96
    shelf.value[:, shelf.places("mortgage")] *= 0.996
    np.round(shelf.value, 2, out=shelf.value)


def _use_cards(rng: Rng, people: People) -> None:
    usual = causes.sigmoid(-1.2 + 0.8 * people.borrow + 0.6 * people.cash_need - 0.4 * (people.drift > 0))
    people.card_use = np.clip(0.6 * people.card_use + 0.4 * usual + 0.05 * rng.standard_normal(len(people)), 0, 0.99)


def _fall_behind(block: Block, month: Month) -> None:
    people, shelf, rng = block.people, block.shelf, block.rng
    owed = [shelf.held(product) > 0 for product in ("card", "personal_loan", "mortgage")]
    on = causes.scales(people, shelf, month.start)
    late = happens(rng, causes.arrears_chance(people, on, shelf, people.cash_need))
    slots = np.flatnonzero(late & np.any(owed, axis=0) & ~people.leaving & (people.joined < month.start))
    product = np.where(owed[0][slots], 3, np.where(owed[1][slots], 4, 5))
    block.ledger.add(
        "arrears",
        customer=people.number[slots],
        recorded_on=days_between(rng, people.since[slots], people.until[slots]),
        product=product,
        amount_due=np.round(people.income[slots] * (0.05 + 0.3 * rng.random(len(slots))), 2),
        days_past_due=rng.integers(1, 60, len(slots)),
    )
    people.in_arrears_once[slots] = True


def _part(block: Block) -> None:
    """Close the story of those who left this month."""
    people, slots = block.people, np.flatnonzero(block.people.leaving)
    write_versions(people, slots, people.until[slots], block.ledger)
    _write_consents(block, slots, people.until[slots])
    write_latents(people, slots, block.ledger)
    people.alive[slots] = False
    people.consent[slots] = 0


def _finish(block: Block) -> None:
    people = block.people
    slots = np.flatnonzero(people.alive)
    never = np.zeros(len(slots), dtype=np.int64)
    write_versions(people, slots, never, block.ledger)
    _write_consents(block, slots, never)
    write_latents(people, slots, block.ledger)
    block.shelf.write_open(people.number, people.alive, block.ledger)


def _write_consents(block: Block, slots: Ints, withdrawn: Ints) -> None:
    who, channel = np.nonzero(block.people.consent[slots] > 0)
    given = block.people.consent[slots][who, channel]
    ended = np.where(withdrawn[who] > 0, np.maximum(withdrawn[who], given), 0)
    block.ledger.add(
        "consents", customer=block.people.number[slots][who], channel=channel, given_on=given, withdrawn_on=ended
    )
