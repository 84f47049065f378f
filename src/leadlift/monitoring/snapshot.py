"""One scoring day in counts: who was scored, by the bins of the reference, and what the chances make expect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import pyarrow as pa

from leadlift.evaluation import Estimated, estimated
from leadlift.monitoring.reference import Floats, Reference


@dataclass(frozen=True)
class Snapshot:
    """One scoring day. columns: feature -> customers by bin, the missing last. score: the same of the raw score.

    mean_chance: of the calibrated chances; of an uplift model the mean effect, of a value
    model the mean amount. estimate: what the chances make expect;
    None where they are no chances.
    """

    as_of: date
    customers: int
    columns: Mapping[str, tuple[int, ...]]
    score: tuple[int, ...]
    mean_chance: float
    estimate: Estimated | None

    def to_text(self) -> str:
        """As it is kept."""
        return json.dumps({**asdict(self), "as_of": self.as_of.isoformat()})

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `to_text` told."""
        told: dict[str, Any] = json.loads(text)
        return cls(
            as_of=date.fromisoformat(told["as_of"]),
            customers=told["customers"],
            columns={name: tuple(counts) for name, counts in told["columns"].items()},
            score=tuple(told["score"]),
            mean_chance=told["mean_chance"],
            estimate=Estimated(**told["estimate"]) if told["estimate"] else None,
        )


def snapshot_of(
    as_of: date,
    reference: Reference | None,
    batches: Iterable[pa.RecordBatch],
    score: Floats,
    probability: Floats,
    *,
    chances: bool,
) -> Snapshot:
    """Count a scoring day. batches: with the reference's features, of the customers scored.

    score, probability: (n,), of the same. chances: whether they are chances, and no effects or amounts. Without a
    reference features are not counted.
    """
    columns = {} if reference is None else _counted(reference, batches)
    return Snapshot(
        as_of=as_of,
        customers=len(score),
        columns=columns,
        score=tuple(int(n) for n in reference.score.count(pa.array(score))) if reference else (),
        mean_chance=float(probability.mean()) if len(probability) else 0.0,
        estimate=estimated(probability, score) if chances and len(score) > 1 else None,
    )


def _counted(reference: Reference, batches: Iterable[pa.RecordBatch]) -> dict[str, tuple[int, ...]]:
    total = {name: np.zeros(len(column.counts), dtype=np.int64) for name, column in reference.columns.items()}
    for batch in batches:
        for name, column in reference.columns.items():
            total[name] += column.count(batch.column(batch.schema.get_field_index(name)))
    return {name: tuple(int(count) for count in counts) for name, counts in total.items()}
