"""What a tile must hold of each row so that features can be computed: values and conditions, as expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from leadlift.names import AS_OF
from leadlift.specs import FeatureDef, Source, column_types, sql

CLOCKED = ("events", "snapshots")
AGGREGATIONS = (
    "count", "sum", "mean", "min", "max", "std", "distinct", "last", "first", "days_since_last", "days_since_first",
    "value_ago", "change", "slope",
)  # fmt: skip
# these ask which of two rows of a day came first, and so need the time itself
ORDERED = ("last", "first", "value_ago", "change")
ValueKind = Literal["number", "text", "boolean", "time"]


@dataclass(frozen=True)
class Value:
    """One expression whose value a tile keeps for each row."""

    text: str
    tree: exp.Expr
    kind: ValueKind


@dataclass(frozen=True)
class Measures:
    """Values and conditions in a stable order, each once. timed: whether the time of each row is kept."""

    values: tuple[Value, ...]
    conditions: tuple[tuple[str, exp.Expr], ...]
    timed: bool

    @classmethod
    def of(cls, features: Iterable[FeatureDef], types: Mapping[str, str]) -> Measures:
        """All that these features need. types: of the source's columns."""
        values: dict[str, Value] = {}
        conditions: dict[str, exp.Expr] = {}
        timed = False
        for feature in features:
            timed = timed or feature.spec.agg in ORDERED
            if feature.of is not None:
                text = spelled(feature.of)
                values[text] = Value(text, feature.of, _kind(feature.of, types))
            if feature.where is not None:
                conditions[spelled(feature.where)] = feature.where
        return cls(
            tuple(values[text] for text in sorted(values)),
            tuple((text, conditions[text]) for text in sorted(conditions)),
            timed,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """All that a tile of these holds, as texts: tiles of equal words are alike."""
        texts = [f"of {value.kind} {value.text}" for value in self.values]
        return (*texts, *(f"where {text}" for text, _ in self.conditions), *(["at"] if self.timed else []))


@dataclass(frozen=True)
class Tiled:
    """A source whose rows can be arranged. prints: of its declaration and the lookups joined to it."""

    name: str
    source: Source
    sources: Mapping[str, Source]
    customer: str
    prints: str

    @property
    def types(self) -> Mapping[str, str]:
        """The columns that expressions may name."""
        return column_types(self.source, self.sources)


def spelled(tree: exp.Expr) -> str:
    """An expression as text: equal texts mean equal values."""
    return tree.sql(dialect="duckdb")


def tileable(feature: FeatureDef, source: Source, types: Mapping[str, str]) -> bool:
    """Whether a feature can be computed from rows arranged once, whatever the as-of date."""
    if source.kind not in CLOCKED or feature.spec.agg not in AGGREGATIONS:
        return False
    trees = [tree for tree in (feature.of, feature.where) if tree is not None]
    if any(column.name == AS_OF for tree in trees for column in tree.find_all(exp.Column)):
        return False
    return feature.of is None or sql.sql_type(feature.of, types) != "unknown"


def columns_of(features: Sequence[FeatureDef]) -> set[str]:
    """The source's columns that the features read."""
    return {column for feature in features for column in feature.uses}


def _kind(tree: exp.Expr, types: Mapping[str, str]) -> ValueKind:
    kind = sql.sql_type(tree, types)
    assert kind != "unknown", "tileable() lets no such expression through"
    return kind
