"""What a feature is, in words: one line for people, a fingerprint for machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadlift.engines.files import digest
from leadlift.specs import FeatureDef


def feature_row(feature: FeatureDef) -> dict[str, Any]:
    """One line of the list of features."""
    return {
        "feature": feature.name,
        "type": "category" if feature.is_text else "number",
        "label": feature.label,
        "unit": feature.unit,
        "subject": feature.subject,
        "source": feature.source or "formula",
        "definition": definition(feature),
    }


def definition(feature: FeatureDef) -> str:
    """What the feature is, in one line: two features with the same line are the same number."""
    if feature.expr is not None:
        return f"{feature.name} = {feature.expr.sql(dialect='duckdb')}"
    parts = [f"{feature.spec.agg} of {feature.source}"]
    parts += [f"of {feature.of.sql(dialect='duckdb')}"] if feature.of is not None else []
    parts += [f"where {feature.where.sql(dialect='duckdb')}"] if feature.where is not None else []
    parts += [f"on {feature.spec.on}"] if feature.spec.on else []
    parts += [f"last {feature.window} days"] if feature.window else []
    parts += [f"{feature.spec.months} months"] if feature.spec.months else []
    return f"{feature.name} = {', '.join(parts)}"


def as_written(feature: FeatureDef) -> str:
    """The definition in the words of the stanza, without the feature's name."""
    spec = feature.spec
    if spec.expr is not None:
        return _one_line(spec.expr)
    parts = [f"{spec.agg} of {_one_line(spec.of)}" if spec.of else str(spec.agg), f"from {feature.source}"]
    parts += [f"where {_one_line(spec.where)}"] if spec.where else []
    text = " ".join(parts)
    more = [f"rows {spec.on}"] if spec.on else []
    more += [f"last {feature.window} days"] if feature.window else []
    more += [f"{spec.months} months back"] if spec.months else []
    return ", ".join([text, *more])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def definitions(features: Iterable[FeatureDef]) -> dict[str, str]:
    """name -> a short fingerprint of the definition, frozen with a model so that scoring finds a changed one."""
    return {feature.name: digest(definition(feature)) for feature in features}
