"""What is frozen of a segmentation: cut points or clusters, so that one customer's facts alone decide the group."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from leadlift.specs.base import Name, Spec
from leadlift.specs.segments import Segmentation

FOLDER = "pipelines/segments/frozen"
# what does not change who is in which group
_WORDS = {"label", "description", "value", "groups"}


class Scaling(Spec):
    """How a measure is made comparable: weight * (t - centre) / spread, t the value or its logarithm in bounds."""

    name: Name
    centre: float = Field(description="The median; also what an unknown value counts as.")
    spread: float = Field(
        gt=0, description="Half the distance from the 5% to the 95% point, or what stands for it."
    )
    low: float
    high: float


class Cluster(Spec):
    """One cluster: its middle in scaled measures; of a mixture also its variances and share."""

    id: Name
    label: str
    middle: tuple[float, ...]
    variance: tuple[float, ...] = ()
    share: float = 0.0


class Frozen(Spec):
    """pipelines/segments/frozen/NAME.yaml, written by `leadlift segment` and kept with the specs.

    definition: a fingerprint of what the file said. shares: group -> share of the customers on the day it was frozen.
    features: feature -> fingerprint of its definition.
    """

    segment: Name
    kind: Literal["tiers", "rfm", "clusters"]
    definition: str
    as_of: date
    customers: int
    features: dict[str, str] = Field(default_factory=dict)
    shares: dict[str, float] = Field(default_factory=dict)
    cuts: tuple[float, ...] = ()
    r: tuple[float, ...] = ()
    f: tuple[float, ...] = ()
    m: tuple[float, ...] = ()
    scaling: tuple[Scaling, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    chosen: tuple[dict[str, float], ...] = Field(
        (), description="Of each number of clusters tried: silhouette, stability, and whether it was taken."
    )
    history: tuple[str, ...] = Field((), description="What each freezing changed, the first one first.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for one in self.clusters:
            if len(one.middle) != len(self.scaling) or len(one.variance) not in (0, len(self.scaling)):
                raise ValueError(f"cluster '{one.id}' has not one number for each measure")
        return self


def definition_of(spec: Segmentation) -> str:
    """A fingerprint of all that decides who is in which group: changed words of people change nothing."""
    told = spec.model_dump(mode="json", exclude=_WORDS)
    if spec.kind != "clusters":
        told["groups"] = [[name, one.when, one.from_] for name, one in spec.groups.items()]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
