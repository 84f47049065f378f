"""A value that is not what it should be: which rule of time would have to be broken for it, and by which rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from leadlift.features.proof.compare import same
from leadlift.features.proof.known import (
    ALL,
    FUTURE,
    REPLACED,
    TIMELESS,
    UNKNOWN,
    Clocks,
    Fact,
    Known,
    Seen,
    midnight,
)
from leadlift.features.proof.rebuild import Answer, Rebuilder
from leadlift.features.proof.values import Value, as_text
from leadlift.specs import FeatureDef, Source

COUNTS = "counts"
BROKEN: tuple[tuple[Clocks, str], ...] = (
    (Clocks(available=False), "the available time is ignored"),
    (Clocks(happened=False), "rows count that had not happened before the as-of day"),
    (Clocks(available=False, happened=False), "rows of the future count"),
    (Clocks(versions=False), "every version of a row counts, and not the last one known alone"),
    (
        Clocks(available=False, versions=False),
        "the available time is ignored, and every version of a row counts",
    ),
    (Clocks(ends=False), "ends are read before they have happened and were known"),
    (Clocks(shift=1), "the window is a day too long"),
    (Clocks(shift=-1), "the window is a day too short"),
)
NOT_FOUND = "no single broken rule gives the built value"


@dataclass(frozen=True)
class Judged:
    """A row, why it counts or not, and whether the two values part over it."""

    fact: Fact
    why: str
    parting: bool


@dataclass(frozen=True)
class Told:
    """What would give the built value, and the customer's rows, those that part the two values first."""

    how: str
    rows: tuple[Judged, ...]


def explained(
    rebuilder: Rebuilder, feature: FeatureDef, facts: Sequence[Fact], customer: str, as_of: date, built: Value
) -> Told:
    """Try each rule broken, then each row alone put in or left out, until the built value comes out."""
    known = rebuilder.known(facts, customer, as_of)
    right = rebuilder.answer(feature, known, as_of)
    how, parting = _rule_broken(rebuilder, feature, facts, customer, as_of, built, right)
    if not how:
        how, parting = _one_row(rebuilder, feature, known, as_of, built, right)
    rows = [_judged(rebuilder, feature, one.fact, one, as_of, right, parting) for one in known.seen]
    rows += [
        _judged(rebuilder, feature, fact, why, as_of, right, parting)
        for fact, why in known.left
        if why != TIMELESS
    ]
    rows.sort(key=_youngest_first)
    return Told(how or NOT_FOUND, tuple(rows))


def _rule_broken(
    rebuilder: Rebuilder,
    feature: FeatureDef,
    facts: Sequence[Fact],
    customer: str,
    as_of: date,
    built: Value,
    right: Answer,
) -> tuple[str, set[int]]:
    for clocks, how in BROKEN:
        if clocks.shift and feature.window is None:
            continue
        known = rebuilder.known(facts, customer, as_of, clocks)
        wrong = rebuilder.answer(feature, known, as_of, clocks)
        if same(built, wrong):
            return f"The built value comes out when {how}", _difference(right, wrong)
    return "", set()


def _one_row(
    rebuilder: Rebuilder, feature: FeatureDef, known: Known, as_of: date, built: Value, right: Answer
) -> tuple[str, set[int]]:
    for one in known.seen:
        without = replace(known, seen=tuple(other for other in known.seen if other is not one))
        if same(built, rebuilder.answer(feature, without, as_of)):
            return "The built value comes out when one row is left out", {one.fact.place}
    for fact, _ in known.left:
        age = (as_of - fact.at.date()).days if fact.at is not None else None
        row = Seen(fact, {**fact.values, "as_of": as_of}, age, None)
        if same(built, rebuilder.answer(feature, replace(known, seen=(*known.seen, row)), as_of)):
            return "The built value comes out when one row counts that must not", {fact.place}
    return "", set()


def _difference(right: Answer, wrong: Answer) -> set[int]:
    return {fact.place for fact in right.rows} ^ {fact.place for fact in wrong.rows}


def _judged(
    rebuilder: Rebuilder,
    feature: FeatureDef,
    fact: Fact,
    found: Seen | str,
    as_of: date,
    right: Answer,
    parting: set[int],
) -> Judged:
    if isinstance(found, str):
        why = _in_words(found, fact)
    elif fact.place in {one.place for one in right.rows}:
        why = COUNTS
    else:
        why = rebuilder.kept_out(feature, found, ALL) or "a later row has begun"
    return Judged(fact, why, fact.place in parting)


def _youngest_first(one: Judged) -> tuple[bool, bool, int]:
    at = one.fact.at or midnight(date.min)
    return not one.parting, one.why != COUNTS, -at.toordinal()


def _in_words(why: str, fact: Fact) -> str:
    if why == UNKNOWN:
        return f"known on {as_text(fact.known)}" if fact.known is not None else "not known yet"
    if why == FUTURE:
        return "not before the as-of day"
    return "replaced by a later version" if why == REPLACED else why


def shown_columns(feature: FeatureDef, source: Source) -> list[str]:
    """What a reader needs to see of a row: its key, its clocks, then what the feature is made of."""
    clocks = (source.clock, source.since, source.valid_to, source.available_at)
    return list(dict.fromkeys([*source.keys, *filter(None, clocks), *feature.uses]))
