"""leadlift warn: who may fall behind: the chance, the indicators broken, what is unusual, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.engines.files import sweep, write_text
from leadlift.errors import UserError
from leadlift.features import Home
from leadlift.features.rows import ROW, col
from leadlift.names import BAND, BANDS, CUSTOMER, MANIFEST, PROBABILITY, SCORE
from leadlift.progress import SILENT, Progress
from leadlift.specs import Pipeline, Workspace
from leadlift.specs.base import listed
from leadlift.specs.warning import EarlyWarning
from leadlift.tracking import Run, Tracker
from leadlift.warning import SIGNS, Matured, Warned, warned_html
from leadlift.workflows.champion import Loaded, load
from leadlift.workflows.last_day import last_day
from leadlift.workflows.manifest import read_manifest
from leadlift.workflows.reasons import explained, in_order
from leadlift.workflows.score import eligible_rows, score
from leadlift.workflows.score_files import SCORES
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.warn_became import became_of
from leadlift.workflows.warn_files import list_rows, write_warned
from leadlift.workflows.warn_signs import Signs, indicator_lines, odd_facts, signs_of, unusual_lines
from leadlift.workflows.warn_values import days_of, months_of, values_of

KIND = "early_warning"
TOLD_OF = "told_of"


@dataclass(frozen=True, eq=False)
class Told:
    """Who is told of. rows: places among everyone scored, most signs and highest chance first."""

    rows: npt.NDArray[np.intp]
    count: npt.NDArray[np.intp]
    by_sign: Mapping[str, npt.NDArray[np.bool_]]


def warn(
    ws: Workspace, name: str | None = None, as_of: date | None = None, progress: Progress = SILENT
) -> Warned:
    """Judge everyone eligible on a day and write the list, whole or not at all, and its page.

    name: may be left out where there is one pipeline of the kind. as_of: by default the day the data ends. A day
    that was not scored is scored by the champion. An earlier list of the day is replaced. Raises UserError for another
    kind.
    """
    spec = _pipeline(ws, name)
    warning = spec.warning or EarlyWarning()
    tracker = tracker_of(ws)
    with opened(ws) as home:
        day = as_of or last_day(home)
    scored = ws.root / "scores" / spec.pipeline / day.isoformat()
    if not scored.exists():
        score(ws, spec.pipeline, day, progress)
    manifest = read_manifest(scored, f"Run `leadlift score {spec.pipeline} --as-of {day}`")
    loaded = _model(ws, tracker, spec, manifest)
    scores = pq.read_table(scored / SCORES, columns=[CUSTOMER, PROBABILITY, SCORE, BAND]).sort_by(CUSTOMER)
    folder = ws.root / "warnings" / spec.pipeline / day.isoformat()
    sweep(folder.parent)
    with opened(ws) as home, tracker.run(spec.pipeline, "warn", f"warn {day}") as run:
        signs = _signs(ws, warning, home, scores, day, progress)
        above = warning.above if warning.above is not None else loaded.model.bands.floors[0]
        told = _told(warning, scores, signs, above)
        reasons = _reasons(ws, spec, loaded, home, scores[CUSTOMER].take(pa.array(told.rows)), day, progress)
        progress.step("files")
        table = list_rows(
            scores, told.rows, told.count, signs, ws.features, reasons, loaded.name, day, ws.file.language
        )
        facts = _facts(spec, manifest, scores, told, signs, above)
        files = write_warned(folder, table, _everyone(scores, told, day), facts)
        became = became_of(ws, spec, home, day)
        found = _warned(ws, spec, loaded, signs, told, above, table, became, folder, files, day)
        write_text(found.page, warned_html(found, ws.file.name, spec.description))
        _log(run, found, ws.file.name, spec.description)
    return found


def _log(run: Run, found: Warned, workspace: str, description: str) -> None:
    """What the run keeps: counts and the page without its customers."""
    run.tags({"leadlift.model": found.model, "leadlift.as_of": found.as_of.isoformat()})
    counts = {f"by.{sign}": float(count) for sign, count in found.by_sign.items()}
    run.metrics({"customers": float(found.customers), "warned": float(found.warned), **counts})
    run.text("warnings.html", warned_html(replace(found, first=()), workspace, description))
    run.file(found.folder / MANIFEST)
    run.note(
        f"{found.warned:,} of {found.customers:,} customers told of as of {found.as_of} by {found.model}."
    )


def _pipeline(ws: Workspace, name: str | None) -> Pipeline:
    fitting = [one for one, spec in sorted(ws.pipelines.items()) if spec.kind == KIND]
    if name is None:
        if len(fitting) != 1:
            known = (
                f"name one of {listed(fitting)}" if fitting else "no pipeline is of kind early_warning yet"
            )
            raise UserError(f"leadlift warn: {known}")
        return ws.pipeline(fitting[0])
    spec = ws.pipeline(name)
    if spec.kind != KIND:
        known = f"; of that kind: {listed(fitting)}" if fitting else ""
        raise UserError(f"pipeline {name} is of kind {spec.kind}, and warnings need early_warning{known}")
    if spec.population.table is not None:
        raise UserError(
            f"pipeline {name} reads a flat table, which has no time: nothing can be told of a day"
        )
    return spec


def _model(ws: Workspace, tracker: Tracker, spec: Pipeline, manifest: Mapping[str, Any]) -> Loaded:
    """The version that made the day's scores."""
    version = tracker.version(spec.pipeline, str(manifest["version"]))
    if version is None:
        raise UserError(
            f"scores/{spec.pipeline}: {manifest['model']}, which made these scores, is gone; score again"
        )
    return load(ws, tracker, spec, version)


def _signs(
    ws: Workspace, warning: EarlyWarning, home: Home, scores: pa.Table, day: date, progress: Progress
) -> Signs:
    unusual = warning.unusual.chosen(ws.features) if warning.unusual is not None else ()
    names = list(dict.fromkeys([*(one.feature for one in warning.indicators), *unusual]))
    months = months_of(home, ws.features, warning, day)
    if not names or not len(scores):
        return Signs({}, None, len(scores))
    customers = scores[CUSTOMER].combine_chunks()
    values = values_of(home, ws.features, names, customers, days_of(warning, months, day), progress)
    progress.step("signs")
    return signs_of(warning, values, months, unusual, day, len(scores))


def _told(warning: EarlyWarning, scores: pa.Table, signs: Signs, above: float) -> Told:
    chance = scores[PROBABILITY].to_numpy()
    # the floor of band A belongs to it; a limit that was asked for must be passed
    by_chance = chance > above if warning.above is not None else _best_band(scores)
    by_sign = dict(zip(SIGNS, (by_chance, signs.indicator, signs.unusual), strict=True))
    count = np.sum([hit.astype(np.intp) for hit in by_sign.values()], axis=0)
    rows = np.flatnonzero(count >= warning.signs)
    order = np.lexsort((rows, -scores[SCORE].to_numpy()[rows], -count[rows]))
    return Told(rows[order], count, by_sign)


def _best_band(scores: pa.Table) -> npt.NDArray[np.bool_]:
    return np.array([band == BANDS[0] for band in scores[BAND].to_pylist()], dtype=np.bool_)


def _reasons(
    ws: Workspace,
    spec: Pipeline,
    loaded: Loaded,
    home: Home,
    customers: pa.ChunkedArray,
    day: date,
    progress: Progress,
) -> list[list[str]]:
    """What drove the chance of each who is told of, as sentences."""
    if not len(customers):
        return []
    query, _ = eligible_rows(ws, spec, loaded.model.encoding.features, home, day, progress)
    home.engine.define_table(TOLD_OF, pa.table({CUSTOMER: customers}))
    same = exp.EQ(this=col(CUSTOMER, ROW), expression=col(CUSTOMER, TOLD_OF))
    mine = exp.select("r.*").from_(query.subquery(ROW)).join(exp.to_table(TOLD_OF), on=same)
    rows = in_order(home.engine.table(mine), customers)
    found = explained(loaded, rows, progress, language=ws.file.language)
    return [[reason.sentence for reason in reasons] for reasons in found.reasons]


def _everyone(scores: pa.Table, told: Told, day: date) -> pa.Table:
    """The signs of everyone scored: what later says whether a sign was worth anything."""
    days = pa.array([day] * len(scores), pa.date32())
    flags = {f"by_{name}": pa.array(hit) for name, hit in told.by_sign.items()}
    listed_ = np.zeros(len(scores), dtype=np.bool_)
    listed_[told.rows] = True
    return pa.table({CUSTOMER: scores[CUSTOMER], "as_of": days, **flags, "told_of": pa.array(listed_)})


def _facts(
    spec: Pipeline, manifest: Mapping[str, Any], scores: pa.Table, told: Told, signs: Signs, above: float
) -> dict[str, Any]:
    return {
        "pipeline": spec.pipeline,
        **{key: manifest[key] for key in ("as_of", "model", "version", "run_id", "sources")},
        "customers": len(scores),
        "warned": len(told.rows),
        "above": above,
        "by_sign": {name: int(hit.sum()) for name, hit in told.by_sign.items()},
        "warning": spec.warning.model_dump(mode="json") if spec.warning is not None else None,
        "forest": odd_facts(signs.past.odd if signs.past is not None else None),
        "scores": manifest["files"],
    }


def _warned(
    ws: Workspace,
    spec: Pipeline,
    loaded: Loaded,
    signs: Signs,
    told: Told,
    above: float,
    table: pa.Table,
    became: Sequence[Matured],
    folder: Path,
    files: list[str],
    day: date,
) -> Warned:
    past = signs.past
    return Warned(
        pipeline=spec.pipeline,
        as_of=day,
        model=loaded.name,
        customers=signs.customers,
        warned=len(told.rows),
        above=above,
        by_sign={name: int(hit.sum()) for name, hit in told.by_sign.items()},
        indicators=indicator_lines(signs, ws.features, ws.file.language),
        unusual=unusual_lines(past, ws.features),
        odd=odd_facts(past.odd if past is not None else None),
        notes=signs.notes,
        became=became,
        folder=folder,
        page=ws.root / "reports" / f"warnings-{spec.pipeline}.html",
        files=files,
        first=_first(table),
    )


def _first(table: pa.Table, most: int = 50) -> list[dict[str, object]]:
    rows = table.slice(0, most).to_pylist()
    reasons = ("reason_1", "reason_2", "reason_3")
    return [
        {**row, "told": row["flags"], "reasons": [row[one] for one in reasons if row[one]]} for row in rows
    ]
