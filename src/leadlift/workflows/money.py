"""What campaigns say a response is worth and a contact costs, and what each depth of a model's ranking would earn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from leadlift.evaluation.depth import GainsBand, profit
from leadlift.reports.report import MoneyLine
from leadlift.specs import Campaign, Pipeline
from leadlift.specs.campaigns import ValueModel

RESPONSE, UNIT = "a response", "a unit of the amount"
ADDED, ADDED_UNIT = "an added response", "an added unit of the amount"
ALL_RESPOND = ", if everyone who is contacted responds"
"""A value model tells what a response is worth; how likely one is, another model tells."""


@dataclass(frozen=True)
class Price:
    """One offer of a campaign on one channel. name: of a file. called: for people. value: of one `unit`.

    response: the share of responses that this channel brings. cost: of one contact.
    """

    name: str
    called: str
    value: float
    response: float
    cost: float
    currency: str
    unit: str


def prices_of(spec: Pipeline, campaigns: Sequence[Campaign]) -> tuple[list[Price], list[str]]:
    """What campaigns pay and ask for what the pipeline predicts; and, in words, whose worth another model tells."""
    priced, unpriced = [], []
    for campaign in campaigns:
        for name, channel in campaign.pairs:
            offer = campaign.offers[name]
            value = offer.value
            if spec.kind == "value":
                if isinstance(value, ValueModel) and value.pipeline == spec.pipeline:
                    one = _price(campaign, name, channel, value.times, UNIT)
                    priced.append(replace(one, called=f"{one.called}{ALL_RESPOND}"))
            elif value is None or offer.pipeline != spec.pipeline:
                continue
            elif isinstance(value, ValueModel):
                unpriced.append(
                    f"{campaign.campaign}: {offer.label} is worth what {value.pipeline} predicts for each "
                    "customer, which lists reckon with; no one sum can be drawn here."
                )
            else:
                added = ADDED_UNIT if spec.target.amount else ADDED
                unit = added if spec.kind == "uplift" else RESPONSE
                priced.append(_price(campaign, name, channel, value, unit))
    return priced, list(dict.fromkeys(unpriced))


def money_lines(
    prices: Sequence[Price], found_by_depth: Callable[[], GainsBand], base: float
) -> list[MoneyLine]:
    """What the best depth earns at each of the prices. found_by_depth, base: as `profit` takes them."""
    if not prices:
        return []
    from leadlift.reports.plots import profit_plot

    lines, band = [], found_by_depth()
    for one in prices:
        found = profit(band, base, one.value * one.response, one.cost)
        picture = profit_plot(found.shares, found.money, found.low, found.high, one.currency)
        lines.append(
            MoneyLine(
                one.name, one.called, one.value, one.cost, one.currency,
                found.best, found.earned, float(found.money[-1]), picture, one.unit, one.response,
            )
        )  # fmt: skip
    return lines


def _price(campaign: Campaign, name: str, channel: str, value: float, unit: str) -> Price:
    offer, way = campaign.offers[name], campaign.channels[channel]
    alone = len(campaign.pairs) == 1
    return Price(
        name=campaign.campaign if alone else f"{campaign.campaign}_{name}_{channel}",
        called=campaign.campaign if alone else f"{campaign.campaign}, {offer.label}, {way.label or channel}",
        value=value,
        response=way.response,
        cost=way.cost,
        currency=campaign.money_unit,
        unit=unit,
    )
