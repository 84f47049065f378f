"""The catalogue of features as one page: a searchable list, and a card for each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from leadlift.evaluation import DRIFT, SHIFT, FeatureProfile
from leadlift.reports.charts import (
    Band,
    Bars,
    area_mark,
    months_of_bands,
    months_of_bars,
    months_of_columns,
    short,
    spark,
)
from leadlift.reports.page import html_page, render

_BAND = (1, 2, 3, 4, 5)  # 5, 25, 50, 75 and 95 % among the profile's quantiles


@dataclass(frozen=True)
class LineageLine:
    """One line of the tree below a feature. kind: formula, feature or column. depth: 0 for the feature itself."""

    depth: int
    kind: str
    name: str
    text: str


@dataclass(frozen=True)
class UseLine:
    """One who uses the feature: a pipeline, campaign or formula, and what for."""

    kind: str
    who: str
    role: str


@dataclass(frozen=True)
class FeatureCard:
    """One feature for its readers. twins: (name, how that is known). stale: why the profile is out of date.

    kept_out: pii or protected; such a feature has no profile. profile: None when it was never looked at.
    """

    name: str
    label: str
    unit: str
    kind: str
    subject: str
    sources: Sequence[str]
    window: int | None
    definition: str
    description: str
    defined_at: str
    said: Sequence[str]
    kept_out: str
    clocks: Sequence[str]
    lineage: Sequence[LineageLine]
    uses: Sequence[UseLine]
    used: bool
    twins: Sequence[tuple[str, str]]
    profile: FeatureProfile | None
    stale: str

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reader may want to filter by, in one word each."""
        told = {
            "unused": not self.used,
            "duplicate": bool(self.twins),
            "drifting": self.profile is not None and self.profile.drifting,
            "flawed": self.profile is not None and bool(self.profile.flaw),
            "hidden": bool(self.kept_out),
            "stale": bool(self.stale),
            "used": self.used,
        }
        return tuple(mark for mark, holds in told.items() if holds)

    @property
    def user_count(self) -> int:
        """How many pipelines, campaigns and formulas name it."""
        return len({(use.kind, use.who) for use in self.uses})

    @property
    def search_text(self) -> str:
        """Everything that a search looks into, in small letters."""
        words = [
            self.name,
            self.label,
            self.unit,
            self.subject,
            *self.sources,
            self.definition,
            self.description,
        ]
        words += [use.who for use in self.uses] + [
            line.name for line in self.lineage if line.kind == "column"
        ]
        return " ".join(words).lower()

    @property
    def users(self) -> Mapping[str, Sequence[UseLine]]:
        """The uses by kind, in the order in which people ask for them."""
        kinds = {"Pipelines": "pipeline", "Campaigns": "campaign", "Formulas": "formula"}
        found = {title: [use for use in self.uses if use.kind == kind] for title, kind in kinds.items()}
        return {title: uses for title, uses in found.items() if uses}


def catalogue_page(workspace: str, made_on: date, cards: Sequence[FeatureCard]) -> str:
    """The whole catalogue as one self-contained page: no network, a little script for search and sorting.

    Without the script every card is there to read, opened by hand; printed, all that are listed are open.
    """
    body = render(
        "catalogue.html.j2",
        spark=spark,
        area_mark=area_mark,
        months_pictures=pictures,
        short=short,
        drift=DRIFT,
        shift=SHIFT,
        cards=cards,
        subjects=sorted({card.subject for card in cards}),
        sources=sorted({source for card in cards for source in card.sources}),
        counts=_counts(cards),
        profiled=any(card.profile is not None for card in cards),
    )
    return html_page(workspace, _subtitle(cards, made_on), Markup(body), kicker="Feature catalogue")


def pictures(profile: FeatureProfile) -> list[tuple[str, Markup]]:
    """The pictures of one feature, each with its title: distribution, spread, stability, missing values."""
    months, names = profile.months, [f"{month.as_of:%d %b %y}" for month in profile.months]
    bars = [Bars(name, month.shares, month.missing) for name, month in zip(names, months, strict=True)]
    ends = f"from {profile.bins[0]} to {profile.bins[-1]}" if profile.kind == "number" else "by category"
    told = f"Distribution {ends}, at {len(months)} dates from {names[0]} to {names[-1]}"
    drawn = [("Distribution", months_of_bars(bars, told))]
    if len(months) > 1:
        worst = max(month.psi for month in months)
        drawn.append(
            (
                "PSI against the first date",
                months_of_columns(
                    names, [m.psi for m in months], (DRIFT, SHIFT), f"PSI by month, {worst:.3f} at most"
                ),
            )
        )
        if all(month.quantiles for month in months):
            bands = [
                Band(name, tuple(month.quantiles[place] for place in _BAND))  # type: ignore[arg-type]  # five of them
                for name, month in zip(names, months, strict=True)
            ]
            drawn.append(
                ("Median, middle 50 % and 90 %", months_of_bands(bands, "Median and spread by month"))
            )
        if any(month.missing > 0 for month in months):
            shares = [month.missing for month in months]
            drawn.append(
                (
                    "Missing",
                    months_of_columns(names, shares, (), f"Missing by month, {max(shares):.1%} at most"),
                )
            )
    return drawn


def _counts(cards: Sequence[FeatureCard]) -> dict[str, int]:
    marks = ("used", "unused", "duplicate", "drifting", "flawed", "hidden", "stale")
    return {mark: sum(mark in card.marks for card in cards) for mark in marks}


def _subtitle(cards: Sequence[FeatureCard], made_on: date) -> str:
    told = f"{len(cards)} features, {made_on:%d %B %Y}"
    looked_at = [card.profile for card in cards if card.profile is not None]
    if not looked_at:
        return f"{told}. Not profiled yet: run `leadlift features profile` for pictures, drift and strength."
    newest = max(looked_at, key=lambda profile: profile.months[-1].as_of)
    first, last = newest.months[0], newest.months[-1]
    return (
        f"{told}. Values of {last.customers:,} sampled customers at {len(newest.months)} as-of dates from "
        f"{first.as_of:%d %B %Y} to {last.as_of:%d %B %Y}."
    )
