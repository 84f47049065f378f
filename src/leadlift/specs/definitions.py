"""Definitions as they are understood: each feature named and typed, and the columns it may be made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from leadlift.specs.features import Feature
from leadlift.specs.sources import Source


@dataclass(frozen=True)
class FeatureDef:
    """One resulting feature: a stanza over one window.

    hidden: why it may not reach a model, reason or artifact ("pii" or "protected"), or None. type: number or
    text; yes and no are numbers 1 and 0. uses: the columns (agg) or features (expr) it is made of. segment: the
    segmentation that gives it; such a feature reaches a model only where its pipeline names it.
    """

    name: str
    stanza: str
    subject: str
    source: str | None
    spec: Feature
    of: exp.Expr | None
    where: exp.Expr | None
    expr: exp.Expr | None
    window: int | None
    type: str
    hidden: str | None
    uses: tuple[str, ...]
    label: str
    unit: str
    file: str
    line: int
    segment: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether the model sees it as a category."""
        return self.type == "text"


def column_types(source: Source, sources: Mapping[str, Source]) -> dict[str, str]:
    """The type of each column that expressions over this source may name, joined ones included."""
    types: dict[str, str] = {name: column.type for name, column in source.columns.items()}
    for join in source.joins:
        lookup = sources.get(join.source)
        for name in join.columns:
            if lookup is not None and name in lookup.columns:
                types[name] = lookup.columns[name].type
    return types


def marked_columns(source: Source, sources: Mapping[str, Source], mark: str) -> set[str]:
    """The columns marked `pii` or `protected`, joined ones included."""
    marked = {name for name, column in source.columns.items() if getattr(column, mark)}
    for join in source.joins:
        lookup = sources.get(join.source)
        if lookup is not None:
            marked |= {n for n in join.columns if n in lookup.columns and getattr(lookup.columns[n], mark)}
    return marked
