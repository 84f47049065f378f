"""The card of an uplift model: what the contact adds, to whom, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from markupsafe import Markup

from leadlift.reports.card import AuditLine, FeatureLine
from leadlift.reports.numbers import Interval
from leadlift.reports.page import html_page, render
from leadlift.reports.report import RankedReport

MEANING = {
    "qini": "area between the Qini curve and a random order's; 0 is chance",
    "auuc": "area under the uplift curve; a random order gives half the average effect",
    "auuc_over_random": "the same, above a random order",
    "average_effect": "outcome of the treated less that of the controls",
}


class EffectRow(Protocol):
    """One tenth of the customers by predicted effect."""

    @property
    def decile(self) -> int:
        """1 is promised the most."""
        ...

    @property
    def treated(self) -> float:
        """Treated customers."""
        ...

    @property
    def control(self) -> float:
        """Controls."""
        ...

    @property
    def treated_mean(self) -> float:
        """Mean outcome of the treated."""
        ...

    @property
    def control_mean(self) -> float:
        """Mean outcome of the controls."""
        ...

    @property
    def effect(self) -> float:
        """Their difference."""
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
    def predicted(self) -> float:
        """The mean effect promised."""
        ...


class ArmRow(Protocol):
    """One arm beside the controls."""

    @property
    def arm(self) -> str:
        """Its value."""
        ...

    @property
    def cases(self) -> int:
        """How many."""
        ...

    @property
    def mean(self) -> float:
        """Of the outcome."""
        ...

    @property
    def effect(self) -> float:
        """Mean less that of the controls."""
        ...

    @property
    def low(self) -> float:
        """The lower end of its interval."""
        ...

    @property
    def high(self) -> float:
        """The upper end of its interval."""
        ...


@dataclass(frozen=True)
class UpliftCard:
    """An uplift model for its readers, every number finished.

    share: effects are differences of chances and told in points, else amounts. parts: name, cases, treated,
    cases with an outcome, as-of dates. arms: each by itself, where there are several. slope: of the line from predicted
    to found effect, with its interval. suspects: what the audit says to look at first. origin: data and software.
    """

    title: str
    pipeline: str
    purpose: str
    verdict: str
    made_on: str
    share: bool
    population: str
    target: str
    judged_how: str
    drawn: str
    chosen: Sequence[str]
    because: str
    metrics: Mapping[str, Interval]
    response: Mapping[str, Interval]
    gain: Mapping[str, Interval]
    of_best: float
    slope: tuple[float, float, float]
    deciles: Sequence[EffectRow]
    features: Sequence[FeatureLine]
    bands: Mapping[str, str]
    parts: Sequence[tuple[str, int, int, int, str]]
    arms: Sequence[ArmRow]
    suspects: Sequence[str]
    audit: Sequence[AuditLine]
    limits: Sequence[str]
    dates: Mapping[str, str]
    origin: Mapping[str, str]
    report: RankedReport
    plots: Mapping[str, bytes]


def uplift_markdown(card: UpliftCard) -> str:
    """The card as Markdown, without pictures."""
    return render("uplift_card.md.j2", **_told(card))


def uplift_html(card: UpliftCard) -> str:
    """The card as one self-contained page."""
    subtitle = f"{card.pipeline} · uplift · made {card.made_on}"
    body = Markup(render("uplift_card.html.j2", **_told(card)))
    return html_page(card.title, subtitle, body, kicker="Model card")


def _told(card: UpliftCard) -> dict[str, Any]:
    lines = [
        {
            "name": name,
            "meaning": MEANING.get(name, "effect among so many per cent with the highest prediction"),
            "model": _number(one.value, card.share),
            "spread": f"{_number(one.low, card.share)} to {_number(one.high, card.share)}",
            "response": _number(card.response[name].value, card.share),
            "gain": _number(card.gain[name].value, card.share) if name in card.gain else "",
            "gain_spread": (
                f"{_number(card.gain[name].low, card.share)} to {_number(card.gain[name].high, card.share)}"
                if name in card.gain
                else ""
            ),
        }
        for name, one in card.metrics.items()
    ]
    unit = "points of a chance" if card.share else "units of the amount"

    def number(value: float) -> str:
        return _number(value, card.share)

    return {"card": card, "lines": lines, "unit": unit, "number": number, "said": number, "found": "Effect"}


def _number(value: float, share: bool) -> str:
    return f"{100 * value:+.2f}" if share else f"{value:+,.4g}"
