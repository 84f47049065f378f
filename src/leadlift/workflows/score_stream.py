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

    Memory is that of a few batches, however many rows there are. Where the engine's rows lie in other processes the
    model goes there, and scores alone come back.
    """
    spread = stream.engine.spread
    scoring = Scoring(model, as_of, stream.rows // max(1, spread))
    scored = stream.engine.mapped(stream.query, scoring, named(UNRANKED, model.predicts_amount), BATCH)
    tally = write_scores(_shown(scored, progress, stream.rows), path, stream.engine, model.predicts_amount)
    return tally, "chosen by each worker" if spread and tally.customers else scoring.used


class Scoring:
    """Batches of features in, batches of UNRANKED out, as `Engine.mapped` asks for: it may travel.

    rows: about how many customers one process will score. used: the predictor that was taken here, `none` before any.
    """

    def __init__(self, model: Model, as_of: date, rows: int) -> None:
        self._model, self._as_of, self._rows = model, as_of, rows
        self._predictor: Predictor | None = None

    def __reduce__(self) -> tuple[type[Scoring], tuple[Model, date, int]]:
        """Travel as it was made: a predictor is chosen where the rows are."""
        return Scoring, (self._model, self._as_of, self._rows)

    @property
    def used(self) -> str:
        """The predictor's name."""
        return self._predictor.name if self._predictor is not None else "none"

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Score a stream of rows; of several streams in one process the first one chooses the predictor."""
        cut = (batch.slice(start, BATCH) for batch in batches for start in range(0, batch.num_rows, BATCH))
        first = next(cut, None)
        if first is None:
            return
        if self._predictor is None:
            self._predictor = self._model.predictor(self._rows, first.slice(0, SAMPLE))
        yield from _scored(chain([first], cut), self._model, self._predictor, self._as_of)


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
