"""Reason codes for chosen customers: their features, the model's exact contributions, and sentences."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from leadlift.explain import Phrase, Reason, reason_codes
from leadlift.names import CUSTOMER
from leadlift.progress import Progress
from leadlift.specs import FeatureDef
from leadlift.workflows.champion import Loaded

EXPLAINED_AT_ONCE = 2_000


def phrases(features: Mapping[str, FeatureDef]) -> dict[str, Phrase]:
    """How each feature is spoken of. One stanza over several windows is one family: it is told once."""
    return {name: phrase(feature) for name, feature in features.items()}


def phrase(feature: FeatureDef) -> Phrase:
    """How one feature is spoken of."""
    spec = feature.spec
    return Phrase(
        feature=feature.name,
        family=feature.stanza,
        label=feature.label,
        unit=feature.unit,
        up=_filled(spec.reason_up, feature),
        down=_filled(spec.reason_down, feature),
        hidden=feature.hidden is not None,
    )


def _filled(sentence: str | None, feature: FeatureDef) -> str | None:
    return None if sentence is None else sentence.replace("{window}", str(feature.window))


def explained(loaded: Loaded, rows: pa.Table, progress: Progress, top: int = 3) -> list[list[Reason]]:
    """The strongest reasons for each row of features, in the order of the rows."""
    told: list[list[Reason]] = []
    said = phrases(loaded.features)
    names = loaded.model.encoding.features
    for start in range(0, rows.num_rows, EXPLAINED_AT_ONCE):
        part = rows.slice(start, EXPLAINED_AT_ONCE)
        contributions = loaded.model.contributions(loaded.model.encoding.encode(part))
        told += reason_codes(contributions, part.select(names), names, said, loaded.typical, top)
        progress.done(len(told) / rows.num_rows)
    return told


def in_order(rows: pa.Table, customers: pa.ChunkedArray) -> pa.Table:
    """The rows of these customers, in their order. Every customer must have exactly one."""
    place = {customer: index for index, customer in enumerate(rows[CUSTOMER].to_pylist())}
    return rows.take(np.array([place[customer] for customer in customers.to_pylist()], dtype=np.int64))
