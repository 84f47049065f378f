"""Cases: who is eligible, when, and what is predicted of them."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from leadlift.specs.base import Days, Name, Spec, SqlText, Word, fault_at


class Population(Spec):
    """Who is eligible: customers at as-of dates, rows of a source at their own date, or a flat table."""

    as_of: Literal["monthly", "quarterly", "weekly"] | tuple[date, ...] | None = None
    from_: date | None = Field(None, alias="from", description="The first as-of date.")
    to: date | None = Field(None, description="The last as-of date; the last mature one by default.")
    source: Name | None = Field(None, description="Each row is a case, at the day of its event time.")
    table: Name | None = Field(
        None, description="A flat source: each row is a case with its features beside it."
    )
    score: Name | None = Field(
        None, description="A flat source like `table`, without the target: the rows to score."
    )
    where: SqlText | None = Field(
        None, description="With `source`: over its columns. Otherwise over features."
    )
    eligible: SqlText | None = Field(None, description="Over features; holds for training and scoring alike.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name in ("as_of", "source", "table") if getattr(self, name) is not None]
        if len(ways) != 1:
            raise ValueError("give exactly one of `as_of`, `source` and `table`")
        if isinstance(self.as_of, str) and self.from_ is None:
            raise ValueError(f"`as_of: {self.as_of}` needs `from`, the first as-of date")
        if not isinstance(self.as_of, str) and self.as_of is not None and (self.from_ or self.to):
            raise ValueError("a list of as-of dates needs neither `from` nor `to`")
        if self.from_ and self.to and self.from_ > self.to:
            raise fault_at("from", f"{self.from_} is after `to`, {self.to}")
        if self.table and (self.from_ or self.to or self.eligible):
            raise ValueError("a flat table takes no `from`, `to` or `eligible`; use `where`")
        if self.score and not self.table:
            raise fault_at("score", "`score` goes with `table`")
        return self


class Target(Spec):
    """What we predict: that a row appears in the outcome window, or what a column of the case itself says."""

    source: Name | None = Field(None, description="Where the outcome is recorded.")
    where: SqlText | None = None
    event_time: str | None = Field(
        None, description="The column that dates the outcome; the source's own by default."
    )
    gap: Days = 0
    outcome: Days | None = Field(None, description="Length of the outcome window.")
    absent: bool = Field(False, description="The target is that no such row appears.")
    last_touch: bool = Field(
        False,
        description="Where cases are rows of a source, such as contacts: an outcome counts for the customer's last "
        "case before it and for no earlier one.",
    )
    column: str | None = Field(None, description="A column of the flat table or of the population's source.")
    positive: Word | tuple[Word, ...] | None = Field(None, description="The value or values that mean yes.")
    amount: bool | SqlText = Field(
        False,
        description="Kinds value and uplift: the outcome is a number, such as money. With `column`: true, the number "
        "in it. With `source`: over its columns, what is added up in the outcome window; no row is 0.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.source is None) == (self.column is None):
            raise ValueError("give either `source` with `outcome`, or `column` with `positive`")
        if self.source is not None and not self.outcome:
            raise ValueError("`source` needs `outcome`, the length of the outcome window, such as 60d")
        if self.amount and self.column is not None and (self.amount is not True or self.positive is not None):
            raise ValueError("with `column`, `amount` is `true` and `positive` is left out")
        if self.amount and self.source is not None and (self.amount is True or self.absent):
            raise ValueError(
                "with `source`, `amount` says what is added up, such as `amount: price`, without `absent`"
            )
        if self.last_touch and (self.source is None or self.absent):
            raise fault_at("last_touch", "`last_touch` goes with `source` and `outcome`, without `absent`")
        if self.column is not None and self.positive is None and not self.amount:
            raise ValueError("`column` needs `positive`, the value that means yes")
        return self

    @property
    def added(self) -> str | None:
        """What is added up over the rows of the outcome window; None where their being there is the outcome."""
        return self.amount if isinstance(self.amount, str) else None

    @property
    def positives(self) -> tuple[str, ...]:
        """The values of `column` that mean yes."""
        if self.positive is None:
            return ()
        return (self.positive,) if isinstance(self.positive, str) else self.positive
