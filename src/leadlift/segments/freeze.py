"""From the customers of one day to a frozen definition, and what a new one changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.segments.clusters import FITTED, Tried, find, kept_ids, try_numbers
from leadlift.segments.cuts import bin_cuts, share_cuts
from leadlift.segments.naming import proposed
from leadlift.segments.scaling import logarithms, scaled, scaling_of
from leadlift.specs import Cluster, Frozen, Segmentation, SegmentDef
from leadlift.specs.frozen import definition_of

Floats = npt.NDArray[np.float64]
Columns = Mapping[str, Floats]
RFM = {"r": "recency", "f": "frequency", "m": "monetary"}


@dataclass(frozen=True)
class Facts:
    """What a definition is frozen from. columns: called as the segmentation's trees are, (n,), NaN where unknown.

    features: fingerprints of the definitions of the features used. labels: feature -> what people call it.
    """

    as_of: date
    columns: Columns
    features: Mapping[str, str]
    labels: Mapping[str, str]
    language: str = "en"

    @property
    def customers(self) -> int:
        """How many."""
        return len(next(iter(self.columns.values())))


def wanted(spec: Segmentation) -> list[str]:
    """Which of a segmentation's expressions are frozen from."""
    if spec.kind == "clusters":
        return [f"over.{one.name}" for one in spec.over]
    return ["of"] if spec.kind == "tiers" else list(RFM.values())


def freeze(one: SegmentDef, facts: Facts) -> Frozen:
    """The frozen definition. Clusters keep the ids of the definition before for those they share most customers with.

    Raises UserError where nothing can be frozen.
    """
    spec = one.spec
    base = Frozen(
        segment=spec.segment,
        kind=spec.kind,
        definition=definition_of(spec),
        as_of=facts.as_of,
        customers=facts.customers,
        features=dict(facts.features),
    )
    try:
        if spec.kind == "tiers":
            return base.model_copy(update={"cuts": share_cuts(facts.columns["of"], spec.thresholds)})
        if spec.kind == "rfm":
            signed = {"r": -facts.columns["recency"], **{p: facts.columns[RFM[p]] for p in ("f", "m")}}
            return base.model_copy(update={p: bin_cuts(signed[p], spec.bins) for p in RFM})
    except ValueError as error:
        raise UserError(
            f"segmentation '{spec.segment}' cannot be frozen as of {facts.as_of}: {error}"
        ) from None
    return _clusters(one, base, facts)


def _clusters(one: SegmentDef, base: Frozen, facts: Facts) -> Frozen:
    spec = one.spec
    values = np.column_stack([facts.columns[name] for name in wanted(spec)])
    values = logarithms(spec.over, values[~np.isnan(values).all(axis=1)])
    numbers = (
        [spec.clusters]
        if isinstance(spec.clusters, int)
        else range(spec.clusters.from_, spec.clusters.to + 1)
    )
    if len(values) <= 10 * max(numbers):
        raise UserError(
            f"segmentation '{spec.segment}': {len(values):,} customers are too few for {max(numbers)} clusters"
        )
    scaling = scaling_of(spec.over, values)
    points = scaled(spec.over, scaling, values)
    some = points[np.random.default_rng(spec.seed).permutation(len(points))[:FITTED]]
    tried = try_numbers(some, spec.method, numbers, spec.seed)
    number = next(t.clusters for t in tried if t.chosen)
    found = find(some, spec.method, number, spec.seed)
    ids = [f"c{place + 1}" for place in range(number)]
    names = proposed(found.middles, found.shares, _called(spec, facts), _yes_no(spec, facts), facts.language)
    if one.frozen is not None and one.frozen.clusters:
        before = _before(spec, one.frozen, values)
        if before is not None:
            ids = kept_ids(before, found.nearest(points), [c.id for c in one.frozen.clusters], number)
    made = tuple(
        Cluster(
            id=ids[place],
            label=names[place],
            middle=_rounded(found.middles[place]),
            variance=_rounded(found.variances[place]) if found.variances is not None else (),
            share=round(float(found.shares[place]), 6),
        )
        for place in range(number)
    )
    return base.model_copy(update={"scaling": scaling, "clusters": made, "chosen": _told(tried)})


def _before(spec: Segmentation, old: Frozen, values: Floats) -> npt.NDArray[np.intp] | None:
    """The old clusters of today's customers; None where they were made of other measures."""
    from leadlift.segments.clusters import Middles

    if [s.name for s in old.scaling] != [m.name for m in spec.over]:
        return None
    middles = np.array([c.middle for c in old.clusters])
    variances = np.array([c.variance for c in old.clusters]) if old.clusters[0].variance else None
    shares = np.array([c.share for c in old.clusters])
    return Middles(middles, variances, shares).nearest(scaled(spec.over, old.scaling, values))


def _called(spec: Segmentation, facts: Facts) -> list[str]:
    return [m.label or facts.labels.get(m.name, m.name.replace("_", " ")) for m in spec.over]


def _yes_no(spec: Segmentation, facts: Facts) -> dict[str, bool]:
    told = {}
    for name, measure in zip(_called(spec, facts), spec.over, strict=True):
        column = facts.columns[f"over.{measure.name}"]
        told[name] = bool(np.isin(column[~np.isnan(column)], (0.0, 1.0)).all())
    return told


def _rounded(row: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 9) for value in row)


def _told(tried: Sequence[Tried]) -> tuple[dict[str, float], ...]:
    return tuple(
        {
            "clusters": t.clusters,
            "silhouette": round(t.silhouette, 4),
            "stability": round(t.stability, 4),
            "taken": float(t.chosen),
        }
        for t in tried
    )
