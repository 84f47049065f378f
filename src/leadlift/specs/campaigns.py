"""Campaigns: the planned action that turns scores into a lead list: offers, channels, policy, capacity, experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from leadlift.specs.base import Days, Name, Share, Spec, SqlText, fault_at, listed
from leadlift.specs.exports import Export
from leadlift.specs.policy import Exclusion, Rule

RankBy = Literal["probability", "expected_value", "uplift_value"]
# Letters of a reason: a sentence of Chinese may do with few.
SHORTEST = 4
WHY_NOT_ASKED = "Instead of `consent`: why nobody is asked for it. Told in every list and its manifest."


class NamedOffer(Spec):
    """What the customer is offered, in a campaign of one offer."""

    name: Name
    label: str


class ValueModel(Spec):
    """What a response is worth, by a pipeline of kind value."""

    pipeline: Name
    times: float = Field(
        1.0, gt=0, description="Money for each unit of the amount, such as a margin of 0.012."
    )


class Offer(Spec):
    """One offer: the model behind it, who may get it, and what a response is worth."""

    label: str
    pipeline: Name
    eligible: SqlText | None = Field(
        None, description="Over features: who may get this offer. Unknown counts as no."
    )
    held: SqlText | None = Field(
        None, description="Over features: who has the product already. Unknown removes nobody."
    )
    value: float | ValueModel | None = Field(
        None, description="Of one response, before the cost of contacting: a number, or a value model."
    )
    channels: tuple[Name, ...] | None = Field(
        None, min_length=1, description="Those of the campaign by default."
    )
    capacity: int | None = Field(None, ge=0, description="At most so many contacts about it.")
    amount: str | None = Field(
        None, description="The column of the target's source that says how much was bought, for `measure`."
    )
    script: str = Field("", description="What a seller says first.")


class Channel(Spec):
    """One way to contact a customer, what it costs, and who agreed to it."""

    label: str = ""
    cost: float = Field(0.0, ge=0, description="Of one contact.")
    consent: SqlText | None = Field(None, description="Over features: who agreed. Unknown counts as no.")
    without_consent: str | None = Field(None, min_length=SHORTEST, description=WHY_NOT_ASKED)
    capacity: int | None = Field(None, ge=0, description="At most so many contacts by it.")
    prefer: SqlText | None = Field(
        None, description="Over features: who is reached by it for choice, where worth is equal."
    )
    response: float = Field(
        1.0, gt=0, le=1, description="The share of an offer's chance that holds on this channel."
    )

    @model_validator(mode="after")
    def _consent_is_a_choice(self) -> Self:
        _consent_or_reason(self.consent, self.without_consent)
        return self


class ByFeature(Spec):
    """At most so many contacts for each value of a feature, such as a branch."""

    feature: Name
    most: int = Field(ge=0)


class Capacity(Spec):
    """How many contacts the list may hold."""

    all: int | None = Field(None, ge=1)
    by: ByFeature | None = None


class Sellers(Spec):
    """Who works the list: leads are dealt out so that each gets as many, and as good ones."""

    names: tuple[str, ...] = Field((), description="The sellers, for the whole list.")
    by: Name | None = Field(
        None, description="A feature, such as a branch: each of its values has sellers of its own."
    )
    each: int = Field(1, ge=1, description="With `by`: how many sellers each has.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.names) == (self.by is not None):
            raise ValueError("give either `names` or `by` with `each`")
        return self


class Control(Spec):
    """Customers of the list who are not contacted, drawn at random: what they do shows what contacting brings."""

    share: Share


class Explore(Spec):
    """Contacts drawn at random, whatever their score, so that the next model sees more than this one's choice."""

    share: Share


class Money(Spec):
    """What a response brings and a contact costs: the report's profit curve is drawn from these."""

    response_value: float = Field(
        gt=0, description="Of one response, in `currency`, before the cost of contacting."
    )
    contact_cost: float = Field(ge=0, description="Of contacting one customer.")
    currency: str = ""


SHORT = ("pipeline", "offer", "channel")
LONG = ("offers", "channels")


class Campaign(Spec):
    """One lead list: which offers by which models, on which channels, to whom and how many.

    Written long, with `offers` and `channels`, or short, with `pipeline`, `offer` and `channel`: one offer on one
    channel. `offers` and `channels` of the object are the same either way.
    """

    campaign: Name
    description: str = ""
    pipeline: Name | None = None
    offer: NamedOffer | None = None
    channel: Name | None = None
    consent: SqlText | None = Field(
        None, description="Over features: who agreed to be contacted. Unknown counts as no."
    )
    without_consent: str | None = Field(None, min_length=SHORTEST, description=WHY_NOT_ASKED)
    given_offers: dict[Name, Offer] | None = Field(None, alias="offers", min_length=1)
    given_channels: dict[Name, Channel] | None = Field(None, alias="channels", min_length=1)
    eligible: SqlText | None = Field(
        None, description="Over features: who may be on the list at all. Unknown counts as no."
    )
    exclude: tuple[Exclusion, ...] = ()
    policy: tuple[Rule, ...] = ()
    size: int | None = Field(None, ge=1, description="At most so many leads; the same as capacity.all.")
    capacity: Capacity = Capacity()
    sellers: Sellers | None = None
    rank_by: RankBy | None = Field(
        None, description="expected_value where every offer has a value, else probability."
    )
    min_probability: float = Field(0.0, ge=0)
    min_expected_value: float | None = Field(
        None, description="Of a contact, after its cost; 0, to break even, when ranked by money."
    )
    control: Control | None = None
    explore: Explore | None = None
    valid_for: Days = 30
    money: Money | None = None
    currency: str = ""
    export: Export = Export()

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        short = [name for name in SHORT if getattr(self, name) is not None]
        long = [name for name in LONG if getattr(self, f"given_{name}") is not None]
        if short and long:
            raise fault_at(
                long[0], f"a campaign has {listed(LONG)}, or for one offer {listed(SHORT)}, not both"
            )
        wanted = LONG if long else SHORT
        missing = [name for name in wanted if name not in (*short, *long)]
        if missing:
            raise ValueError(f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} required")
        if long and (self.consent or self.without_consent or self.money):
            raise ValueError(
                "with `channels`, each channel has its own `consent` and `cost`, each offer its `value`"
            )
        if not long:
            _consent_or_reason(self.consent, self.without_consent)
            if self.most is None:
                raise fault_at("size", "'size' is required")
        if self.size is not None and self.capacity.all is not None:
            raise fault_at("size", "`size` and `capacity.all` are the same: give one")
        return self

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        for offer in self.offers.values():
            strange = [name for name in offer.channels or () if name not in self.channels]
            if strange:
                raise fault_at("offers", f"channel '{strange[0]}' is not one of {listed(self.channels)}")
        rules = [rule.rule for rule in self.exclude] + [rule.rule for rule in self.policy]
        twice = next((name for place, name in enumerate(rules) if name in rules[:place]), None)
        if twice is not None:
            raise ValueError(f"the rule '{twice}' is given twice: the waterfall tells each by its name")
        if self.ranked_by != "probability" and any(offer.value is None for offer in self.offers.values()):
            raise fault_at("rank_by", f"{self.ranked_by} needs a `value` for every offer")
        return self

    @property
    def offers(self) -> Mapping[str, Offer]:
        """Every offer by name."""
        if self.given_offers is not None:
            return self.given_offers
        if self.offer is None or self.pipeline is None:
            return {}
        value = self.money.response_value if self.money else None
        return {self.offer.name: Offer(label=self.offer.label, pipeline=self.pipeline, value=value)}

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Every channel by name."""
        if self.given_channels is not None:
            return self.given_channels
        if self.channel is None:
            return {}
        cost = self.money.contact_cost if self.money else 0.0
        told = {"consent": self.consent, "without_consent": self.without_consent}
        return {self.channel: Channel(cost=cost, **told)}

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (offer, channel) that a customer may get."""
        return tuple(
            (name, channel)
            for name, offer in self.offers.items()
            for channel in offer.channels or tuple(self.channels)
        )

    @property
    def most(self) -> int | None:
        """At most so many contacts in all."""
        return self.size if self.size is not None else self.capacity.all

    @property
    def ranked_by(self) -> RankBy:
        """What customers are ranked by. The short form ranks by probability, as it always did."""
        if self.rank_by is not None:
            return self.rank_by
        priced = all(offer.value is not None for offer in self.offers.values())
        return "expected_value" if priced and self.given_offers is not None else "probability"

    @property
    def least_value(self) -> float | None:
        """The least expected value of a contact; None where none is asked for."""
        if self.min_expected_value is not None or self.ranked_by == "probability":
            return self.min_expected_value
        return 0.0

    @property
    def money_unit(self) -> str:
        """The currency of all amounts."""
        return self.currency or (self.money.currency if self.money else "")


def _consent_or_reason(consent: str | None, reason: str | None) -> None:
    if (consent is None) == (reason is None):
        raise ValueError(
            "give `consent`, the condition for who agreed to be contacted, or `without_consent`, why none is asked"
        )
