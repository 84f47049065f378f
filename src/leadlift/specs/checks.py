"""Contracts: what must hold of a source's rows beyond its columns, and how much it matters when it does not."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from leadlift.specs.base import Days, Name, Share, Spec, SqlText, fault_at, nearest

Severity = Literal["note", "warn", "error"]
Level = Literal["note", "warn", "error", "off"]
Period = Literal["day", "week", "month"]

# what each rule weighs unless the spec says otherwise
COLUMN_RULES: dict[str, Severity] = {
    "required": "error", "unique": "error", "allowed": "error", "min": "error", "max": "error",
    "pattern": "error", "references": "error",
}  # fmt: skip
SOURCE_RULES: dict[str, Severity] = {
    "duplicates": "error", "backwards": "error", "future": "warn", "fresh": "error", "gaps": "warn",
    "volume": "warn", "left_out": "error",
}  # fmt: skip


def known_rules(levels: dict[str, Level], known: dict[str, Severity]) -> dict[str, Level]:
    """The levels, when each is of a rule that there is. Raises a fault at the first that is not."""
    for rule in levels:
        if rule not in known:
            raise fault_at(rule, f"there is no rule '{rule}' here.{nearest(rule, known)}")
    return levels


def _span(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d+[dm]", value):
        return value
    raise ValueError(f"{value!r} is not a number of days or months. Write it as '3d' or '1m'")


Span = Annotated[
    str,
    BeforeValidator(_span),
    WithJsonSchema({"type": "string", "pattern": r"^\d+[dm]$", "examples": ["3d", "1m"]}),
]


class RowRule(Spec):
    """A condition that every row must meet. A row of which it cannot be said, for a null, meets it."""

    expect: SqlText = Field(description="What must hold, as SQL over the source's columns.")
    severity: Severity = Field("error", description="What it weighs when a row breaks it.")
    because: str = Field("", description="Why it must hold, for the person who reads that it does not.")


class Checks(Spec):
    """What must hold of a source as a whole. `future`, `backwards` and `duplicates` by key hold unasked."""

    fresh: Days | None = Field(
        None, description="The newest row is at most so many days older than the day `check` stands on."
    )
    gaps: Span | None = Field(
        None, description="No longer run of days (`3d`) or months (`0m`) without a row."
    )
    weekends: bool = Field(True, description="False: a Saturday or Sunday without rows is no gap.")
    volume: Period | None = Field(
        None, description="Rows of the last whole day, week or month are held against those before."
    )
    unusual: float = Field(
        5,
        gt=1,
        le=100,
        description="Robust standard deviations from the median at which a volume is unusual.",
    )
    duplicates: Literal["key", "rows"] = Field(
        "key",
        description="`key`: one key twice at one time of knowing. `rows`: also the same in every column.",
    )
    left_out: Share = Field(
        0.05, description="With `on_fail: quarantine`: at most this share of the rows is left out."
    )
    rules: dict[Name, RowRule] = Field({}, description="Conditions on rows, each with a name.")
    severity: dict[str, Level] = Field(
        {}, description="What a rule of the source weighs: `note`, `warn`, `error`, or `off`."
    )

    @field_validator("severity")
    @classmethod
    def _of_known_rules(cls, levels: dict[str, Level]) -> dict[str, Level]:
        return known_rules(levels, SOURCE_RULES)
