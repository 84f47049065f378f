"""leadlift features list | show: what is defined, where it comes from, who uses it. Opens no data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from leadlift.errors import UserError
from leadlift.evaluation import FeatureProfile
from leadlift.features.definition import feature_row
from leadlift.features.lineage import Origin, clock_rules, lineage, sources_of
from leadlift.features.twins import Twin, defined_alike
from leadlift.features.usage import Usage, usage
from leadlift.specs import FeatureDef, Workspace
from leadlift.specs.base import nearest
from leadlift.workflows.profiled import data_now, kept_profiles, stale


@dataclass(frozen=True)
class Wanted:
    """Which features to list: all by default. search: words that must all occur, in any order."""

    subject: str | None = None
    source: str | None = None
    search: str | None = None
    unused: bool = False
    duplicates: bool = False


@dataclass(frozen=True)
class Entry:
    """One feature and all that the specs and its last profile say of it."""

    feature: FeatureDef
    usage: Usage
    origin: Origin
    sources: tuple[str, ...]
    twins: tuple[Twin, ...]
    profile: FeatureProfile | None

    @property
    def used_by(self) -> tuple[str, ...]:
        """The pipelines, then the campaigns, then the formulas that name it."""
        return (*self.usage.of("pipeline"), *self.usage.of("campaign"), *self.usage.of("formula"))


class Catalogue:
    """The features of a workspace, looked up one by one or all together."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def entry(self, name: str) -> Entry:
        """All that is known of one feature. Raises UserError with the nearest name."""
        feature = self._ws.feature(name)
        origin = lineage(name, self._ws.features, self._ws.sources)
        sources = sources_of(origin, self._ws.features)
        return Entry(feature, self._usage[name], origin, sources, self._twins(name), self._profiles.get(name))

    def stale(self, name: str) -> str:
        """Why the feature's profile no longer speaks of today; nothing when it does, or when there is none."""
        profile = self._profiles.get(name)
        return stale(self._ws, name, profile, self._data) if profile is not None else ""

    def entries(self) -> list[Entry]:
        """All features, in the order of the catalogue."""
        return [self.entry(name) for name in self._ws.features]

    @cached_property
    def _usage(self) -> Mapping[str, Usage]:
        return usage(self._ws.features, self._ws.pipelines, self._ws.campaigns)

    @cached_property
    def _alike(self) -> Mapping[str, tuple[Twin, ...]]:
        return defined_alike(self._ws.features)

    @cached_property
    def _profiles(self) -> Mapping[str, FeatureProfile]:
        return kept_profiles(self._ws)

    @cached_property
    def _data(self) -> Mapping[str, str]:
        return data_now(self._ws)

    def _twins(self, name: str) -> tuple[Twin, ...]:
        """Twins by definition, then those whose values were alike in the profile."""
        by_definition = self._alike.get(name, ())
        known = {twin.name for twin in by_definition}
        profile = self._profiles.get(name)
        by_value = [
            Twin(other, f"the same order of customers, rank correlation {related:+.4f}")
            for other, related in (profile.twins if profile is not None else ())
            if other not in known
        ]
        return (*by_definition, *by_value)


def listing(ws: Workspace, wanted: Wanted = Wanted()) -> list[dict[str, Any]]:
    """One line for each feature wanted. Raises UserError for a subject or source that is not there."""
    _refuse_unknown("features of subject", wanted.subject, {one.subject for one in ws.features.values()})
    _refuse_unknown("source", wanted.source, ws.sources)
    return [_line(entry) for entry in Catalogue(ws).entries() if _is_wanted(entry, wanted)]


def show(ws: Workspace, name: str) -> dict[str, Any]:
    """All that is known of one feature: definition, sentences, lineage, clocks, who uses it, its last profile."""
    catalogue = Catalogue(ws)
    entry = catalogue.entry(name)
    feature = entry.feature
    return {
        **feature_row(feature),
        "window": feature.window,
        "description": feature.spec.description,
        "tags": list(feature.spec.tags),
        "said when above the usual": feature.spec.reason_up or "",
        "said when below the usual": feature.spec.reason_down or "",
        "kept out": feature.hidden or "",
        "clocks": [clock_rules(source, ws.sources[source]) for source in entry.sources],
        "made of": asdict(entry.origin),
        "used by": list(entry.used_by),
        "uses": [asdict(use) for use in entry.usage.uses],
        "unused": not entry.usage.used,
        "duplicates": [asdict(twin) for twin in entry.twins],
        "defined at": f"{feature.file}:{feature.line}",
        "profile": None
        if entry.profile is None
        else {**asdict(entry.profile), "stale": catalogue.stale(name)},
    }


def _line(entry: Entry) -> dict[str, Any]:
    return {
        **feature_row(entry.feature),
        "window": entry.feature.window,
        "kept out": entry.feature.hidden or "",
        "used by": list(entry.used_by),
        "unused": not entry.usage.used,
        "duplicates": {twin.name: twin.how for twin in entry.twins},
    }


def _is_wanted(entry: Entry, wanted: Wanted) -> bool:
    feature = entry.feature
    return (
        wanted.subject in (None, feature.subject)
        and (wanted.source is None or wanted.source in entry.sources)
        and (not wanted.unused or not entry.usage.used)
        and (not wanted.duplicates or bool(entry.twins))
        and (wanted.search is None or _holds(feature, wanted.search))
    )


def _holds(feature: FeatureDef, search: str) -> bool:
    row = feature_row(feature)
    text = " ".join([*map(str, row.values()), feature.spec.description, *feature.spec.tags]).lower()
    return all(word in text for word in search.lower().split())


def _refuse_unknown(what: str, name: str | None, known: Iterable[str]) -> None:
    if name is not None and name not in known:
        raise UserError(f"no {what} '{name}'.{nearest(name, known) or f' Known: {sorted(known)}'}")
