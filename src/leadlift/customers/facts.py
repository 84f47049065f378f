"""What a page tells of one customer: plain values, made once, shown in a terminal, as HTML or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What an attribute became on a day."""

    day: date
    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Described:
    """What a source of attributes says. since: the day from which it does; until: from which it no longer does."""

    source: str
    since: date | None
    until: date | None
    values: Row
    changes: Sequence[Change] = ()


@dataclass(frozen=True)
class Held:
    """Rows that hold for a while: those that hold on the day, and those that have ended; the newest first.

    more: how many ended rows are not among them.
    """

    source: str
    now: Sequence[Row]
    ended: Sequence[Row]
    more: int = 0


@dataclass(frozen=True)
class Series:
    """One number by month. what: the column, or `count`. values: null where nothing is known of the month."""

    what: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class History:
    """A source by month, the last month up to the day. months: as 2026-05.

    recent: the newest rows. rows: how many are known in all. last: the day of the newest.
    """

    source: str
    months: Sequence[str]
    series: Sequence[Series]
    recent: Sequence[Row]
    rows: int
    last: date | None


@dataclass(frozen=True)
class Grouped:
    """A customer's place in a segmentation: the groups on the last day it was built, and since when unchanged.

    history: each day on which the groups changed, with what they became; the newest first.
    """

    segmentation: str
    groups: Sequence[str]
    built: date
    since: date
    history: Sequence[tuple[date, Sequence[str]]]


@dataclass(frozen=True)
class Scored:
    """One pipeline's last score up to the day, and those before as (day, probability), the oldest first.

    said: the probability, or what the contact adds, in words. note: what the reader must know of the reasons.
    """

    pipeline: str
    as_of: date
    model: str
    probability: float | None
    said: str
    percentile: int | None
    band: str | None
    rank: int | None
    customers: int
    reasons: Sequence[str]
    note: str
    history: Sequence[tuple[date, float]]


@dataclass(frozen=True)
class Contact:
    """One contact of the bank's own history."""

    day: date
    offer: str | None
    channel: str | None
    refused: bool


@dataclass(frozen=True)
class Listed:
    """A lead list that the customer was on, or left out of by rules.

    cell: model, explore or control, the last of which was not contacted; null where the customer was left out. rules:
    which rules left the customer out, each with the offer that it closed or null for all.
    """

    campaign: str
    day: date
    offer: str | None
    channel: str | None
    cell: str | None
    band: str | None
    valid_until: date | None
    rules: Sequence[tuple[str, str | None]]


@dataclass(frozen=True)
class Outcome:
    """What came back from a list."""

    day: date
    event: str
    treatment_code: str
    money: float | None


@dataclass(frozen=True)
class Hurdle:
    """One rule that stands against an offer. because: why the rule is there; says: what it found."""

    rule: str
    says: str
    because: str = ""


@dataclass(frozen=True)
class Chance:
    """One offer on one channel. hurdles: every rule that stands against it, none when it may be made."""

    offer: str
    label: str
    channel: str
    allowed: bool
    probability: float | None
    said: str
    expected_value: float | None
    hurdles: Sequence[Hurdle]


@dataclass(frozen=True)
class Offered:
    """A campaign's policy applied to the customer. scored: the day of the scores that were used, by pipeline."""

    campaign: str
    description: str
    currency: str
    scored: Mapping[str, date | None]
    chances: Sequence[Chance]
    note: str = ""


@dataclass(frozen=True)
class Customer:
    """Everything told of one customer as of a day. opened: the personal and protected columns that are shown.

    notes: what could not be looked at, and why.
    """

    customer: str
    as_of: date
    described: Sequence[Described]
    held: Sequence[Held]
    balances: Sequence[History]
    activity: Sequence[History]
    segments: Sequence[Grouped]
    scores: Sequence[Scored]
    contacts: Sequence[Contact]
    contacts_before: int
    lists: Sequence[Listed]
    outcomes: Sequence[Outcome]
    consents: Sequence[Held]
    offers: Sequence[Offered]
    opened: Sequence[str]
    notes: Sequence[str]
