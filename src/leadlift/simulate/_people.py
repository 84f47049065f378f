"""Who the customers are: visible attributes, hidden traits and the state that moves from month to month."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints, Rng

YEAR = 365.25


@dataclass
class People:
    """One entry per slot of a block. When a customer leaves, a new one takes the slot.

    Days are days since 1970, words are positions in `_words`, traits are about standard normal and never
    written to the bank's own tables.
    """

    number: Ints
    alive: Bools
    since: Ints
    until: Ints
    leaving: Bools
    joined: Ints
    version_from: Ints
    birth: Ints
    gender: Ints
    name: Ints
    region: Ints
    city_size: Ints
    occupation: Ints
    marital: Ints
    household: Ints
    branch: Ints
    stage: Ints
    stages_seen: Ints
    income: Floats
    thrift: Floats
    digital: Floats
    price: Floats
    risk: Floats
    reserve: Floats
    borrow: Floats
    td_intent: Bools
    fund_intent: Bools
    card_intent: Bools
    cash_need: Bools
    upset: Bools
    fund_doubt: Bools
    drift: Ints
    windfall: Bools
    savings: Floats
    card_use: Floats
    in_arrears_once: Bools
    put_off: Ints
    due: Ints
    due_contact: Ints
    contacted: Ints
    consent: Ints
    tired: Bools
    chance_sum: Floats
    effect_sum: Floats
    months_seen: Ints

    def __len__(self) -> int:
        """Slots."""
        return len(self.number)

    def replace(self, slots: Ints, fresh: People) -> None:
        """Let new customers take slots."""
        for field in fields(self):
            getattr(self, field.name)[slots] = getattr(fresh, field.name)

    def age(self, day: int) -> Floats:
        """Years on a day."""
        return np.asarray((day - self.birth) / YEAR, dtype=np.float64)


def founders(rng: Rng, count: int, day: int) -> People:
    """Draw the mixed customers of an old bank on a day; the most price sensitive have left it already."""
    age = 18 + 62 * rng.beta(1.6, 2.2, count)
    people = _people(rng, age, day, day - 1 - (rng.exponential(6 * YEAR, count)).astype(np.int64))
    people.price = people.price - 0.2
    return people


def newcomers(rng: Rng, joined: Ints, first_number: int) -> People:
    """Draw customers who join on given days."""
    people = _people(rng, 18 + 50 * rng.beta(1.6, 2.6, len(joined)), int(joined.min()), joined)
    people.number = first_number + np.arange(len(joined))
    people.since = joined.copy()
    return people


def _people(rng: Rng, age: Floats, day: int, joined: Ints) -> People:
    joined = np.maximum(joined, day - ((age - 16) * YEAR).astype(np.int64))
    occupation = _occupations(rng, age)
    income = _incomes(rng, occupation, age)
    traits = _traits(rng, age, income)
    savings = income * np.exp(0.7 + 0.8 * traits["thrift"] + 0.3 * rng.standard_normal(len(age)))
    return People(
        **_attributes(rng, age, day, occupation),
        **traits,
        **_blank(len(age), day),
        occupation=occupation,
        income=income,
        savings=savings,
        card_use=rng.beta(1.5, 4, len(age)),
        joined=joined,
        version_from=joined.copy(),
        consent=_consents(rng, joined),
    )


def _attributes(rng: Rng, age: Floats, day: int, occupation: Ints) -> dict[str, Any]:
    """What the bank knows of a customer."""
    count, stage = len(age), _stages(rng, occupation, age)
    married = np.isin(stage, (w.COUPLE, w.FAMILY)) | ((stage >= w.MATURE) & (rng.random(count) < 0.8))
    divorced = (age > 30) & (rng.random(count) < 0.15)
    return {
        "number": np.arange(count),
        "birth": _written(day - (age * YEAR).astype(np.int64)),
        "gender": rng.choice(3, count, p=(0.49, 0.49, 0.02)),
        "name": rng.integers(0, 2**31, count),
        "region": rng.choice(8, count, p=(0.16, 0.08, 0.22, 0.14, 0.15, 0.1, 0.06, 0.09)),
        "city_size": rng.choice(4, count, p=(0.25, 0.3, 0.28, 0.17)),
        "marital": np.where(married, 1, np.where(divorced, 2, 0)),
        "household": _households(rng, stage),
        "branch": rng.integers(1, 41, count),
        "stage": stage,
        "stages_seen": stage + 1,
    }


def _traits(rng: Rng, age: Floats, income: Floats) -> dict[str, Any]:
    """What the bank can only guess from traces."""
    normal = rng.standard_normal((6, len(age)))
    young, wealth = (45 - age) / 16, (np.log(income) - 9.0) / 0.7
    thrift = 0.9 * normal[0] - 0.3 * young
    return {
        "thrift": thrift,
        "digital": 0.8 * normal[1] + 0.7 * young,
        "price": normal[2],
        "risk": 0.85 * normal[3] + 0.25 * young + 0.3 * wealth,
        "reserve": normal[4],
        "borrow": 0.9 * normal[5] - 0.3 * thrift,
    }


def _blank(count: int, day: int) -> dict[str, Any]:
    """The state of someone to whom nothing has happened yet."""
    offers = (count, len(w.OFFERS))
    wants = ("td_intent", "fund_intent", "card_intent", "cash_need", "upset", "fund_doubt", "windfall")
    return {
        **{name: np.zeros(count, dtype=np.bool_) for name in (*wants, "leaving", "in_arrears_once")},
        "alive": np.ones(count, dtype=np.bool_),
        "since": np.full(count, day),
        "until": np.full(count, day),
        "drift": np.zeros(count, dtype=np.int64),
        "months_seen": np.zeros(count, dtype=np.int64),
        "put_off": np.zeros(offers, dtype=np.int64),
        "due": np.zeros(offers, dtype=np.int64),
        "due_contact": np.full(offers, -1),
        "contacted": np.full(offers, -999),
        "tired": np.zeros((count, len(w.CONTACT_CHANNELS)), dtype=np.bool_),
        "chance_sum": np.zeros(offers),
        "effect_sum": np.zeros(offers),
    }


def _written(birth: Ints) -> Ints:
    """Day 0 stands for no day: who would be born on 1 January 1970 is born on the 2nd."""
    return np.where(birth == 0, 1, birth)


def _occupations(rng: Rng, age: Floats) -> Ints:
    draw = rng.random(len(age))
    working = np.searchsorted((0.55, 0.72, 0.8, 0.93), draw, side="right") + 1
    working = np.where(working == w.RETIRED, w.HOMEMAKER, working)
    studying = (age < 24) & (draw < 0.55)
    retired = age > 59 + 3 * rng.standard_normal(len(age))
    return np.asarray(np.where(retired, w.RETIRED, np.where(studying, w.STUDENT, working)), dtype=np.int64)


def _incomes(rng: Rng, occupation: Ints, age: Floats) -> Floats:
    median = np.array([2_200.0, 9_500.0, 9_000.0, 19_000.0, 10_500.0, 5_200.0, 4_000.0])[occupation]
    career = np.exp(0.25 - ((age - 45) / 28) ** 2)
    return np.asarray(median * career * np.exp(0.5 * rng.standard_normal(len(age))), dtype=np.float64)


def _stages(rng: Rng, occupation: Ints, age: Floats) -> Ints:
    draw = rng.random(len(age))
    adult = np.where(draw < 0.25, w.SINGLE, np.where(draw < 0.45, w.COUPLE, w.FAMILY))
    young = np.where(draw < 0.75, w.STARTING, w.SINGLE)
    stage = np.where(age < 27, young, np.where(age > 50, w.MATURE, adult))
    return np.asarray(np.where(occupation == w.RETIRED, w.OLD, stage), dtype=np.int64)


def _households(rng: Rng, stage: Ints) -> Ints:
    base = np.array([1, 1, 2, 3, 2, 2])[stage]
    return np.asarray(base + rng.poisson(0.4, len(stage)), dtype=np.int64)


def _consents(rng: Rng, joined: Ints) -> Ints:
    given = rng.random((len(joined), 4)) < np.array([0.5, 0.45, 0.5, 0.3])
    delay = (rng.random((len(joined), 4)) ** 4 * 60).astype(np.int64)
    return np.asarray(np.where(given, joined[:, None] + delay, 0), dtype=np.int64)
