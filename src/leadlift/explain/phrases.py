"""How a feature is spoken of: the words for its values, and the sentences for a customer who has more or less of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

SHARE = "share"
"""The unit of a part of a whole, 0 to 1, which people read in per cent."""

Value = str | float | int | bool | Decimal | date | None


@dataclass(frozen=True)
class Phrase:
    """What to call a feature.

    family: features that say the same thing, such as one count over three windows, share it; one of them is told.
    up, down: sentences that may hold {value}, {typical}, {unit} and {label}. Of a number, `up` is told when the
    customer's value is above the typical one and `down` when it is below; of a truth, `up` when it is true and
    `down` when it is not; of a text, `up` when it is not the typical one and `down` never. Without a sentence, and
    when the value is the typical one, a plain statement of the value is told.
    hidden: never told to anybody (personal, protected).
    """

    feature: str
    family: str
    label: str
    unit: str = ""
    up: str | None = None
    down: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Language:
    """The plain statements, for a feature without sentences of its own."""

    stated: str
    compared: str
    the_usual: str
    none_on_record: str
    yes: str
    no: str
    plurals: bool


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        stated="{label}: {value}",
        compared="{label}: {value} (usually {typical})",
        the_usual="{label}: {value}, as usual",
        none_on_record="{label}: none on record",
        yes="yes",
        no="no",
        plurals=True,
    ),
    "zh": Language(
        stated="{label}：{value}",  # noqa: RUF001 - the full-width colon is how Chinese is written
        compared="{label}：{value}（通常为 {typical}）",  # noqa: RUF001 - likewise the brackets
        the_usual="{label}：{value}，与通常水平相当",  # noqa: RUF001 - and the comma
        none_on_record="{label}：无记录",  # noqa: RUF001 - and here
        yes="是",
        no="否",
        plurals=False,
    ),
}


def sentence(phrase: Phrase, value: Value, typical: Value, language: str = "en") -> str:
    """What a seller can say about this value. True of the value, whatever the phrase's sentences are."""
    words = LANGUAGES[language]
    if _missing(value):
        return words.none_on_record.format(label=phrase.label)
    said, usual = shown(value, phrase.unit, words), "" if _missing(typical) else shown(typical, phrase.unit, words)
    own = _own_sentence(phrase, value, typical, same=said == usual)
    if own is not None:
        bare = shown(value, "" if phrase.unit != SHARE else SHARE, words)
        bare_usual = shown(typical, "" if phrase.unit != SHARE else SHARE, words) if usual else usual
        return own.format(value=bare, typical=bare_usual, unit=phrase.unit, label=phrase.label)
    pattern = words.stated if not usual else words.the_usual if said == usual else words.compared
    return pattern.format(label=phrase.label, value=said, typical=usual)
