"""Campaigns: the planned action that turns a pipeline's scores into a lead list."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from leadlift.specs.base import Days, Name, Spec, SqlText


class Offer(Spec):
    """What the customer is offered."""

    name: Name
    label: str


class Export(Spec):
    """The lead files to write."""

    formats: tuple[Literal["csv", "parquet", "xlsx"], ...] = ("csv", "parquet", "xlsx")
    encoding: Literal["utf-8", "utf-8-sig"] = Field(
        "utf-8-sig", description="utf-8-sig: spreadsheets read it right."
    )
    delimiter: Literal[",", ";", "\t"] = ","
    columns: tuple[str, ...] = Field((), description="Features to show beside the reasons.")


class Exclusion(Spec):
    """One rule that removes customers, told in the waterfall by its name."""

    rule: Name
    where: SqlText = Field(description="Over features: who is removed. Unknown removes nobody.")


class Money(Spec):
    """What a response brings and a contact costs: the report's profit curve is drawn from these."""

    response_value: float = Field(
        gt=0, description="Of one response, in `currency`, before the cost of contacting."
    )
    contact_cost: float = Field(ge=0, description="Of contacting one customer.")
    currency: str = ""


class Campaign(Spec):
    """One lead list: for which offer, ranked by which pipeline, to whom and how many."""

    campaign: Name
    description: str = ""
    pipeline: Name
    offer: Offer
    channel: Name
    consent: SqlText | None = Field(
        None, description="Over features: who agreed to be contacted. Unknown counts as no."
    )
    without_consent: str | None = Field(
        None,
        min_length=10,
        description="Instead of `consent`: why nobody is asked for it. Told in every list and its manifest.",
    )
    eligible: SqlText | None = Field(
        None, description="Over features: who may get this offer. Unknown counts as no."
    )
    exclude: tuple[Exclusion, ...] = ()
    size: int = Field(ge=1, description="At most so many leads.")
    min_probability: float = Field(0.0, ge=0, le=1)
    valid_for: Days = 30
    money: Money | None = None
    export: Export = Export()

    @model_validator(mode="after")
    def _consent_is_a_choice(self) -> Self:
        if (self.consent is None) == (self.without_consent is None):
            raise ValueError(
                "give `consent`, the condition for who agreed to be contacted, or `without_consent`, why none is asked"
            )
        return self
