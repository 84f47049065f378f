"""How features are spoken of in reasons."""

from __future__ import annotations

from collections.abc import Mapping

from leadlift.explain import Phrase
from leadlift.specs import FeatureDef


def phrases(features: Mapping[str, FeatureDef]) -> dict[str, Phrase]:
    """How each feature is spoken of. One stanza over several windows is one family: it is told once."""
    return {name: phrase(feature) for name, feature in features.items()}


def phrase(feature: FeatureDef) -> Phrase:
    """How one feature is spoken of."""
    spec = feature.spec
    return Phrase(
        feature=feature.name,
        family=feature.stanza,
        label=feature.label,
        unit=feature.unit,
        up=_filled(spec.reason_up, feature),
        down=_filled(spec.reason_down, feature),
        hidden=feature.hidden is not None,
    )


def _filled(sentence: str | None, feature: FeatureDef) -> str | None:
    return None if sentence is None else sentence.replace("{window}", str(feature.window))
