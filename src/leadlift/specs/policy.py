"""Contact policy: the rules on who may be contacted, each a stanza with its name in the waterfall."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from leadlift.specs.base import Days, Name, Share, Spec, SqlText, fault_at, listed

KINDS = {
    "where": "a condition over features, or with `source` over its columns",
    "most": "a cap on contacts, with `within`",
    "pause": "days without contact, with `after: refused`",
    "apart": "days between two offers, with `offer` and `from`",
    "never": "offers that never go to the same customer",
    "above": "a limit on another pipeline's chance, with `pipeline`",
}
BESIDE = {
    "where": {"source", "within", "offers", "counts"},
    "most": {"within", "channel", "offer"},
    "pause": {"after", "offers"},
    "apart": {"offer", "from_"},
    "never": set(),
    "above": {"pipeline", "offers", "counts"},
}
NEEDED = {"most": ("within",), "pause": ("after",), "apart": ("offer", "from_"), "above": ("pipeline",)}
PERMISSION = ("where", "above")
"""Rules of whether a customer may be contacted at all; the others see to it that nobody is contacted too often."""


class Exclusion(Spec):
    """One rule that removes customers, told in the waterfall by its name."""

    rule: Name
    where: SqlText = Field(description="Over features: who is removed. Unknown removes nobody.")


class Rule(Spec):
    """One rule of the contact policy. Which kind it is, its own key says: where, most, pause, apart, never or above.

    Contacts are the known rows of leadlift.yaml's `contacts` and everyone on our own earlier lists.
    """

    rule: Name = Field(description="Its name in the waterfall.")
    because: str = Field("", description="Why the rule is there, for the record of who was removed.")
    offers: tuple[Name, ...] | None = Field(
        None, min_length=1, description="Only these offers; all by default."
    )
    where: SqlText | None = Field(
        None,
        description="Who is removed: over features, or with `source` any known row. Unknown removes nobody.",
    )
    source: Name | None = Field(None, description="`where` is over the columns of this source's known rows.")
    within: Days | None = Field(
        None, description="Only rows or contacts of so many days before the as-of date."
    )
    most: int | None = Field(None, ge=1, description="At most so many contacts, this one included.")
    channel: Name | None = Field(
        None, description="Only contacts by this channel count, and only it is closed."
    )
    offer: Name | None = Field(
        None, description="Only contacts about this offer count, and only it is closed."
    )
    pause: Days | None = Field(None, description="No contact for so many days.")
    after: Literal["refused"] | None = None
    apart: Days | None = Field(
        None, description="`offer` not within so many days after a contact about `from`."
    )
    from_: Name | None = Field(None, alias="from")
    never: tuple[Name, ...] | None = Field(
        None, min_length=2, description="Who was contacted about one of these never gets another."
    )
    pipeline: Name | None = None
    above: float | None = Field(
        None, ge=0, le=1, description="Removed: a chance above this, on the day's scores."
    )
    counts: Share | None = Field(
        None,
        gt=0,
        lt=1,
        description="Softened instead of removed: when customers are ranked, a contact's worth counts only so much.",
    )

    @property
    def kind(self) -> str:
        """The key that says what the rule does."""
        return next(key for key in KINDS if getattr(self, key) is not None)

    @property
    def permission(self) -> bool:
        """Whether the rule says who may be contacted at all."""
        return self.kind in PERMISSION and self.counts is None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [key for key in KINDS if getattr(self, key) is not None]
        if len(given) != 1:
            told = "; ".join(f"`{key}`: {what}" for key, what in KINDS.items())
            raise ValueError(
                f"a rule has exactly one of {told}" + (f"; here: {listed(given)}" if given else "")
            )
        kind = given[0]
        beside = {
            name
            for name in (
                "offers",
                "source",
                "within",
                "channel",
                "offer",
                "after",
                "from_",
                "pipeline",
                "counts",
            )
            if getattr(self, name) is not None
        }
        for name in sorted(beside - BESIDE[kind]):
            raise fault_at(name.rstrip("_"), f"`{name.rstrip('_')}` does not go with `{kind}`")
        missing = [name.rstrip("_") for name in NEEDED.get(kind, ()) if name not in beside]
        if missing:
            raise ValueError(f"`{kind}` needs {listed(missing)}")
        if self.within is not None and kind == "where" and self.source is None:
            raise fault_at("within", "`within` goes with `source`; a feature has its window in its name")
        if self.within == 0:
            raise fault_at("within", "0d holds no day")
        return self
