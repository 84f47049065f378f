"""leadlift features catalogue: every feature on one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadlift.engines.files import write_text
from leadlift.features.definition import as_written
from leadlift.features.lineage import clock_rules
from leadlift.reports.catalogue import FeatureCard, LineageLine, UseLine, catalogue_page
from leadlift.specs import FeatureDef, Workspace
from leadlift.workflows.catalogue import Catalogue, Entry

PAGE = "reports/features.html"


@dataclass(frozen=True)
class Written:
    """The page, and how many features it holds: in all, with a profile, unused, with a twin, drifting, out of date."""

    path: Path
    features: int
    profiled: int
    unused: int
    duplicates: int
    drifting: int
    stale: int


def write_catalogue(ws: Workspace) -> Written:
    """Write the catalogue of all features with their last profiles. Opens no data."""
    catalogue = Catalogue(ws)
    cards = [_card(ws, entry, catalogue.stale(entry.feature.name)) for entry in catalogue.entries()]
    path = write_text(ws.root / PAGE, catalogue_page(ws.file.name, date.today(), cards))
    marked = {mark: sum(mark in card.marks for card in cards) for mark in ("unused", "duplicate", "drifting")}
    return Written(
        path,
        len(cards),
        sum(card.profile is not None for card in cards),
        marked["unused"],
        marked["duplicate"],
        marked["drifting"],
        sum(bool(card.stale) for card in cards),
    )


def _card(ws: Workspace, entry: Entry, stale: str) -> FeatureCard:
    feature = entry.feature
    return FeatureCard(
        name=feature.name,
        label=feature.label,
        unit=feature.unit,
        kind="category" if feature.is_text else "number",
        subject=feature.subject,
        sources=entry.sources,
        window=feature.window,
        definition=as_written(feature),
        description=feature.spec.description,
        defined_at=f"{feature.file}:{feature.line}",
        said=tuple(_said(feature)),
        kept_out=feature.hidden or "",
        clocks=tuple(clock_rules(source, ws.sources[source]) for source in entry.sources),
        lineage=tuple(
            LineageLine(depth, one.kind, one.name, one.text) for depth, one in entry.origin.lines()
        ),
        uses=tuple(UseLine(use.kind, use.who, use.role) for use in entry.usage.uses),
        used=entry.usage.used,
        twins=tuple((twin.name, twin.how) for twin in entry.twins),
        profile=entry.profile,
        stale=stale,
    )


def _said(feature: FeatureDef) -> Iterator[str]:
    for sentence in (feature.spec.reason_up, feature.spec.reason_down):
        if sentence:
            yield sentence
