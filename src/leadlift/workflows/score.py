"""leadlift score: everyone eligible on a day, through the champion, to Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from leadlift.engines.files import sweep, whole_folder
from leadlift.errors import UserError
from leadlift.features import Home, feature_query
from leadlift.features.rows import ROW, SPINE, col
from leadlift.models import Model, Predictor
from leadlift.names import AS_OF, BANDS, CUSTOMER
from leadlift.specs import Pipeline, Workspace, sql
from leadlift.training import condition, everyone_spine, flat_query
from leadlift.workflows.ahead import ahead
from leadlift.workflows.champion import Loaded, champion
from leadlift.workflows.manifest import write_manifest
from leadlift.workflows.progress import SILENT, Progress
from leadlift.workflows.score_files import SCORES, UNRANKED, Tally, write_scores
from leadlift.workflows.session import opened, tracker_of

# Larger batches cost memory, smaller ones more calls a customer.
BATCH = 32_768
# So many of the first customers are scored by LightGBM too, and must get the same bits.
SAMPLE = 1_024


@dataclass(frozen=True)
class Scored:
    """What was scored, by which model, and where it lies."""

    pipeline: str
    as_of: date
    model: str
    customers: int
    expected_responders: float
    bands: dict[str, int]
    folder: Path


def score(ws: Workspace, name: str, as_of: date, progress: Progress = SILENT) -> Scored:
    """Stream everyone eligible through the champion. An earlier scoring of that day is replaced, whole."""
    spec = ws.pipeline(name)
    tracker = tracker_of(ws)
    loaded = champion(ws, tracker, name)
    folder = ws.root / "scores" / name / as_of.isoformat()
    sweep(folder.parent)
    with opened(ws) as home:
        query, key = eligible_query(ws, spec, loaded, home, as_of, progress)
        with tracker.run(name, "score", f"score {as_of}") as run:
            progress.step("scoring")
            with whole_folder(folder, replace=True) as temporary:
                total = _rows(home, spec.population.score or spec.population.table or SPINE)
                tally, predictor = _write(
                    temporary / SCORES, home, query, loaded.model, as_of, progress, total
                )
                counts, expected = tally.bands, tally.expected
                facts = {
                    "pipeline": name,
                    "as_of": as_of.isoformat(),
                    "model": loaded.version.name,
                    "version": loaded.version.version,
                    "run_id": loaded.version.run_id,
                    "customers": sum(counts.values()),
                    "expected_responders": round(expected, 2),
                    "bands": counts,
                    "predictor": predictor,
                    "percentiles_among": loaded.model.percentiles.population,
                    "data": key,
                    "sources": dict(home.fingerprints),
                }
                write_manifest(temporary, [temporary / SCORES], facts)
            run.tags({"leadlift.model": loaded.name, "leadlift.as_of": as_of.isoformat()})
            run.metrics(
                {
                    "customers": sum(counts.values()),
                    "expected_responders": expected,
                    **{f"band.{b}": n for b, n in counts.items()},
                }
            )
            run.file(folder / "manifest.json")
            run.note(
                f"{sum(counts.values()):,} customers scored as of {as_of} by {loaded.name}; "
                f"{expected:,.0f} responders expected."
            )
    return Scored(name, as_of, loaded.name, sum(counts.values()), expected, counts, folder)


def eligible_query(
    ws: Workspace, spec: Pipeline, loaded: Loaded, home: Home, as_of: date, progress: Progress
) -> tuple[exp.Select, str]:
    """customer_id, as_of and the model's features of everyone eligible on the day, in any order."""
    names = loaded.model.encoding.features
    if spec.population.table is not None:
        table = spec.population.score or spec.population.table
        rows = flat_query(table, home.sources[table], names, spec.population.where, home.sources)
        return exp.select("*").from_(rows.subquery(ROW)), home.fingerprints[table]
    refuse_beyond_data(home, as_of)
    spine_key = everyone_spine(home, [as_of])
    by_row = spec.population.source is not None
    texts = [spec.population.eligible, None if by_row else spec.population.where]
    conditions = [part for part in (condition(text, ws.features) for text in texts) if part is not None]
    extra = [name for part in conditions for name in sorted(sql.names_in(part))]
    features, key = feature_query(home, ws.features, [*names, *extra], spine_key, progress.step)
    query = exp.select(col(CUSTOMER), col(AS_OF), *(col(name) for name in names)).from_(
        features.subquery(ROW)
    )
    return query.where(*conditions), key


def refuse_beyond_data(home: Home, as_of: date) -> None:
    """Raise UserError for a day so late that no source knows anything of the month before it."""
    from leadlift.features.population import data_end

    clocked = [name for name, source in home.sources.items() if source.kind == "events"]
    ends = [
        home.engine.table(data_end(n, home.sources[n], home.customer_key))["ends"][0].as_py() for n in clocked
    ]
    known = [end for end in ends if end is not None]
    if known and (as_of - max(known)).days > 31:
        raise UserError(
            f"--as-of {as_of}: the data ends on {max(known)}, more than a month before; load newer data first"
        )


def _write(
    path: Path, home: Home, query: exp.Select, model: Model, as_of: date, progress: Progress, total: int
) -> tuple[Tally, str]:
    """Stream the query through the model to the file; what was counted, and which predictor was fastest."""
    first, batches = _peeked(_batches(home, query))
    if first is None:
        return write_scores((), path, home.engine), "none"
    predictor = model.predictor(total, first.slice(0, SAMPLE))
    scored = _scored(batches, model, predictor, as_of)
    return write_scores(_told(scored, progress, total), path, home.engine), predictor.name


def _rows(home: Home, table: str) -> int:
    """How many customers there may be; of a Parquet file its footer knows."""
    counted = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(exp.to_table(table))
    return int(home.engine.table(counted)["n"][0].as_py())


def _scored(
    batches: Iterator[pa.RecordBatch], model: Model, predictor: Predictor, as_of: date
) -> Iterator[pa.RecordBatch]:
    """Scores of the batches, in their order. Reading goes on while earlier batches are computed."""
    day = pa.scalar(as_of, pa.date32())

    def work(batch: pa.RecordBatch) -> pa.RecordBatch:
        found = model.told(predictor.raw(batch))
        columns = [
            batch.column(CUSTOMER).cast(pa.string()),
            pa.repeat(day, batch.num_rows),
            pa.array(found.score),
            pa.array(found.probability),
            pa.array(found.percentile),
            pa.array(BANDS).take(pa.array(model.bands.places_of(found.probability))),
        ]
        return pa.record_batch(columns, schema=UNRANKED)

    return ahead(work, batches, predictor.workers)


def _batches(home: Home, query: exp.Select) -> Iterator[pa.RecordBatch]:
    """The query's rows in batches of at most BATCH."""
    for batch in home.engine.stream(query, BATCH):
        for start in range(0, batch.num_rows, BATCH):
            yield batch.slice(start, BATCH)


def _peeked(batches: Iterator[pa.RecordBatch]) -> tuple[pa.RecordBatch | None, Iterator[pa.RecordBatch]]:
    """The first batch, and all of them."""
    first = next(batches, None)
    return first, batches if first is None else chain([first], batches)


def _told(batches: Iterator[pa.RecordBatch], progress: Progress, total: int) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += batch.num_rows
        progress.done(done / max(1, total))
