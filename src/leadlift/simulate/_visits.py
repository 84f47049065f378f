"""Logins, visits, calls and complaints: where wants and moods show first."""

from __future__ import annotations

import numpy as np

from leadlift.simulate._arrays import Bools, Floats, Rng
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._money import active_share
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month

_LOGIN, _WEB, _BRANCH, _CALL, _COMPLAINT = range(5)
_TD, _FUND, _CARD, _LOAN, _FEES, _SERVICE, _REDEEM = range(7)
_NO_TOPIC = -1

_KINDS = (
    (_LOGIN, _NO_TOPIC), (_LOGIN, _FUND), (_WEB, _NO_TOPIC), (_WEB, _TD), (_WEB, _FUND), (_WEB, _CARD),
    (_WEB, _LOAN), (_WEB, _FEES),
    (_BRANCH, _NO_TOPIC), (_BRANCH, _TD), (_BRANCH, _FUND), (_CALL, _SERVICE), (_CALL, _LOAN),
    (_CALL, _FEES), (_CALL, _REDEEM), (_WEB, _REDEEM),
    (_CALL, _CARD),
)  # fmt: skip


def visit(rng: Rng, people: People, complaining: Bools, month: Month, ledger: Ledger) -> None:
    """Write the month's channel events of everyone, and the complaints of those who were just upset."""
    counts = rng.poisson(_rates(people, month))
    slot, kind = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), counts.shape[1])
    who = np.flatnonzero(complaining)
    slots = np.concatenate([slot, who])
    shown = np.array(_KINDS)[kind]
    about = np.where(rng.random(len(who)) < 0.4, _FEES, _SERVICE)
    since, until = people.since[slots], people.until[slots]
    day = since + (rng.random(len(slots)) * (until - since + 1)).astype(np.int64)
    second = day * 86_400 + rng.integers(7 * 3600, 23 * 3600, len(slots))
    order = np.argsort((day - month.start).astype(np.int16), kind="stable")
    ledger.add(
        "channel_events",
        customer=people.number[slots][order].astype(np.int32),
        second=second[order],
        event_type=np.concatenate([shown[:, 0], np.full(len(who), _COMPLAINT)])[order].astype(np.int8),
        topic=np.concatenate([shown[:, 1], about])[order].astype(np.int8),
    )


def _rates(people: People, month: Month) -> Floats:
    online, offline = np.exp(0.6 * people.digital), np.exp(-0.5 * people.digital)
    price, risk, need = np.exp(0.7 * people.price), np.exp(0.8 * people.risk), people.cash_need
    doubt = people.fund_doubt
    rates = {
        (_LOGIN, _NO_TOPIC): 2.0 * online,
        (_LOGIN, _FUND): 0.20 * risk + 2.0 * people.fund_intent,
        (_WEB, _NO_TOPIC): 0.35 * online,
        (_WEB, _TD): 0.1 * price + 1.5 * people.td_intent,
        (_WEB, _FUND): 0.12 * risk + 1.6 * people.fund_intent,
        (_WEB, _CARD): 0.04 * online + 1.8 * people.card_intent,
        (_WEB, _LOAN): 0.03 + 2.8 * need,
        (_WEB, _FEES): 0.08 * price + 0.4 * people.upset + 0.3 * (people.drift > 0),
        (_BRANCH, _NO_TOPIC): 0.25 * offline,
        (_BRANCH, _TD): 0.03 * price + 0.9 * people.td_intent,
        (_BRANCH, _FUND): 0.05 * risk + 0.6 * people.fund_intent,
        (_CALL, _SERVICE): 0.06 + 0.5 * people.upset,
        (_CALL, _LOAN): 0.02 + 1.2 * need,
        (_CALL, _FEES): 0.03 + 0.3 * people.upset,
        (_CALL, _REDEEM): 0.02 + 1.6 * doubt,
        (_WEB, _REDEEM): 0.02 + 2.6 * doubt,
        (_CALL, _CARD): 0.03 + 0.6 * people.card_intent,
    }
    there = active_share(people, month)
    return np.stack([rates[kind] * there for kind in _KINDS], axis=1)
