"""How a feature is spoken of: its name, its unit, and the sentences for having more or less of it."""

# ruff: noqa: RUF001 - Chinese is written with full-width signs

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from string import Formatter

SHARE = "share"
"""The unit of a part of a whole, 0 to 1, which people read in per cent."""

Value = str | float | int | bool | Decimal | date | None

BLANKS = {"value", "typical", "unit", "label"}


@dataclass(frozen=True)
class Phrase:
    """What to call a feature.

    family: shared by features that say the same thing, as one count over three windows does; one is told.
    up, down: sentences that may hold {value}, {typical}, {unit} and {label}. Of a number, `up` is told when
    the customer's value is above the typical one, `down` when it is below; of a truth, `up` when it is true,
    `down` when it is not; of a text, `up` when it is not the typical one. Otherwise, and when a value reads
    the same as the typical one, the value is plainly stated: that is true whatever the sentences say.
    hidden: never told to anybody (personal, protected).

    Raises ValueError for a sentence with any other blank.
    """

    feature: str
    family: str
    label: str
    unit: str = ""
    up: str | None = None
    down: str | None = None
    hidden: bool = False

    def __post_init__(self) -> None:
        """Find a misspelt blank when the phrase is made, not in front of a customer."""
        for sentence in (self.up, self.down):
            blanks = {name for _, name, _, _ in Formatter().parse(sentence or "") if name is not None}
            if not blanks <= BLANKS:
                strange = ", ".join(f"{{{name}}}" for name in sorted(blanks - BLANKS))
                known = "{value} {typical} {unit} {label}"
                raise ValueError(f"{self.feature}: {strange} is none of {known}")


@dataclass(frozen=True)
class Language:
    """The plain statements of a value, and the words for a truth."""

    stated: str
    compared: str
    as_usual: str
    none_on_record: str
    yes: str
    no: str


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        stated="{label}: {value}",
        compared="{label}: {value} (usually {typical})",
        as_usual="{label}: {value}, as usual",
        none_on_record="{label}: none on record",
        yes="yes",
        no="no",
    ),
    "zh": Language(
        stated="{label}：{value}",
        compared="{label}：{value}（一般客户为 {typical}）",
        as_usual="{label}：{value}，与通常水平相当",
        none_on_record="{label}：无记录",
        yes="是",
        no="否",
    ),
}


def say(phrase: Phrase, value: Value, typical: Value, language: str = "en") -> str:
    """What a seller can say about this value. True of the value, whatever the phrase's own sentences are."""
    words = LANGUAGES[language]
    if is_missing(value):
        return words.none_on_record.format(label=phrase.label)
    value, typical = _comparable(value, typical)
    said = with_unit(value, phrase.unit, words)
    usual, usual_shown = _usual(typical, phrase.unit, language)
    own = _own_sentence(phrase, value, typical, differs=said != usual)
    if own is not None:
        blanks = {"value": shown(value, phrase.unit, words), "typical": usual_shown}
        return own.format(**blanks, unit=_unit(phrase.unit), label=phrase.label)
    pattern = words.stated if not usual else words.compared if said != usual else words.as_usual
    return pattern.format(label=phrase.label, value=said, typical=usual)


@lru_cache(maxsize=4_096, typed=True)  # typed: 1 and True are written differently
def _usual(typical: Value, unit: str, language: str) -> tuple[str, str]:
    """A typical value with its unit, empty when there is none, and without: one is compared with many customers'."""
    words = LANGUAGES[language]
    return "" if is_missing(typical) else with_unit(typical, unit, words), shown(typical, unit, words)


def _comparable(value: Value, typical: Value) -> tuple[Value, Value]:
    """Both as days, or both as truths; a typical value that is no day beside a day is no typical value."""
    value = value.date() if isinstance(value, datetime) else value
    typical = typical.date() if isinstance(typical, datetime) else typical
    if isinstance(value, date) is not isinstance(typical, date):
        return value, None
    if isinstance(value, bool) and isinstance(typical, int | float | Decimal):
        return value, None if is_missing(typical) else typical >= 0.5
    return value, typical


def _own_sentence(phrase: Phrase, value: Value, typical: Value, *, differs: bool) -> str | None:
    """The phrase's sentence that is true of the value; None when it has none."""
    if isinstance(value, bool):
        sentence = phrase.up if value else phrase.down
    elif is_missing(typical) or not differs:
        sentence = None
    elif isinstance(value, str) or isinstance(typical, str):
        sentence = phrase.up
    else:
        sentence = phrase.up if value > typical else phrase.down  # type: ignore[operator]  # two numbers, or two dates
    return None if sentence and "{typical}" in sentence and is_missing(typical) else sentence


def is_missing(value: Value) -> bool:
    """Whether there is nothing on record: null, or not a number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def with_unit(value: Value, unit: str, words: Language = LANGUAGES["en"]) -> str:
    """A value as people write it, with its unit: `12,300 CNY`, `35%`, `1 day`."""
    text = shown(value, unit, words)
    if isinstance(value, bool | str | date) or not _unit(unit):
        return text
    if unit == "%":
        return f"{text}%"
    return f"{text} {_singular(unit) if text in ('1', '-1') else unit}"


def shown(value: Value, unit: str = "", words: Language = LANGUAGES["en"]) -> str:
    """A value as people write it, without its unit; of the unit SHARE in per cent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return words.yes if value else words.no
    if isinstance(value, str | date):
        return str(value)
    return f"{readable(float(value) * 100)}%" if unit == SHARE else readable(float(value))


def readable(number: float) -> str:
    """A number with thousands separators and the digits a reader needs: whole, or three that count."""
    if not math.isfinite(number):
        return str(number)
    if number == int(number):
        return f"{int(number):,}"
    digits = max(0, 2 - math.floor(math.log10(abs(number))))
    text = f"{number:,.{min(digits, 6)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _unit(unit: str) -> str:
    return "" if unit == SHARE else unit


def _singular(unit: str) -> str:
    """`days` is `day`, `branches` is `branch`, `categories` is `category`; what is no plural stays."""
    if unit.endswith("ies"):
        return f"{unit[:-3]}y"
    if unit.endswith(("ches", "shes", "xes", "sses")):
        return unit[:-2]
    return unit[:-1] if unit.endswith("s") and not unit.endswith("ss") else unit
