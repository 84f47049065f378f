"""Early warning as people read it: who was warned of, by which signs, and how usual each sign is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from leadlift.evaluation import Estimate
from leadlift.reports.page import html_page, render

ROOM = "leadlift.warning"
SIGNS = ("chance", "indicator", "unusual")
"""What a customer may be told of for."""
SHOWN = 50
WARNED = {
    "customer_id": "The customer; text, so that leading zeros stay.",
    "as_of": "Only what was known at the start of this day is used.",
    "probability": "Calibrated chance of falling behind within the outcome window.",
    "band": "A (highest chance) to E: fixed intervals of the chance, frozen with the model version.",
    "signs": "How many of three signs the customer shows: chance, indicator, unusual.",
    "indicators": "The indicators broken, by name.",
    "unusual": "The features far from the customer's own usual, the farthest first.",
    "farthest": "The largest distance among them, in robust standard deviations.",
    "odd_score": "Isolation forest over all features together: 0 to 1, higher is odder. Empty: not judged.",
    "says": "Every flag with its reason.",
    "reason_1": "What raised, or for a small chance lowered, the model's chance most.",
    "reason_2": "The second reason of the model.",
    "reason_3": "The third reason of the model.",
    "model_version": "The model that gave the chance.",
}
"""Column of the list -> what it says."""


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator over everyone scored. known: whose value is known. limits: in words."""

    indicator: str
    feature: str
    limits: str
    because: str
    known: int
    level: int
    moved: int
    broken: int


@dataclass(frozen=True)
class UnusualLine:
    """One feature against customers' own past.

    mark: beyond it a deviation is unusual. before: the share that was as far from its usual a month earlier.
    """

    feature: str
    label: str
    mark: float
    judged: int
    unusual: int
    share: float
    before: float | None


@dataclass(frozen=True)
class Matured:
    """What became of an earlier list: of those with each sign, how many fell behind."""

    as_of: date
    rows: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Warned:
    """Everything told of a day. by_sign: sign -> how many customers show it, of `customers` scored."""

    pipeline: str
    as_of: date
    model: str
    customers: int
    warned: int
    above: float
    by_sign: Mapping[str, int]
    indicators: Sequence[IndicatorLine]
    unusual: Sequence[UnusualLine]
    odd: Mapping[str, float]
    notes: Sequence[str]
    became: Sequence[Matured]
    folder: Path
    page: Path
    files: Sequence[str]
    first: Sequence[Mapping[str, object]] = ()


def warned_html(found: Warned, workspace: str, description: str) -> str:
    """One self-contained page. Nothing of it but ids and features that may be told."""
    body = render("warned.html.j2", ROOM, found=found, description=description, shown=SHOWN)
    title = found.pipeline.replace("_", " ")
    subtitle = f"{workspace}, as of {found.as_of}, by {found.model}"
    return html_page(title, subtitle, Markup(body), kicker="Early warning")


def rate_said(rate: Estimate) -> str:
    """A share with its interval: never one without the other."""
    return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"
