"""The strongest reasons for rows of features, from a model alone: no workspace is read for them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from leadlift.explain import Reason, ReasonCodes
from leadlift.models import Model
from leadlift.progress import Progress
from leadlift.workflows.ahead import ahead

# A short list keeps all processors busy too.
EXPLAINED_AT_ONCE = 1_024


@dataclass(frozen=True)
class Told:
    """The strongest reasons for each row, who computed the contributions behind them, and why who did."""

    reasons: list[list[Reason]]
    explainer: str
    because: str


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
