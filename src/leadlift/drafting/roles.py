"""What each column is for, with the evidence: key, target, clock, feature, or left out and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leadlift.drafting.facts import ColumnFacts
from leadlift.drafting.readings import Reading
from leadlift.drafting.spelling import spelled

KNOWN_AFTER = 0.95  # one column alone ranks nearly without fault: that is hardly ever known before
HINTED = 0.75  # with a name that speaks of an outcome, so much is enough
LOOK = 0.80  # strong for one column: kept, and said
NEAR_UNIQUE = 0.9
MANY_LEVELS = 1_000

ID = re.compile(
    r"(^|_)(id|key|no|nr|num|number|uuid|guid|code|index|row)$|^(id|index|key)(_|$)|(?<=[a-z])id$"
)
AFTER = re.compile(
    r"duration|outcome|result|respon|status|clos|cancel|churn|convert|conversion|purchase|spen[dt]|visit|click|bought|"
    r"subscri|reason|final|complete|(^|_)end(_|$)|after|left|exit"
)
PROTECTED = re.compile(
    r"(^|_)(age|alter|sex|gender|senior|marital|married|nationality|citizen|citizenship|race|religion|ethnic|"
    r"ethnicity|disab\w*|pregnan\w*|birth\w*|geburt\w*|orientation|union)(_|$)|^senior|citizen$"
)
PII_NAME = re.compile(
    r"(^|_)(name|surname|firstname|lastname|email|mail|phone|mobile|tel|telephone|iban|ssn|passport|tax|address|street|"
    r"pan|card_number|account_number|birth_date|birthdate|date_of_birth|dob|birth_number)(_|$)|birth"
)
PII_SURE = re.compile(
    r"(^|_)(surname|(first|last|family|given|maiden)_?name|email|iban|ssn|passport|address|street)(_|$)"
)
FEW_TEXTS = 20  # a column with an address in its name and no more texts than this is a kind of one, or a flag
PII_VALUE = {
    "e-mail addresses": re.compile(r"[^@\s]+@[^@\s]+\.\w+"),
    "account numbers (IBAN)": re.compile(r"[A-Z]{2}\d{2}[ ]?(?:[A-Z0-9][ ]?){10,30}"),
    "telephone numbers": re.compile(r"(\+|00)\d[\d ()/-]{6,16}\d|\(?0\d{2,4}\)?[ /-]\d[\d ]{4,10}"),
}


@dataclass(frozen=True)
class Asked:
    """What the user named. All but the target may be left to be found. names: as they stand in the file."""

    target: str
    positive: tuple[str, ...]
    key: str | None = None
    time: str | None = None


@dataclass(frozen=True)
class Role:
    """One column's part. use: key, target, time, feature, or out. pii: identifies a person. why: the evidence.

    suggests: what a person should decide, in words; empty for nothing.
    """

    use: str
    why: str
    pii: bool = False
    suggests: str = ""


def roles_of(
    facts: Mapping[str, ColumnFacts],
    readings: Mapping[str, Reading],
    spelt: Mapping[str, str],
    asked: Asked,
    samples: Mapping[str, Sequence[str]],
) -> dict[str, Role]:
    """Each column of the file -> its role. samples: some values of each, looked at for patterns, never repeated."""
    found = {}
    for name, fact in facts.items():
        role = _left_out(fact, readings[name], spelt[name], samples[name])
        role = role or _feature(fact, readings[name], spelt[name])
        found[name] = _named(fact, asked) or _asking(role, readings[name].asks)
    return found


def key_of(facts: Mapping[str, ColumnFacts], readings: Mapping[str, Reading], target: str) -> str | None:
    """The one column that is named like an id and different in every row; None for none or several."""
    found = [
        name
        for name, fact in facts.items()
        if name != target
        and fact.unique
        and readings[name].type in ("string", "integer")
        and ID.search(spelled(name, ""))
    ]
    return found[0] if len(found) == 1 else None


def clocks_of(
    facts: Mapping[str, ColumnFacts], readings: Mapping[str, Reading], spelt: Mapping[str, str]
) -> list[str]:
    """Columns that could order the rows in time: whole dates, several days, not of birth."""
    return [
        name
        for name, fact in facts.items()
        if readings[name].type in ("date", "timestamp")
        and fact.missing == 0
        and fact.distinct >= 5
        and not PROTECTED.search(spelt[name])
    ]


def _named(fact: ColumnFacts, asked: Asked) -> Role | None:
    if fact.name == asked.target:
        return Role("target", f"the target; {' or '.join(asked.positive)} means yes")
    if fact.name == asked.key:
        repeats = "" if fact.unique else f"; {fact.rows - fact.distinct:,} rows repeat one"
        return Role("key", f"the customer's key: {fact.distinct:,} different values{repeats}")
    if fact.name == asked.time:
        return Role("time", f"orders the rows in time: {fact.distinct:,} different, none missing")
    return None


def _asking(role: Role, asks: str) -> Role:
    """The role with what its reading asks before its own questions; nothing is asked of personal data."""
    return role if role.pii else replace(role, suggests="; ".join(filter(None, (asks, role.suggests))))


def _left_out(fact: ColumnFacts, reading: Reading, name: str, sample: Sequence[str]) -> Role | None:
    if fact.distinct == 0:
        return Role("out", "left out: empty in every row")
    pattern = _pattern(sample)
    crowded = fact.distinct >= 0.5 * (fact.rows - fact.missing)
    text = reading.type == "string"
    named = PII_NAME.search(name) and (crowded or reading.type == "date" or "birth" in name)
    sure = text and fact.distinct > FEW_TEXTS and PII_SURE.search(name)
    if pattern or named or sure:
        return Role("out", f"identifies a person: {pattern or 'by its name'}", pii=True)
    if fact.distinct == 1 and fact.missing == 0:
        return Role("out", "left out: the same in every row")
    present = fact.rows - fact.missing
    if text and present >= 20 and fact.distinct >= NEAR_UNIQUE * present:
        return Role(
            "out", f"left out: {fact.distinct:,} different texts in {present:,} rows, an id or free text"
        )
    if fact.unique and reading.type == "integer" and (ID.search(name) or fact.rows < 20):
        return Role("out", "left out: a whole number of its own in every row, an id")
    if reading.type in ("date", "timestamp"):
        return Role("out", "a date; no feature of a flat table")
    return _known_after(fact, name)


def _known_after(fact: ColumnFacts, name: str) -> Role | None:
    if fact.certain:
        return Role("out", f"left out: {fact.certain}, so it looks known only afterwards")
    hinted = AFTER.search(name) is not None
    if fact.alone >= KNOWN_AFTER or (hinted and fact.alone >= HINTED):
        said = " and its name speaks of an outcome" if hinted else ""
        why = f"left out: alone it ranks the target with AUC {fact.alone:.2f}{said}: known only afterwards?"
        return Role("out", why)
    return None


def _feature(fact: ColumnFacts, reading: Reading, name: str) -> Role:
    told = [_values_told(fact, reading)]
    if fact.missing:
        told.append(f"{fact.missing / fact.rows:.1%} missing")
    told.append(f"alone AUC {fact.alone:.2f}")
    if reading.why:
        told.append(reading.why)
    asks = []
    if PROTECTED.search(name):
        asks.append("a protected characteristic? then write protected: true")
    if fact.alone >= LOOK:
        asks.append("strong alone: was it known before the target?")
    elif AFTER.search(name):
        asks.append("by its name it may be known only afterwards")
    if reading.type == "string" and fact.distinct > MANY_LEVELS:
        asks.append("very many levels")
    return Role("feature", ", ".join(told), suggests="; ".join(asks))


def _values_told(fact: ColumnFacts, reading: Reading) -> str:
    if fact.levels and reading.type == "string":
        shown = ", ".join(" ".join(level.split())[:30] for level in fact.levels[:3])
        more = f" and {fact.distinct - 3:,} more" if fact.distinct > 3 else ""
        return f"{shown}{more}"
    return f"{fact.distinct:,} values"


def _pattern(sample: Sequence[str]) -> str:
    """Which kind of personal text most of the values are; empty for none."""
    for kind, pattern in PII_VALUE.items():
        if sample and sum(pattern.fullmatch(value) is not None for value in sample) > 0.5 * len(sample):
            return f"its values look like {kind}"
    return ""
