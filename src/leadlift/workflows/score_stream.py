"""Rows from the engine, through the model, to the file: while one batch is computed the next is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from leadlift.engines import Engine
from leadlift.models import Model, Predictor
from leadlift.names import BANDS, CUSTOMER
from leadlift.progress import SILENT, Progress
from leadlift.workflows.ahead import ahead
from leadlift.workflows.score_files import UNRANKED, Tally, named, write_scores

# Larger batches cost memory, smaller ones more calls a customer.
BATCH = 16_384
# So many of the first customers are scored by LightGBM too, and must get the same bits.
SAMPLE = 1_024


@dataclass(frozen=True)
class Stream:
    """A query with customer_id and a model's features, and about how many rows it gives."""

    engine: Engine
    query: exp.Query
    rows: int


def scores_to_file(
    stream: Stream, model: Model, as_of: date, path: Path, progress: Progress = SILENT
) -> tuple[Tally, str]:
    """Score every row of the query and write scores.parquet; what was counted, and which predictor was used.

    Memory is that of a few batches, however many rows there are.
    """
    batches = _batches(stream)
    first = next(batches, None)
    if first is None:
        return write_scores((), path, stream.engine, model.predicts_amount), "none"
    predictor = model.predictor(stream.rows, first.slice(0, SAMPLE))
    scored = _scored(chain([first], batches), model, predictor, as_of)
    shown = _shown(scored, progress, stream.rows)
    return write_scores(shown, path, stream.engine, model.predicts_amount), predictor.name


def _batches(stream: Stream) -> Iterator[pa.RecordBatch]:
    for batch in stream.engine.stream(stream.query, BATCH):
        for start in range(0, batch.num_rows, BATCH):
            yield batch.slice(start, BATCH)


def _scored(
    batches: Iterator[pa.RecordBatch], model: Model, predictor: Predictor, as_of: date
) -> Iterator[pa.RecordBatch]:
    day, letters = pa.scalar(as_of, pa.date32()), pa.array(BANDS)
    schema = named(UNRANKED, model.predicts_amount)

    def work(batch: pa.RecordBatch) -> pa.RecordBatch:
        found = model.told(predictor.raw(batch))
        columns = [
            batch.column(CUSTOMER).cast(pa.string()),
            pa.repeat(day, batch.num_rows),
            pa.array(found.score),
            pa.array(found.probability),
            pa.array(found.percentile),
            letters.take(pa.array(model.bands.places_of(found.probability))),
        ]
        return pa.record_batch(columns, schema=schema)

    return ahead(work, batches, predictor.workers)


def _shown(batches: Iterator[pa.RecordBatch], progress: Progress, rows: int) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += batch.num_rows
        progress.done(min(1.0, done / max(1, rows)))
