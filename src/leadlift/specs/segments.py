"""Segment files: one way of putting customers into groups each, over features."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from leadlift.specs.base import Name, Spec, SqlText, fault_at, listed, nearest

Kind = Literal["rules", "tiers", "rfm", "lifecycle", "clusters"]
Stage = Literal["potential", "new", "active", "growing", "mature", "declining", "dormant", "lost"]
STAGES: tuple[str, ...] = get_args(Stage)


def _threshold(value: Any) -> float | str:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)%", value)):
        if not 0 < float(match[1]) < 100:
            raise ValueError(f"{value!r} is no share of the customers: it must be above 0% and below 100%")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(
            f"{value!r} is no threshold. Write a value, 50000, or a share of the customers, '80%'"
        )
    return float(value)


Threshold = Annotated[
    float | str,
    BeforeValidator(_threshold),
    WithJsonSchema({"type": ["number", "string"], "examples": [50000, "80%"]}),
]


class Group(Spec):
    """One group: who is in it, and what the bank means to do with it."""

    when: SqlText | None = Field(
        None,
        description="Rules, life cycle and rfm: the condition, over features; of rfm over r, f, m and score.",
    )
    from_: Threshold | None = Field(
        None, alias="from", description="Tiers: the least value, or '80%': above that share of the customers."
    )
    label: str | None = None
    strategy: str = Field("", description="What to do with these customers, in a sentence or two.")
    offers: tuple[str, ...] = Field((), description="What suits them, best first.")


class Measure(Spec):
    """What clusters are made by: a feature, or an expression over features."""

    name: Name
    expr: SqlText | None = Field(None, description="Over features; the feature of that name by default.")
    label: str | None = Field(None, description="What it is called in the names of clusters.")
    scale: Literal["plain", "log"] = Field(
        "plain", description="log: amounts, whose spread is of proportions."
    )
    weight: float = Field(1.0, gt=0, le=10)

    @property
    def text(self) -> str:
        """The expression."""
        return self.expr or self.name


def _measure(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class Weights(Spec):
    """How much recency, frequency and money count in the score of an rfm segmentation."""

    r: float = Field(1.0, ge=0)
    f: float = Field(1.0, ge=0)
    m: float = Field(1.0, ge=0)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.r + self.f + self.m == 0:
            raise ValueError("at least one weight must be above 0")
        return self


class NumberOf(Spec):
    """Between which numbers of clusters to choose."""

    from_: int = Field(3, alias="from", ge=2, le=12)
    to: int = Field(8, ge=2, le=12)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.from_ > self.to:
            raise fault_at("from", f"{self.from_} is above `to`, {self.to}")
        return self


PARTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rules": (("groups",), ("match", "otherwise")),
    "lifecycle": (("groups",), ("otherwise",)),
    "tiers": (("of", "groups"), ("ties", "missing")),
    "rfm": (("recency", "frequency", "monetary"), ("bins", "weights", "ties", "groups", "otherwise")),
    "clusters": (("over",), ("method", "clusters", "seed", "missing", "groups")),
}
"""kind -> the parts it needs, and those it may have beside them."""
COMMANDS = ("build", "profile")
COMMON = ("segment", "kind", "label", "description", "value")


class Segmentation(Spec):
    """pipelines/segments/*.yaml: groups of customers, one text feature of the segmentation's own name.

    Rules and life cycle: the first condition that holds decides; one that is unknown does not hold. Tiers: the highest
    `from` reached. RFM and clusters and tiers by share are frozen when they are built first.
    """

    segment: Name
    kind: Kind
    label: str | None = None
    description: str = ""
    value: SqlText | None = Field(
        None, description="What a customer is worth, over features: told of each group in the profile."
    )
    groups: dict[Name, Group] = Field(default_factory=dict)
    match: Literal["first", "many"] = Field(
        "first",
        description="Rules: many makes a yes or no of each group instead of one group for each customer.",
    )
    otherwise: Name = Field(
        "other", description="Rules, life cycle, rfm: the group of those whom no condition takes."
    )
    missing: Name = Field(
        "unknown", description="Tiers, clusters: the group of those whose value is unknown."
    )
    of: SqlText | None = Field(None, description="Tiers: the value that is cut, over features.")
    ties: Literal["lower", "upper"] = Field(
        "lower", description="Cut points by share: to which side a value on a cut point goes."
    )
    recency: SqlText | None = Field(None, description="RFM: days since the last one. Fewer is better.")
    frequency: SqlText | None = Field(None, description="RFM: how often.")
    monetary: SqlText | None = Field(None, description="RFM: how much.")
    bins: int = Field(5, ge=2, le=9, description="RFM: how many equal shares of the customers.")
    weights: Weights = Weights()
    over: tuple[Annotated[Measure, BeforeValidator(_measure)], ...] = Field(
        (), description="Clusters: what they are made by."
    )
    method: Literal["kmeans", "mixture"] = "kmeans"
    clusters: int | NumberOf = Field(
        NumberOf(),
        description="Clusters: how many, or between which numbers to choose by stability and silhouette.",
    )
    seed: int = 1

    @model_validator(mode="after")
    def _name_is_free(self) -> Self:
        if self.segment in COMMANDS:
            raise fault_at("segment", f"`leadlift segment {self.segment}` is a command; choose another name")
        return self

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> Self:
        needs, takes = PARTS[self.kind]
        for part in needs:
            if not getattr(self, part):
                raise ValueError(f"kind '{self.kind}' needs `{part}`")
        for part in sorted(self.model_fields_set - {*needs, *takes, *COMMON}):
            raise fault_at(part, f"kind '{self.kind}' takes no `{part}`")
        return self

    @model_validator(mode="after")
    def _groups_fit_the_kind(self) -> Self:
        wanted = {"tiers": "from_", "clusters": None}.get(self.kind, "when")
        for place, (name, group) in enumerate(self.groups.items()):
            for part, word in (("when", "when"), ("from_", "from")):
                given = getattr(group, part) is not None
                lowest = part == "from_" and place == 0
                if part == wanted and given == lowest:
                    why = (
                        "the first tier takes whom no other takes"
                        if given
                        else f"group '{name}' needs `{word}`"
                    )
                    raise fault_at("groups", f"{why}; tiers are told from the lowest up" if lowest else why)
                if part != wanted and given:
                    raise fault_at("groups", f"group '{name}': kind '{self.kind}' takes no `{word}`")
        return self

    @model_validator(mode="after")
    def _kinds_own_rules(self) -> Self:
        if self.kind == "tiers":
            self._tiers_rise()
        if self.kind == "lifecycle":
            for name in [*self.groups, self.else_group]:
                if name not in STAGES:
                    why = f"'{name}' is not a stage.{nearest(name, STAGES) or f' Known: {listed(STAGES)}'}"
                    raise fault_at("groups" if name in self.groups else "otherwise", why)
        if self.match == "many" and "otherwise" in self.model_fields_set:
            raise fault_at("otherwise", "`match: many` has no other group: a customer may be in none")
        if self.kind == "clusters":
            if isinstance(self.clusters, int) and not 2 <= self.clusters <= 12:
                raise fault_at("clusters", f"must be 2 to 12, not {self.clusters}")
            names = [one.name for one in self.over]
            if len(names) < 2 or len(set(names)) < len(names):
                raise fault_at("over", "clusters need two or more measures, each named once")
        return self

    def _tiers_rise(self) -> None:
        given = [group.from_ for group in self.groups.values() if group.from_ is not None]
        if not given:
            raise fault_at("groups", "tiers need two groups or more")
        shares = [isinstance(one, str) for one in given]
        if any(shares) and not all(shares):
            raise fault_at("groups", "`from` is a value for all tiers, or a share of the customers for all")
        numbers = [_number(one) for one in given]
        if any(b <= a for a, b in pairwise(numbers)):
            raise fault_at("groups", "tiers are told from the lowest up: each `from` above the one before")

    @property
    def by_share(self) -> bool:
        """Tiers whose cut points are shares of the customers."""
        return self.kind == "tiers" and any(isinstance(one.from_, str) for one in self.groups.values())

    @property
    def is_frozen(self) -> bool:
        """Whether the definition must be frozen before it says who is in which group."""
        return self.by_share or self.kind in ("rfm", "clusters")

    @property
    def thresholds(self) -> list[float]:
        """Of tiers: the values, or the shares in (0, 1), from the lowest up."""
        told = [group.from_ for group in self.groups.values() if group.from_ is not None]
        return [_number(one) / 100 if isinstance(one, str) else one for one in told]

    @property
    def else_group(self) -> str:
        """The group of those whom no condition takes; of a life cycle `active` where the file names none."""
        if self.kind == "lifecycle" and "otherwise" not in self.model_fields_set:
            return "active"
        return self.otherwise


def _number(threshold: float | str) -> float:
    return float(threshold.rstrip("%")) if isinstance(threshold, str) else threshold
