"""Segmentations that say nothing of anybody yet: what may be named, and what must not be used."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from leadlift.errors import Problem
from leadlift.specs import sql
from leadlift.specs._yaml import Document
from leadlift.specs.campaign_problems import conditions_of, shown_features
from leadlift.specs.campaigns import Campaign
from leadlift.specs.definitions import FeatureDef
from leadlift.specs.pipelines import Pipeline
from leadlift.specs.segment_catalogue import SegmentDef, feature_of
from leadlift.specs.segment_formulas import Formula, names_of


def waiting_features(segments: Mapping[str, SegmentDef]) -> dict[str, FeatureDef]:
    """The features of segmentations that say nothing of anybody yet: what may be named, but not used."""
    return {
        name: feature_of(one, Formula(name, exp.null()), Document(one.file, None, "", {}))
        for one in segments.values()
        if one.waits
        for name in names_of(one.spec)
    }


def waiting_problems(
    document: Document, spec: Pipeline | Campaign, segments: Mapping[str, SegmentDef]
) -> list[Problem]:
    """A fault for each segmentation that a pipeline or campaign uses and that says nothing of anybody yet."""
    texts = [text for _, text in conditions_of(spec)] if isinstance(spec, Campaign) else _conditions(spec)
    named = set(shown_features(spec)) if isinstance(spec, Campaign) else set(spec.features.include)
    named |= {name for text in texts for name in sql.named_in(text)}
    return [
        document.problem((), f"segmentation '{name}' {one.waits}")
        for name, one in segments.items()
        if one.waits and named & set(names_of(one.spec))
    ]


def _conditions(spec: Pipeline) -> list[str]:
    population = spec.population
    of_features = [population.eligible, population.where if population.as_of is not None else None]
    return [text for text in of_features if text is not None]
