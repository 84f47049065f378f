"""The card of a value model: how much customers bring, in which order, and whether totals are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from markupsafe import Markup

from leadlift.names import amount_said
from leadlift.reports.card import AuditLine, FeatureLine
from leadlift.reports.numbers import Interval
from leadlift.reports.page import html_page, render
from leadlift.reports.report import RankedReport

MEANING = {
    "gini": "how well money is ranked: 1 is the order of the amounts themselves, 0 is chance",
    "value_lift_at_10": "mean amount of the best tenth over that of all",
    "total_ratio": "predicted over actual money",
    "decile_error": "mean distance of predicted and actual deciles, over the mean amount",
}


class ValueRow(Protocol):
    """One tenth of the customers by predicted amount."""

    @property
    def decile(self) -> int:
        """1 is promised the most."""
        ...

    @property
    def customers(self) -> float:
        """How many."""
        ...

    @property
    def buyers(self) -> float:
        """With an amount above 0."""
        ...

    @property
    def predicted(self) -> float:
        """The mean amount promised."""
        ...

    @property
    def actual(self) -> float:
        """The mean amount brought."""
        ...

    @property
    def low(self) -> float:
        """The lower end of its interval."""
        ...

    @property
    def high(self) -> float:
        """The upper end of its interval."""
        ...

    @property
    def captured(self) -> float:
        """Share of all money down to here."""
        ...


class TriedWay(Protocol):
    """One way of learning the amount, as it was tried."""

    @property
    def way(self) -> str:
        """Its name."""
        ...

    @property
    def power(self) -> float:
        """Of Tweedie's variance."""
        ...

    @property
    def leaves(self) -> int:
        """Of a tree."""
        ...

    @property
    def deviance(self) -> float:
        """Mean, on cases it had not seen."""
        ...

    @property
    def error(self) -> float:
        """Of that mean."""
        ...


@dataclass(frozen=True)
class ValueCard:
    """A value model for its readers, every number finished.

    totals: predicted and actual money of the test. parts: name, cases, cases with an amount, money, as-of dates.
    suspects: what the audit says to look at first. origin: data and software.
    """

    title: str
    pipeline: str
    purpose: str
    verdict: str
    made_on: str
    population: str
    target: str
    judged_how: str
    chosen: str
    because: str
    tried: Sequence[TriedWay]
    metrics: Mapping[str, Interval]
    baseline: Mapping[str, Interval]
    gain: Mapping[str, Interval]
    over_chance: Mapping[str, Interval]
    totals: tuple[float, float]
    deciles: Sequence[ValueRow]
    features: Sequence[FeatureLine]
    bands: Mapping[str, str]
    parts: Sequence[tuple[str, int, int, float, str]]
    suspects: Sequence[str]
    audit: Sequence[AuditLine]
    limits: Sequence[str]
    dates: Mapping[str, str]
    origin: Mapping[str, str]
    report: RankedReport
    plots: Mapping[str, bytes]


def value_markdown(card: ValueCard) -> str:
    """The card as Markdown, without pictures."""
    return render("value_card.md.j2", **_told(card))


def value_html(card: ValueCard) -> str:
    """The card as one self-contained page."""
    subtitle = f"{card.pipeline} · value · made {card.made_on}"
    body = Markup(render("value_card.html.j2", **_told(card)))
    return html_page(card.title, subtitle, body, kicker="Model card")


def _told(card: ValueCard) -> dict[str, Any]:
    lines = [
        {
            "name": name,
            "meaning": MEANING.get(
                name, "share of all money among so many per cent of customers, the best first"
            ),
            "model": f"{one.value:.3f}",
            "spread": f"{one.low:.3f} to {one.high:.3f}",
            "baseline": f"{card.baseline[name].value:.3f}",
            "gain": _gain(card.gain.get(name)),
            "over_chance": _gain(card.over_chance.get(name)),
        }
        for name, one in card.metrics.items()
    ]
    return {"card": card, "lines": lines, "money": amount_said, "said": amount_said, "found": "Mean amount"}


def _gain(one: Interval | None) -> str:
    return "" if one is None else f"{one.value:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
