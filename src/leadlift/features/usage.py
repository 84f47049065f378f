"""Who uses each feature: pipelines that choose it, campaigns that name it, formulas that are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from leadlift.features.choose import chosen, needed
from leadlift.specs import Campaign, FeatureDef, Pipeline, conditions_of, shown_features, sql

Kind = Literal["pipeline", "campaign", "formula"]


@dataclass(frozen=True)
class Use:
    """One who uses a feature, and what for: `model`, `eligible`, `consent`, `exclude`, `export`, `part of`."""

    kind: Kind
    who: str
    role: str


@dataclass(frozen=True)
class Usage:
    """Everyone who names a feature. used: a pipeline or campaign needs it, itself or as a part of a formula."""

    uses: tuple[Use, ...]
    used: bool

    def of(self, kind: Kind) -> tuple[str, ...]:
        """The names of one kind, each once, in order."""
        return tuple(dict.fromkeys(use.who for use in self.uses if use.kind == kind))


def usage(
    catalogue: Mapping[str, FeatureDef], pipelines: Mapping[str, Pipeline], campaigns: Mapping[str, Campaign]
) -> dict[str, Usage]:
    """Who uses each feature of the catalogue. Pipelines on flat tables have features of their own: left out."""
    own = {name: spec for name, spec in pipelines.items() if spec.population.table is None}
    told: dict[str, list[Use]] = {name: [] for name in catalogue}
    for name, use in (*_by_pipelines(catalogue, own), *_by_campaigns(catalogue, campaigns, own)):
        if use not in told[name]:
            told[name].append(use)
    used = {feature.name for feature in needed(catalogue, [name for name, uses in told.items() if uses])}
    for feature in catalogue.values():
        for part in feature.uses if feature.expr is not None else ():
            told[part].append(Use("formula", feature.name, "part of"))
    return {name: Usage(tuple(uses), name in used) for name, uses in told.items()}


def _by_pipelines(
    catalogue: Mapping[str, FeatureDef], pipelines: Mapping[str, Pipeline]
) -> Iterator[tuple[str, Use]]:
    for name, spec in pipelines.items():
        for feature in chosen(catalogue, spec).features:
            yield feature.name, Use("pipeline", name, "model")
        # a population of a source's rows is chosen by that source's columns, not by features
        where = spec.population.where if spec.population.source is None else None
        for condition in (where, spec.population.eligible):
            for feature_name in _named(condition, catalogue):
                yield feature_name, Use("pipeline", name, "eligible")


def _by_campaigns(
    catalogue: Mapping[str, FeatureDef], campaigns: Mapping[str, Campaign], pipelines: Mapping[str, Pipeline]
) -> Iterator[tuple[str, Use]]:
    for name, spec in campaigns.items():
        if not {offer.pipeline for offer in spec.offers.values()} <= set(pipelines):
            continue
        for role, condition in conditions_of(spec):
            for feature_name in _named(condition, catalogue):
                yield feature_name, Use("campaign", name, role)
        for column in shown_features(spec):
            if column in catalogue:
                yield column, Use("campaign", name, "export")


def _named(condition: str | None, catalogue: Mapping[str, FeatureDef]) -> list[str]:
    if condition is None:
        return []
    types = {name: "string" if feature.is_text else "number" for name, feature in catalogue.items()}
    return sorted(sql.names_in(sql.parse(condition, types, "the workspace")) & set(catalogue))
