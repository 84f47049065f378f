"""Columns: how each is read, who may see it, and what must hold of its values."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from leadlift.specs.base import Spec, Word, fault_at
from leadlift.specs.checks import COLUMN_RULES, Level, known_rules

ColumnType = Literal["string", "integer", "number", "decimal", "boolean", "date", "timestamp"]

TIMES: tuple[str, ...] = ("date", "timestamp")
NUMBERS: tuple[str, ...] = ("integer", "number", "decimal")


def _limit(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        raise ValueError(f"{value!r} is not a limit: give a number or a date such as 2026-01-31")
    return value


Limit = Annotated[
    int | float | date,
    BeforeValidator(_limit),
    WithJsonSchema({"type": ["number", "string"], "examples": [0, "2020-01-31"]}),
]


class Column(Spec):
    """One column: its type, what must hold of it, and who may see it."""

    type: ColumnType
    from_: str | None = Field(
        None, alias="from", description="The column's name in the file, when it differs."
    )
    scale: int = Field(2, ge=0, le=10, description="Digits after the point of a decimal.")
    required: bool = Field(False, description="Never null.")
    unique: bool = Field(False, description="No value twice (in a history: among the current rows).")
    allowed: tuple[Word, ...] | None = Field(None, description="The only values that may occur.")
    min: Limit | None = Field(None, description="No value below this number or day.")
    max: Limit | None = Field(None, description="No value above this number or day.")
    pattern: str | None = Field(
        None, description="A regular expression (RE2) that every value matches from end to end."
    )
    references: str | None = Field(None, description="`source.column` in which every value must stand.")
    severity: dict[str, Level] = Field(
        {}, description="What a rule of this column weighs: `note`, `warn`, `error`, or `off`."
    )
    pii: bool = Field(
        False, description="Identifies a person: never a feature, reason, log line or artifact."
    )
    protected: bool = Field(False, description="A protected characteristic: never a feature or reason.")
    description: str = ""

    @field_validator("pattern")
    @classmethod
    def _readable_pattern(cls, text: str | None) -> str | None:
        # RE2 runs in time linear in the text, and therefore has neither of these
        if text is not None and re.search(r"\(\?(?:[=!]|<[=!])|\\[1-9]", text):
            raise ValueError("look-around and back-references are not part of RE2")
        try:
            re.compile(text or "")
        except re.error as error:
            raise ValueError(f"{text!r} is not a regular expression: {error}") from None
        return text

    @field_validator("references")
    @classmethod
    def _source_and_column(cls, text: str | None) -> str | None:
        if text is not None and not all(text.partition(".")):
            raise ValueError(f"{text!r} is not of the form `source.column`")
        return text

    @field_validator("severity")
    @classmethod
    def _of_known_rules(cls, levels: dict[str, Level]) -> dict[str, Level]:
        return known_rules(levels, dict(COLUMN_RULES))

    @model_validator(mode="after")
    def _rules_fit_the_type(self) -> Self:
        for rule in ("min", "max"):
            limit = getattr(self, rule)
            wanted = "a number" if self.type in NUMBERS else "a date" if self.type in TIMES else None
            if limit is not None and wanted is None:
                raise fault_at(rule, f"a column of type '{self.type}' has no `{rule}`")
            if limit is not None and isinstance(limit, date) != (wanted == "a date"):
                raise fault_at(rule, f"a column of type '{self.type}' needs {wanted}, not {limit}")
        if self.pattern is not None and self.type != "string":
            raise fault_at("pattern", f"a column of type '{self.type}' has no `pattern`")
        if self.min is not None and self.max is not None and self.min > self.max:  # type: ignore[operator]  # same type
            raise fault_at("max", f"`max` {self.max} lies below `min` {self.min}")
        return self

    @model_validator(mode="after")
    def _severities_of_rules_given(self) -> Self:
        for rule in self.severity:
            if getattr(self, rule) in (None, False):
                raise fault_at("severity", f"the column has no `{rule}` that could weigh anything")
        return self
