"""Feature definitions: one file per subject, one stanza per feature."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from leadlift.specs.base import Name, Spec, SqlText, Windows, fault_at, listed

Aggregation = Literal[
    "value", "count", "sum", "mean", "min", "max", "std", "distinct", "last", "first",
    "days_since_last", "days_since_first", "value_ago", "change", "slope",
    "holds", "held_count", "days_held", "days_to_end",
]  # fmt: skip
AGGREGATIONS: tuple[str, ...] = get_args(Aggregation)

_EVENT_AGGS = (
    "count", "sum", "mean", "min", "max", "std", "distinct", "last", "first",
    "days_since_last", "days_since_first",
)  # fmt: skip
AGGS_OF_KIND: dict[str, tuple[str, ...]] = {
    "attributes": ("value",),
    "events": _EVENT_AGGS,
    "snapshots": (*_EVENT_AGGS, "value_ago", "change", "slope"),
    "intervals": (*_EVENT_AGGS, "holds", "held_count", "days_held", "days_to_end"),
    "flat": (),
    "lookup": (),
}
WITHOUT_OF = ("count", "days_since_last", "days_since_first", "holds", "held_count", "days_held")
NEED_NUMBERS = ("sum", "mean", "std", "change", "slope")
HELD_AGGS = ("holds", "held_count", "days_held", "days_to_end")
MONTH_AGGS = ("value_ago", "change")
# these look at all that is known unless a stanza asks for windows itself
UNWINDOWED = ("last", "first", "days_since_last", "days_since_first", *MONTH_AGGS, *HELD_AGGS, "value")


class Feature(Spec):
    """One stanza: an aggregation over a source's rows (`agg`) or a formula over other features (`expr`).

    `of` and `where` speak of the source's columns, `expr` of features; each may also name `as_of`.
    """

    agg: Aggregation | None = None
    of: SqlText | None = Field(
        None, description="What is aggregated: an expression over the source's columns."
    )
    where: SqlText | None = Field(None, description="Only these rows count.")
    on: Literal["held", "opened", "closed"] | None = Field(
        None,
        description="Intervals: rows held at the as-of date (default), or by the day they opened or closed.",
    )
    windows: Windows | None = Field(None, description="Instead of the file's. [] means all that is known.")
    months: int | None = Field(None, ge=1, le=120, description="value_ago and change: how many months back.")
    expr: SqlText | None = Field(None, description="A formula over other features.")
    label: str | None = None
    unit: str | None = None
    description: str = ""
    reason_up: str | None = Field(
        None, description="Said when the value is above the usual: may hold {value}."
    )
    reason_down: str | None = Field(None, description="Said when the value is below the usual.")
    pii: bool | None = Field(None, description="false: this number made from a pii column identifies nobody.")
    protected: bool = False
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _agg_or_expr(self) -> Self:
        if (self.agg is None) == (self.expr is None):
            raise ValueError("give either `agg` or `expr`")
        if self.expr is not None and (
            extra := [k for k in ("of", "where", "on", "windows", "months") if getattr(self, k) is not None]
        ):
            raise ValueError(f"`expr` stands alone; remove {listed(extra)}")
        return self

    @model_validator(mode="after")
    def _parts_fit_the_agg(self) -> Self:
        if self.agg is None:
            return self
        if self.of is None and self.agg not in WITHOUT_OF:
            raise ValueError(f"agg '{self.agg}' needs `of`; only {listed(WITHOUT_OF)} go without")
        if self.of is not None and self.agg in WITHOUT_OF:
            raise fault_at("of", f"agg '{self.agg}' takes no `of`")
        if (self.months is not None) != (self.agg in MONTH_AGGS):
            raise ValueError(f"agg '{self.agg}' {'needs' if self.agg in MONTH_AGGS else 'takes no'} `months`")
        if self.windows and self.agg in (*MONTH_AGGS, *HELD_AGGS, "value"):
            raise fault_at("windows", f"agg '{self.agg}' takes no windows")
        return self


class FeatureFile(Spec):
    """The features of one subject that come from one source."""

    subject: Literal["attributes", "behaviour", "value", "needs", "loyalty", "risk"]
    source: Name
    windows: Windows = ()
    features: dict[Name, Feature] = Field(min_length=1)
    description: str = ""


def misfit(feature: Feature, kind: str) -> tuple[str, str] | None:
    """Why this aggregation does not go with a source of this kind (the key at fault, the reason), or None."""
    if feature.agg is None:
        return None
    fitting = AGGS_OF_KIND[kind]
    if feature.agg not in fitting:
        known = f"takes {listed(fitting, 'or')}" if fitting else "has no features of its own"
        return "agg", f"'{feature.agg}' does not go with '{kind}': a source of that kind {known}"
    if kind != "intervals":
        return ("on", f"`on` is for intervals; this source is of kind '{kind}'") if feature.on else None
    if feature.agg in HELD_AGGS and feature.on in ("opened", "closed"):
        return "on", f"'{feature.agg}' speaks of rows held; remove `on: {feature.on}`"
    if feature.on in (None, "held") and feature.windows:
        return "windows", "rows held at the as-of date have no window; add `on: opened` or `on: closed`"
    return None
