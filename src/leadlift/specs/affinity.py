"""Where leadlift.yaml says which products customers hold, for `leadlift affinity`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from leadlift.errors import Problem
from leadlift.specs._yaml import Document
from leadlift.specs.base import Days, Name, Share, Spec, nearest
from leadlift.specs.crosscheck import unknown_source
from leadlift.specs.definitions import column_types, marked_columns
from leadlift.specs.sources import Source


class Affinity(Spec):
    """Which source holds the products of customers, and how finely rules are looked for."""

    source: Name = Field(description="A source of kind `intervals`: a row from opening to closing.")
    product: Name = Field("product", description="Its column that names the product.")
    horizon: Days = Field(90, ge=1, description="A next product is one opened within so many days.")
    windows: int = Field(
        4,
        ge=1,
        le=40,
        description="So many horizons before the as-of date are learned from, one after the other.",
    )
    support: Share = Field(
        0.005, gt=0, lt=1, description="Sets of products held by fewer customers are left out."
    )
    least: int = Field(
        50, ge=10, description="A rule about the next product needs so many customers on its left side."
    )
    together: int = Field(2, ge=1, le=3, description="At most so many products on a rule's left side.")


def affinity_problems(
    document: Document, spec: Affinity | None, sources: Mapping[str, Source]
) -> list[Problem]:
    """Faults of `affinity` against the sources."""
    if spec is None:
        return []
    source = sources.get(spec.source)
    if source is None:
        return unknown_source(document, ("affinity", "source"), spec.source, sources)
    if source.kind != "intervals":
        why = (
            f"'{spec.source}' is of kind {source.kind}; products held need intervals, from opening to closing"
        )
        return [document.problem(("affinity", "source"), why)]
    columns = column_types(source, sources)
    path = ("affinity", "product" if ("affinity", "product") in document.lines else "source")
    if spec.product not in columns:
        return [
            document.problem(
                path, f"no column '{spec.product}' in '{spec.source}'.{nearest(spec.product, columns)}"
            )
        ]
    for mark in ("pii", "protected"):
        if spec.product in marked_columns(source, sources, mark):
            return [document.problem(path, f"'{spec.product}' is {mark}: no rule may be made of it")]
    if columns[spec.product] != "string":
        return [
            document.problem(
                path, f"'{spec.product}' is a {columns[spec.product]}; products are named by a string"
            )
        ]
    return []
