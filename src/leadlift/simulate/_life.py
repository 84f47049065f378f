"""Life events: each makes a new version of the customer, and most make him want something."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Floats, Ints, Rng, days_between
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month

PUSHES = {
    "marries": "card_intent",
    "starts work": "card_intent",
    "is promoted": "card_intent",
    "has a child": "cash_need",
    "moves": "cash_need",
    "retires": "td_intent",
}
"""The want that each event starts; growing older starts none."""


def life_chances(people: People, day: int) -> dict[str, Floats]:
    """Monthly chance of each life event."""
    age = people.age(day)
    couples = np.isin(people.stage, (w.COUPLE, w.FAMILY))
    return {
        "marries": 0.006 * ((people.marital == 0) & (age < 45)),
        "starts work": 0.054 * ((people.occupation == w.STUDENT) & (age > 22)),
        "is promoted": 0.005 * (people.occupation == w.SALARIED),
        "has a child": 0.006 * (couples & (age < 44)),
        "moves": 0.004 * np.ones(len(people)),
        "retires": 0.02 * ((people.occupation != w.RETIRED) & (age > 59)),
        "grows older": 0.05 * ((people.stage == w.FAMILY) & (age > 54)),
    }


def live(rng: Rng, people: People, month: Month, ledger: Ledger) -> None:
    """Let at most one life event happen to each customer this month."""
    chances = life_chances(people, month.start)
    ends = np.cumsum(list(chances.values()), axis=0)
    which = (rng.random(len(people)) >= ends).sum(axis=0)
    which[people.leaving | (people.joined >= month.start)] = len(chances)
    slots = np.flatnonzero(which < len(chances))
    day = days_between(rng, np.full(len(slots), month.start + 1), people.until[slots])
    write_versions(people, slots, day, ledger)
    people.version_from[slots] = day
    for position, event in enumerate(chances):
        who = np.flatnonzero(which == position)
        _APPLY[event](rng, people, who)
        if event in PUSHES:
            getattr(people, PUSHES[event])[who] = True


def write_versions(people: People, slots: Ints, valid_to: Ints, ledger: Ledger) -> None:
    """Write the customers' present attributes as a version that ends on a day (0: not ended)."""
    ledger.add(
        "customers",
        customer=people.number[slots],
        valid_from=people.version_from[slots],
        valid_to=valid_to,
        name=people.name[slots],
        birth_date=people.birth[slots],
        gender=people.gender[slots],
        region=people.region[slots],
        city_size=people.city_size[slots],
        occupation=people.occupation[slots],
        income_band=np.searchsorted(np.array(w.INCOME_CUTS), people.income[slots]),
        marital_status=people.marital[slots],
        household_size=people.household[slots],
        branch_id=people.branch[slots],
        joined_on=people.joined[slots],
    )


def _enter_stage(people: People, slots: Ints, stage: int) -> None:
    slots = slots[people.stage[slots] != stage]
    people.stage[slots] = stage
    people.stages_seen[slots] = people.stages_seen[slots] * 8 + stage + 1


def _marry(rng: Rng, people: People, slots: Ints) -> None:
    people.marital[slots] = 1
    people.household[slots] += 1
    _enter_stage(people, slots, w.COUPLE)


def _have_child(rng: Rng, people: People, slots: Ints) -> None:
    people.household[slots] += 1
    _enter_stage(people, slots, w.FAMILY)


def _start_work(rng: Rng, people: People, slots: Ints) -> None:
    people.occupation[slots] = w.SALARIED
    people.income[slots] = 6_500 * np.exp(0.3 * rng.standard_normal(len(slots)))
    _enter_stage(people, slots, w.SINGLE)


def _retire(rng: Rng, people: People, slots: Ints) -> None:
    people.occupation[slots] = w.RETIRED
    people.income[slots] = people.income[slots] * 0.6
    _enter_stage(people, slots, w.OLD)


def _move(rng: Rng, people: People, slots: Ints) -> None:
    people.region[slots] = rng.integers(0, len(w.REGIONS), len(slots))
    people.city_size[slots] = rng.integers(0, len(w.CITY_SIZES), len(slots))
    people.branch[slots] = rng.integers(1, 41, len(slots))


def _promote(rng: Rng, people: People, slots: Ints) -> None:
    people.income[slots] = people.income[slots] * (1.15 + 0.25 * rng.random(len(slots)))


def _grow_older(rng: Rng, people: People, slots: Ints) -> None:
    people.household[slots] = np.maximum(people.household[slots] - 1, 1)
    _enter_stage(people, slots, w.MATURE)


_APPLY: dict[str, Callable[[Rng, People, Ints], None]] = {
    "marries": _marry,
    "starts work": _start_work,
    "is promoted": _promote,
    "has a child": _have_child,
    "moves": _move,
    "retires": _retire,
    "grows older": _grow_older,
}
