"""Transactions of a month, and the balances they lead to: savings move by exactly what was posted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Floats, Ints, Rng, cents
from leadlift.simulate._decisions import Moves
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month
from leadlift.simulate._shelf import Shelf

FLOOR = 300.0
"""Nobody who stays has less than this in savings: an empty bank means that the customer left."""

_DAY = 86_400


@dataclass(frozen=True)
class _Posted:
    slots: Ints
    days: Ints
    amounts: Floats
    categories: Ints


def post_month(rng: Rng, people: People, shelf: Shelf, month: Month, moves: Moves, ledger: Ledger) -> None:
    """Post everyday money, the month's product moves and what keeps the account level; update savings."""
    everyday = _everyday(rng, people, shelf, month)
    parts = [everyday, _posted(moves)]
    balance = people.savings + _sums(parts, len(people))
    parts.append(_levelled(rng, people, balance, month))
    people.savings = np.round(balance + _sums(parts[2:], len(people)), 2)
    if ledger.writing:
        _write(rng, people, _all(parts), month, ledger)


def active_share(people: People, month: Month) -> Floats:
    """How busy each customer is this month, 1 for usual: drifting customers fall silent step by step."""
    there = (people.until - people.since + 1) / (month.end - month.start + 1)
    return np.asarray(there * np.maximum(0.5**people.drift, 0.1), dtype=np.float64)


def _everyday(rng: Rng, people: People, shelf: Shelf, month: Month) -> _Posted:
    rates = _rates(people, month) * active_share(people, month)[:, None]
    rates[:, w.TO_OTHER] += 2.5 * (people.drift > 0)
    counts = rng.poisson(rates)
    counts[:, w.SALARY] = _payday(rng, people, w.SALARY)
    counts[:, w.PENSION] = _payday(rng, people, w.PENSION)
    counts[:, w.INTEREST] = month.of_year % 3 == 0
    counts[people.leaving, w.INTEREST] = 0
    slot, category = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), counts.shape[1])
    size = _sizes(people, shelf)[slot, category]
    noise = rng.standard_normal(len(slot), dtype=np.float32)
    amounts = size * np.exp(_SPREAD[category] * noise - _SHIFT[category])
    days = _days(rng, people, slot, category)
    return _with_windfalls(rng, people, _Posted(slot, days, cents(amounts), category))


def _with_windfalls(rng: Rng, people: People, posted: _Posted) -> _Posted:
    slots = np.flatnonzero(people.windfall & ~people.leaving)
    amounts = people.income[slots] * np.exp(1.5 + 0.5 * rng.standard_normal(len(slots)))
    category = np.where(people.occupation[slots] == w.BUSINESS_OWNER, w.BUSINESS, w.TRANSFER_IN)
    return _Posted(
        np.concatenate([posted.slots, slots]),
        np.concatenate([posted.days, _days(rng, people, slots, category)]),
        np.concatenate([posted.amounts, cents(amounts)]),
        np.concatenate([posted.categories, category]),
    )


def _rates(people: People, month: Month) -> Floats:
    """Expected postings a month by customer and category."""
    young, home = people.digital, np.exp(0.04 * np.sin(month.of_year * 0.52))
    rates = np.zeros((len(people), len(w.CATEGORIES)))
    rates[:, w.BUSINESS] = np.array([0, 0, 2.0, 2.6, 0, 0, 0])[people.occupation]
    rates[:, w.GROCERIES] = 1.2 * home
    rates[:, w.DINING] = 0.7 * np.exp(0.25 * young)
    rates[:, w.TRAVEL] = 0.15 * np.exp(0.4 * (people.stage == w.SINGLE))
    rates[:, w.SHOPPING] = 0.6 * np.exp(0.35 * people.digital) * home
    rates[:, w.UTILITIES] = 0.5
    rates[:, w.RENT] = 0.5 * (people.stage <= w.SINGLE)
    rates[:, w.HEALTHCARE] = 0.12 + 0.5 * people.cash_need
    rates[:, w.EDUCATION] = 0.1 + 0.15 * (people.stage == w.FAMILY) + 0.3 * people.cash_need
    rates[:, w.CASH] = 0.5 * np.exp(-0.5 * people.digital)
    rates[:, w.TRANSFER_IN] = 0.1 + np.isin(people.occupation, (w.STUDENT, w.HOMEMAKER))
    rates[:, w.TRANSFER_OUT] = 0.2 + 0.8 * people.cash_need
    rates[:, w.TO_OTHER] = 0.25 * np.exp(0.9 * people.price)
    rates[:, w.FEES] = 0.08
    rates[:, w.INVESTMENT] = 0.25 * np.exp(0.9 * people.risk)
    return rates


def _payday(rng: Rng, people: People, category: int) -> Ints:
    earners = (w.RETIRED,) if category == w.PENSION else (w.SALARIED, w.CIVIL_SERVANT)
    moved_away = rng.random(len(people)) < np.minimum(0.45 * people.drift, 0.9)
    whole = ~people.leaving & ~moved_away
    return np.asarray(np.isin(people.occupation, earners) & whole, dtype=np.int64)


# amount relative to monthly income, negative for money out, and the spread of its lognormal
_AMOUNTS = {
    w.SALARY: (1.0, 0.04),
    w.PENSION: (1.0, 0.01),
    w.BUSINESS: (0.45, 0.5),
    w.GROCERIES: (-0.035, 0.6),
    w.DINING: (-0.03, 0.6),
    w.TRAVEL: (-0.18, 0.7),
    w.SHOPPING: (-0.05, 0.8),
    w.UTILITIES: (-0.025, 0.4),
    w.RENT: (-0.22, 0.1),
    w.HEALTHCARE: (-0.06, 0.9),
    w.EDUCATION: (-0.12, 0.6),
    w.CASH: (-0.06, 0.5),
    w.TRANSFER_IN: (0.3, 0.6),
    w.TRANSFER_OUT: (-0.08, 0.7),
    w.TO_OTHER: (-0.1, 0.7),
    w.FEES: (0.0, 0.3),
    w.INTEREST: (0.0, 0.01),
    w.INVESTMENT: (-0.06, 0.6),
}
_SIZE, _SPREAD = np.array([_AMOUNTS[category] for category in range(len(w.CATEGORIES))], np.float32).T
_SHIFT = _SPREAD**2 / 2


def _sizes(people: People, shelf: Shelf) -> Floats:
    sizes: Floats = people.income[:, None] * _SIZE.astype(np.float64)
    sizes[:, w.HEALTHCARE] *= np.where(people.cash_need, 4.0, 1.0)
    sizes[:, w.TRANSFER_OUT] *= np.where(people.cash_need, 2.5, 1.0)
    drained = -0.1 * np.maximum(people.savings, 0.0)
    sizes[:, w.TO_OTHER] = np.where(people.drift > 0, drained, sizes[:, w.TO_OTHER])
    sizes[:, w.FEES] = -12.0 - 20.0 * (shelf.held("card") > 0)
    sizes[:, w.INTEREST] = 0.00075 * np.maximum(people.savings, 0.0) + 0.01
    return sizes


def _days(rng: Rng, people: People, slots: Ints, category: Ints) -> Ints:
    since, span = people.since[slots], people.until[slots] - people.since[slots] + 1
    share = rng.random(len(slots))
    payday = (category == w.SALARY) | (category == w.PENSION)
    share = np.where(payday, 0.3 + 0.07 * share + 0.02 * (people.branch[slots] % 5), share)
    return np.asarray(since + np.minimum(share, 0.999) * span, dtype=np.int64)


def _levelled(rng: Rng, people: People, balance: Floats, month: Month) -> _Posted:
    """Move what is too much out, bring in what is missing, and empty the accounts of those who leave."""
    wanted = people.income * np.exp(0.7 + 0.8 * people.thrift)
    too_much = np.where(balance > wanted, -0.22 * (balance - wanted), 0.0)
    low = np.maximum(FLOOR, 0.12 * wanted)
    amount = np.where(balance < low, low - balance + 0.1 * wanted * rng.random(len(people)), too_much)
    amount = np.where(np.abs(amount) < 50, 0.0, amount)
    amount = np.where(people.leaving, -balance + np.minimum(20 * rng.random(len(people)), 15), amount)
    category = np.where(amount > 0, w.TRANSFER_IN, w.TRANSFER_OUT)
    category = np.where(people.leaving, w.TO_OTHER, category)
    slots = np.flatnonzero(amount)
    last = people.until[slots]
    days = np.where(people.leaving[slots], last, _days(rng, people, slots, category[slots]))
    return _Posted(slots, days, cents(amount[slots]), category[slots])


def _write(rng: Rng, people: People, posted: _Posted, month: Month, ledger: Ledger) -> None:
    order = np.argsort((posted.days - month.start).astype(np.int16), kind="stable")
    slots, category = posted.slots[order], posted.categories[order]
    count = len(slots)
    second = posted.days[order] * _DAY + rng.integers(7 * 3600, 23 * 3600, count)
    night = (second // _DAY + 1) * _DAY + rng.integers(2 * 3600, 6 * 3600, count)
    late = rng.random(count) < 0.01
    ledger.add(
        "transactions",
        customer=people.number[slots].astype(np.int32),
        second=second,
        loaded=night + late * rng.integers(1, 11, count) * _DAY,
        amount=posted.amounts[order],
        channel=_txn_channels(rng, people.digital[slots], category).astype(np.int8),
        category=category.astype(np.int8),
        corrected=rng.random(count) < 0.005,
    )


_AT_SHOPS = np.isin(np.arange(18), (w.GROCERIES, w.DINING, w.TRAVEL, w.SHOPPING, w.HEALTHCARE))
_BATCH = np.isin(np.arange(18), (w.SALARY, w.PENSION, w.INTEREST, w.FEES))


def _txn_channels(rng: Rng, digital: Floats, category: Ints) -> Ints:
    draw = rng.random(len(category))
    online = 1 / (1 + np.exp(-0.3 - 1.1 * digital))
    remote = np.where(draw < online, np.where(draw < 0.8 * online, 0, 1), 2)
    shop = np.where(draw < 0.5 * online, 0, 4)
    channel = np.where(_AT_SHOPS[category], shop, remote)
    channel = np.where(category == w.CASH, np.where(draw < 0.85, 3, 2), channel)
    return np.asarray(np.where(_BATCH[category], 1, channel), dtype=np.int64)


def _posted(moves: Moves) -> _Posted:
    no_days, no_money = np.zeros(0, dtype=np.int64), np.zeros(0)
    return _Posted(
        np.concatenate([no_days, *moves.slots]),
        np.concatenate([no_days, *moves.days]),
        np.concatenate([no_money, *moves.amounts]),
        np.concatenate([no_days, *moves.categories]),
    )


def _all(parts: list[_Posted]) -> _Posted:
    return _Posted(
        np.concatenate([part.slots for part in parts]),
        np.concatenate([part.days for part in parts]),
        np.concatenate([part.amounts for part in parts]),
        np.concatenate([part.categories for part in parts]),
    )


def _sums(parts: list[_Posted], slots: int) -> Floats:
    total = np.zeros(slots)
    for part in parts:
        total += np.bincount(part.slots, weights=part.amounts, minlength=slots)
    return total


def write_balances(people: People, shelf: Shelf, month: Month, ledger: Ledger) -> None:
    """The month-end snapshot of everyone alive in the month."""
    slots = np.flatnonzero(people.alive)
    limit = shelf.worth("card")
    ledger.add(
        "balances",
        customer=people.number[slots],
        month_end=np.full(len(slots), month.end),
        savings_balance=people.savings[slots],
        term_deposit_balance=shelf.worth("term_deposit")[slots],
        fund_balance=shelf.worth("fund")[slots],
        card_balance=np.round(people.card_use * limit, 2)[slots],
        card_limit=limit[slots],
        personal_loan_balance=shelf.worth("personal_loan")[slots],
        mortgage_balance=shelf.worth("mortgage")[slots],
    )
