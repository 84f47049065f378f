"""Features that are the same number twice, by their definitions alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leadlift.features.canonical import Signed, canonical
from leadlift.specs import FeatureDef

# agg(-x) is -agg(x); `last` and `first` are not here: of rows at one time they take the largest value
_ODD = ("sum", "mean", "slope", "value")
_EVEN = ("std", "distinct")
_TURNED = {"min": "max", "max": "min"}


@dataclass(frozen=True)
class Twin:
    """Another feature that says the same, and how that is known."""

    name: str
    how: str


def defined_alike(catalogue: Mapping[str, FeatureDef]) -> dict[str, tuple[Twin, ...]]:
    """name -> the features whose definition comes to the same; features without a twin are left out.

    The same source, aggregation, window, and `of` and `where` that are the same however they are written; or a
    formula that comes to the same. A twin of the opposite sign ranks customers the same, turned about.
    """
    known: dict[str, Signed] = {}
    groups: dict[str, list[str]] = {}
    for name, feature in catalogue.items():
        known[name] = meaning(feature, known)
        groups.setdefault(known[name][1], []).append(name)
    return {
        name: tuple(_twins(name, members, known))
        for members in groups.values()
        if len(members) > 1
        for name in members
    }


def meaning(feature: FeatureDef, known: Mapping[str, Signed]) -> Signed:
    """What the feature comes to, its sign apart: the same text for features that are the same number.

    known: the meaning of the features that a formula is made of.
    """
    if feature.expr is not None:
        return canonical(feature.expr, known)
    agg = str(feature.spec.agg)
    sign, of = canonical(feature.of)
    if agg == "count":  # each row counts one
        agg, of = "sum", "1"
    if sign < 0 and agg in _TURNED:
        agg = _TURNED[agg]
    elif agg in _EVEN:
        sign = 1
    elif agg not in (*_ODD, *_TURNED) and sign < 0:
        sign, of = 1, f"-{of}"
    where = canonical(feature.where)[1]
    on = feature.spec.on if feature.spec.on != "held" else None
    parts = (agg, feature.source, of, where, on or "", feature.window or "", feature.spec.months or "")
    return sign, "|".join(str(part) for part in parts)


def _twins(name: str, members: Iterable[str], known: Mapping[str, Signed]) -> Iterable[Twin]:
    for other in members:
        if other != name:
            same = known[other][0] == known[name][0]
            yield Twin(other, "the same definition" if same else "the same definition, its sign turned")
