"""Reason codes for chosen customers: their features, the model's exact contributions, and sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadlift.explain import Reason, ReasonCodes
from leadlift.models import Model
from leadlift.names import CUSTOMER
from leadlift.progress import Progress
from leadlift.workflows.ahead import ahead
from leadlift.workflows.champion import Loaded
from leadlift.workflows.spoken import phrases

# A short list keeps all processors busy too.
EXPLAINED_AT_ONCE = 1_024


@dataclass(frozen=True)
class Told:
    """The strongest reasons for each row, who computed the contributions behind them, and why who did."""

    reasons: list[list[Reason]]
    explainer: str
    because: str


def explained(loaded: Loaded, rows: pa.Table, progress: Progress, top: int = 3, language: str = "en") -> Told:
    """The strongest reasons for each row of features, in the order of the rows, as sentences of the language."""
    names = loaded.model.encoding.features
    codes = ReasonCodes(names, phrases(loaded.features), loaded.typical, top, language)
    return told_of(loaded.model, codes, rows.select(names), progress)


def told_of(model: Model, codes: ReasonCodes, rows: pa.Table, progress: Progress) -> Told:
    """The reasons for each row, part by part: whoever explains soonest computes, sentences are made beside it."""
    parts = rows.combine_chunks().to_batches(max_chunksize=EXPLAINED_AT_ONCE)
    if not parts:
        return Told([], "none", "no customers")
    explainer = model.explainer(rows.num_rows, parts[0])
    progress.step(f"reasons ({explainer.name}: {explainer.why})")

    def work(part: pa.RecordBatch) -> list[list[Reason]]:
        return codes.of(explainer.contributions(part), part)

    told: list[list[Reason]] = []
    for reasons in ahead(work, parts, explainer.workers):
        told += reasons
        progress.done(len(told) / rows.num_rows)
    return Told(told, explainer.name, explainer.why)


def in_order(rows: pa.Table, customers: pa.ChunkedArray) -> pa.Table:
    """The rows of these customers, in their order. Every customer must have exactly one."""
    place = {customer: index for index, customer in enumerate(rows[CUSTOMER].to_pylist())}
    return rows.take(np.array([place[customer] for customer in customers.to_pylist()], dtype=np.int64))
