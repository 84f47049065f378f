"""Promotions as tags, numbered and never overwritten: the store itself holds the whole story."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from leadlift.errors import UserError
from leadlift.tracking.protocol import Promotion

PREFIX = "leadlift.promotion."

ENTRY_LENGTH = 5_000
"""Characters that MLflow's databases take for a tag of a registered model."""

WHO_LENGTH, WHY_LENGTH, GATE_LENGTH = 200, 1_000, 250
"""Characters of an entry's parts as JSON writes them: a quotation mark or a line's end counts as two."""


def ledger_entry(promotion: Promotion, tags: Iterable[str]) -> tuple[str, str]:
    """The tag of the registered model that records this promotion for good: (key, value).

    tags: those the registered model has. The key is the next number and a part of the entry's own: two who promote at
    once have two, and none is written over. At most ENTRY_LENGTH characters, of up to thirteen gates: a gate's sentence
    of more than GATE_LENGTH ends in an ellipsis. Raises UserError where who or why is too long: a person's words are
    never cut.
    """
    _refuse_long("--who", promotion.who, WHO_LENGTH)
    _refuse_long("--because", promotion.why, WHY_LENGTH)
    line = {
        "version": promotion.version,
        "replaced": promotion.replaced,
        "who": promotion.who,
        "when": promotion.when.isoformat(),
        "why": promotion.why,
        "gates": {name: _cut(found) for name, found in promotion.gates.items()},
    }
    value = json.dumps(line, ensure_ascii=False)
    number = max((_number(key) for key in tags if key.startswith(PREFIX)), default=0) + 1
    return f"{PREFIX}{number:04d}-{hashlib.sha256(value.encode()).hexdigest()[:8]}", value


def promotions_in(tags: Mapping[str, str]) -> list[Promotion]:
    """Every promotion in the tags of a registered model, oldest first."""
    told = [(_number(key), _promotion(value)) for key, value in tags.items() if key.startswith(PREFIX)]
    return [promotion for _, promotion in sorted(told, key=lambda one: (one[0], one[1].when))]


def version_tags(promotion: Promotion) -> dict[str, str]:
    """What the page of a promoted version shows: its latest promotion, gate by gate."""
    gates = {f"gate.{name}": found for name, found in promotion.gates.items()}
    return {
        "promoted_by": promotion.who,
        "promoted_at": promotion.when.isoformat(timespec="seconds"),
        "promoted_because": promotion.why,
        **gates,
    }


def _refuse_long(option: str, words: str, most: int) -> None:
    length = _length(words)
    if length > most:
        raise UserError(
            f"{option} has {length:,} characters, and what is kept of a promotion holds {most:,}: say it in fewer"
        )


def _cut(sentence: str) -> str:
    if _length(sentence) <= GATE_LENGTH:
        return sentence
    kept = sentence[: GATE_LENGTH - 1]
    while _length(kept) >= GATE_LENGTH:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _number(key: str) -> int:
    """Which promotion it is, counted from 1. Those of older versions end with the number."""
    return int(key.removeprefix(PREFIX).partition("-")[0])


def _length(text: str) -> int:
    """Characters of a text in an entry, without the marks around it."""
    return len(json.dumps(text, ensure_ascii=False)) - 2


def _promotion(value: str) -> Promotion:
    line = json.loads(value)
    return Promotion(
        version=line["version"],
        replaced=line["replaced"],
        who=line["who"],
        when=datetime.fromisoformat(line["when"]),
        why=line["why"],
        gates=line["gates"],
    )
