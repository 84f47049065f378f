"""What campaigns say a response is worth and a contact costs, and what each depth of a model's ranking would earn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadlift.evaluation.depth import GainsBand, profit
from leadlift.reports.report import MoneyLine
from leadlift.specs import Campaign, Pipeline
from leadlift.specs.campaigns import Channel, Offer, ValueModel

RESPONSE, ADDED, UNIT = "a response", "an added response", "a unit of the amount"


@dataclass(frozen=True)
class Terms:
    """One offer of a campaign on one channel. name: of a file. called: for people. value: of one `unit`."""

    name: str
    called: str
    value: float
    cost: float
    currency: str
    unit: str


def terms_of(spec: Pipeline, campaigns: Sequence[Campaign]) -> tuple[list[Terms], list[str]]:
    """What campaigns pay and ask for what the pipeline predicts; and, in words, whose worth another model tells."""
    priced, unpriced = [], []
    for campaign in campaigns:
        for name, channel in campaign.pairs:
            offer = campaign.offers[name]
            value = offer.value
            if spec.kind == "value":
                if isinstance(value, ValueModel) and value.pipeline == spec.pipeline:
                    priced.append(_terms(campaign, name, channel, value.times, UNIT))
            elif value is None or offer.pipeline != spec.pipeline:
                continue
            elif isinstance(value, ValueModel):
                unpriced.append(
                    f"{campaign.campaign}: {offer.label} is worth what {value.pipeline} predicts for each "
                    "customer, which lists reckon with; no one sum can be drawn here."
                )
            else:
                unit = ADDED if spec.kind == "uplift" else RESPONSE
                priced.append(_terms(campaign, name, channel, value, unit))
    return priced, list(dict.fromkeys(unpriced))


def money_lines(terms: Sequence[Terms], band: GainsBand, base: float) -> list[MoneyLine]:
    """What the best depth earns at each of the terms. base: as `profit` takes it."""
    from leadlift.reports.plots import profit_plot

    lines = []
    for one in terms:
        found = profit(band, base, one.value, one.cost)
        picture = profit_plot(found.shares, found.money, found.low, found.high, one.currency)
        lines.append(
            MoneyLine(
                one.name, one.called, one.value, one.cost, one.currency,
                found.best, found.earned, float(found.money[-1]), picture, one.unit,
            )
        )  # fmt: skip
    return lines


def _terms(campaign: Campaign, name: str, channel: str, value: float, unit: str) -> Terms:
    offer: Offer = campaign.offers[name]
    way: Channel = campaign.channels[channel]
    alone = len(campaign.pairs) == 1
    return Terms(
        name=campaign.campaign if alone else f"{campaign.campaign}_{name}_{channel}",
        called=campaign.campaign if alone else f"{campaign.campaign}, {offer.label}, {way.label or channel}",
        value=value * way.response,
        cost=way.cost,
        currency=campaign.money_unit,
        unit=unit,
    )
