"""leadlift score: everyone eligible on a day, through the champion, to Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from leadlift.engines.files import sweep, whole_folder
from leadlift.errors import UserError
from leadlift.features import Home, feature_query
from leadlift.features.rows import ROW, SPINE, col
from leadlift.features.sample import thinned_spine
from leadlift.names import AS_OF, CUSTOMER, PROBABILITY, VALUE
from leadlift.progress import SILENT, Progress
from leadlift.specs import Pipeline, Workspace, sql
from leadlift.training import condition, everyone_spine, flat_query
from leadlift.workflows.champion import Loaded, champion
from leadlift.workflows.manifest import write_manifest
from leadlift.workflows.score_files import SCORES
from leadlift.workflows.score_stream import Stream, scores_to_file
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.wording import wording_of


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
    expected_is: str = "responders expected"


def score(ws: Workspace, name: str, as_of: date, progress: Progress = SILENT) -> Scored:
    """Stream everyone eligible through the champion. An earlier scoring of that day is replaced, whole."""
    spec = ws.pipeline(name)
    words = wording_of(spec)
    told, total_is = (
        (VALUE, "expected_value") if spec.kind == "value" else (PROBABILITY, "expected_responders")
    )
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
                path, stream = temporary / SCORES, Stream(home.engine, query, total)
                tally, predictor = scores_to_file(stream, loaded.model, as_of, path, progress)
                counts, expected = tally.bands, tally.expected
                facts = {
                    "pipeline": name,
                    "as_of": as_of.isoformat(),
                    "model": loaded.version.name,
                    "version": loaded.version.version,
                    "run_id": loaded.version.run_id,
                    "customers": sum(counts.values()),
                    total_is: round(expected, 2),
                    **({f"{told}_is": words.meaning} if words.meaning else {}),
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
                    total_is: expected,
                    **{f"band.{b}": n for b, n in counts.items()},
                }
            )
            run.file(folder / "manifest.json")
            run.note(
                f"{sum(counts.values()):,} customers scored as of {as_of} by {loaded.name}; "
                f"{expected:,.0f} {words.expected}."
            )
    return Scored(name, as_of, loaded.name, sum(counts.values()), expected, counts, folder, words.expected)


def eligible_query(
    ws: Workspace, spec: Pipeline, loaded: Loaded, home: Home, as_of: date, progress: Progress
) -> tuple[exp.Select, str]:
    """customer_id, as_of and the model's features of everyone eligible on the day, in any order."""
    return eligible_rows(ws, spec, loaded.model.encoding.features, home, as_of, progress)


def eligible_rows(
    ws: Workspace,
    spec: Pipeline,
    names: Sequence[str],
    home: Home,
    as_of: date,
    progress: Progress,
    most: int | None = None,
) -> tuple[exp.Select, str]:
    """The same of any features. most: only about so many customers, by a keyed hash; a flat table is always whole."""
    if spec.population.table is not None:
        table = spec.population.score or spec.population.table
        rows = flat_query(table, home.sources[table], names, spec.population.where, home.sources)
        return exp.select("*").from_(rows.subquery(ROW)), home.fingerprints[table]
    refuse_beyond_data(home, as_of)
    spine = everyone_spine(home, [as_of])
    if most is not None:
        spine = thinned_spine(home, spine, most)
    by_row = spec.population.source is not None
    texts = [spec.population.eligible, None if by_row else spec.population.where]
    conditions = [part for part in (condition(text, ws.features) for text in texts) if part is not None]
    extra = [name for part in conditions for name in sorted(sql.names_in(part))]
    features, key = feature_query(home, ws.features, [*names, *extra], spine, progress)
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


def _rows(home: Home, table: str) -> int:
    """How many customers there may be; of a Parquet file its footer knows."""
    counted = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(exp.to_table(table))
    return int(home.engine.table(counted)["n"][0].as_py())
