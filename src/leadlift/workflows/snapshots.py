"""Scoring days in counts, each counted once and then read from the cache."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from leadlift.engines.files import digest, write_text
from leadlift.features import Home
from leadlift.monitoring import Reference, Snapshot, snapshot_of
from leadlift.progress import Progress
from leadlift.specs import Pipeline, Workspace
from leadlift.workflows.champion import Loaded
from leadlift.workflows.score import eligible_query
from leadlift.workflows.score_stream import BATCH
from leadlift.workflows.scored_days import ScoredDay

FORMAT = "1"


def snapshot_on(
    ws: Workspace,
    spec: Pipeline,
    loaded: Loaded,
    home: Home,
    reference: Reference | None,
    day: ScoredDay,
    progress: Progress,
) -> Snapshot:
    """Count the customers of a scoring by the bins of the reference; features are those of the same day, once more."""
    told = reference.to_text() if reference else ""
    key = digest(
        "\n".join([FORMAT, loaded.version.run_id, day.as_of.isoformat(), day.sha256, day.data, digest(told)])
    )
    kept = home.cache / f"monitored-{key}.json"
    if kept.is_file():
        return Snapshot.from_text(kept.read_text(encoding="utf-8"))
    score, probability = day.scores()
    batches: Iterable[pa.RecordBatch] = ()
    if reference is not None:
        query, _ = eligible_query(ws, spec, loaded, home, day.as_of, progress)
        batches = home.engine.stream(query, BATCH)
    found = snapshot_of(day.as_of, reference, batches, score, probability, chances=spec.predicts_chance)
    write_text(kept, found.to_text())
    return found
