"""Which features a pipeline uses, and what it needs to build for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from leadlift.specs import FeatureDef, Pipeline, Source, column_types, marked_columns
from leadlift.specs.features import Feature


@dataclass(frozen=True)
class Choice:
    """The features of a model, and those left out because they are pii or protected (name -> which)."""

    features: tuple[FeatureDef, ...]
    hidden: Mapping[str, str]


def chosen(catalogue: Mapping[str, FeatureDef], spec: Pipeline) -> Choice:
    """The features that `include` names and `exclude` does not; pii and protected ones never.

    Those of segmentations only where `include` names them in full: they are made of features that a pattern takes
    already, and a refreezing would change every model.

    Nor, of a flat table, the column that says who was treated.
    """
    aside = spec.treatment.column if spec.treatment is not None and spec.population.table else None
    wanted = [
        feature
        for name, feature in catalogue.items()
        if name != aside
        and (name in spec.features.include if feature.segment else _matches(name, spec.features.include))
        and not _matches(name, spec.features.exclude)
    ]
    hidden = {feature.name: feature.hidden for feature in wanted if feature.hidden is not None}
    return Choice(tuple(feature for feature in wanted if feature.hidden is None), hidden)


def needed(catalogue: Mapping[str, FeatureDef], names: Iterable[str]) -> list[FeatureDef]:
    """The named features and all that their formulas are made of, in the order of the catalogue."""
    wanted: set[str] = set()
    todo = [name for name in names if name in catalogue]
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += [
                use for use in catalogue[name].uses if catalogue[name].expr is not None and use in catalogue
            ]
    return [feature for name, feature in catalogue.items() if name in wanted]


def by_source(features: Iterable[FeatureDef]) -> tuple[dict[str, list[FeatureDef]], list[FeatureDef]]:
    """Features taken from each source, and the formulas in the order in which they can be computed."""
    parts: dict[str, list[FeatureDef]] = {}
    formulas = []
    for feature in features:
        if feature.source is None:
            formulas.append(feature)
        else:
            parts.setdefault(feature.source, []).append(feature)
    return parts, formulas


def flat_features(
    name: str, source: Source, sources: Mapping[str, Source], target: str | None
) -> dict[str, FeatureDef]:
    """A flat table's columns as features: all but the target, the customer's key and the clock."""
    aside = {target, source.customer_key, source.event_time, *source.keys}
    pii, protected = (marked_columns(source, sources, mark) for mark in ("pii", "protected"))
    made = {}
    for column, kind in column_types(source, sources).items():
        if column in aside or kind in ("date", "timestamp"):
            continue
        made[column] = FeatureDef(
            name=column,
            stanza=column,
            subject="attributes",
            source=name,
            spec=Feature(agg="value", of=column),
            of=None,
            where=None,
            expr=None,
            window=None,
            type="text" if kind == "string" else "number",
            hidden="protected" if column in protected else "pii" if column in pii else None,
            uses=(column,),
            label=_description(column, source, sources) or column.replace("_", " "),
            unit="",
            file="leadlift.yaml",
            line=0,
        )
    return made


def _description(column: str, source: Source, sources: Mapping[str, Source]) -> str:
    """What the file that declares it says of a column, the source's own or one of a lookup joined to it."""
    tables = [source, *(sources[join.source] for join in source.joins if column in join.columns)]
    return next((one.columns[column].description for one in tables if column in one.columns), "")


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
