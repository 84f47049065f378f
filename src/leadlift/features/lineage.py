"""Where a feature comes from: formulas, the features they are made of, and the columns of the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from leadlift.features.definition import as_written
from leadlift.specs import FeatureDef, Source, column_types, marked_columns

Kind = Literal["formula", "feature", "column"]


@dataclass(frozen=True)
class Origin:
    """A feature or a column, and what it is made of.

    text: a feature's definition; of a column its type, how a joined one is reached, and its mark. parts: none for
    a column.
    """

    kind: Kind
    name: str
    text: str
    parts: tuple[Origin, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, Origin]]:
        """Itself and all below it, each with its depth, as a tree is written."""
        yield depth, self
        for part in self.parts:
            yield from part.lines(depth + 1)


def lineage(name: str, catalogue: Mapping[str, FeatureDef], sources: Mapping[str, Source]) -> Origin:
    """The tree below a feature, down to the columns of the sources."""
    feature = catalogue[name]
    text = as_written(feature)
    if feature.expr is not None:
        parts = tuple(lineage(use, catalogue, sources) for use in feature.uses)
        return Origin("formula", name, text, parts)
    source = str(feature.source)
    columns = tuple(column(source, use, sources) for use in feature.uses)
    if not columns:  # a count of rows, or days since: made of the clock alone
        clock = sources[source].clock
        columns = (column(source, clock, sources),) if clock else ()
    return Origin("feature", name, text, columns)


def column(source: str, name: str, sources: Mapping[str, Source]) -> Origin:
    """One column of a source, said to be joined where it comes from a lookup."""
    spec = sources[source]
    marks = [mark for mark in ("pii", "protected") if name in marked_columns(spec, sources, mark)]
    told = [column_types(spec, sources).get(name, ""), *marks]
    for join in spec.joins:
        if name in join.columns:
            told.append(f"joined from {join.source} by {join.on} = {join.source}.{join.to or join.on}")
    return Origin("column", f"{source}.{name}", ", ".join(filter(None, told)))


def sources_of(origin: Origin, catalogue: Mapping[str, FeatureDef]) -> tuple[str, ...]:
    """The sources that a feature reads, each once; lookups are not named."""
    found = [catalogue[one.name].source for _, one in origin.lines() if one.kind == "feature"]
    return tuple(dict.fromkeys(source for source in found if source is not None))


def clock_rules(name: str, source: Source) -> str:
    """Which rows of a source count at an as-of date, in one sentence."""
    happened = source.clock or source.since
    if happened is None and source.available_at is None:
        return f"{name}: no clock; read as it is today at every as-of date"
    rules = [f"{happened} is before the as-of day"] if happened else []
    if source.available_at:
        rules.append(f"{source.available_at} is not after it")
    elif source.available_after:
        days = source.available_after
        rules.append(f"the bank knew by then, {days} day{'s' * (days != 1)} after {happened}")
    told = f"{name}: a row counts when {' and '.join(rules)}"
    if source.keys:
        told += f"; of several versions of a row (key {', '.join(source.keys)}) the last one known counts"
    if source.valid_to:
        told += f"; {source.valid_to} reads empty until it has happened and was known"
    if source.kind == "attributes" and not source.has_history:
        told += "; the table keeps no history: its other columns are read as they are today"
    return told
