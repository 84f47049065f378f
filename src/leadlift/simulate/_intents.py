"""How wants and moods begin and end at the start of a month, and who drifts away and leaves."""

from __future__ import annotations

import numpy as np

from leadlift.simulate._arrays import Bools, Rng, days_between, happens
from leadlift.simulate._causes import (
    EXIT,
    LEAVE_WHEN_DRIFTING,
    RECOVER,
    Scales,
    drift_chance,
    entry_chances,
    windfall_chance,
)
from leadlift.simulate._people import People
from leadlift.simulate._plan import Month


def move_intents(rng: Rng, people: People, on: Scales, month: Month) -> Bools:
    """Begin and end intents, windfalls, drifting and leaving for the month; tells who complains."""
    people.windfall = happens(rng, windfall_chance(people, month.of_year))
    complaining = np.zeros(len(people), dtype=np.bool_)
    for name, entry in entry_chances(people, on).items():
        now = getattr(people, name)
        begins = ~now & happens(rng, entry)
        if name == "upset":
            complaining = begins
        setattr(people, name, (now & ~happens(rng, np.full(len(people), EXIT[name]))) | begins)
    people.td_intent = people.td_intent | people.windfall
    _move_drift(rng, people, on, month)
    return complaining & ~people.leaving


def _move_drift(rng: Rng, people: People, on: Scales, month: Month) -> None:
    settled = people.since < month.start
    draw = rng.random(len(people))
    drifting = people.drift > 0
    people.leaving = drifting & (draw < LEAVE_WHEN_DRIFTING) & settled
    recovers = drifting & (draw > 1 - RECOVER)
    begins = ~drifting & settled & (draw < drift_chance(people, on, people.upset))
    people.drift = np.where(recovers, 0, np.where(drifting | begins, people.drift + 1, 0))
    first = np.maximum(people.since, month.start) + 1
    last_day = days_between(rng, first, np.full(len(people), month.end))
    people.until = np.where(people.leaving, last_day, month.end)
    people.since = np.maximum(people.since, month.start)
