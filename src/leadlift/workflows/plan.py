"""leadlift features plan: what a build would do now, before it does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from leadlift.errors import UserError
from leadlift.features import Home, Spine, planned
from leadlift.features.plans import Plan
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace
from leadlift.training import cases_spine, everyone_spine, maturity_of
from leadlift.workflows.last_day import last_day
from leadlift.workflows.session import opened


@dataclass(frozen=True)
class Planned:
    """One source's part of a build. ways: of the features that are missing, how many are computed which way.

    built: features that are in the cache for every date. scans: how often each piece is read. rows: in these pieces,
    None where it is not known. bytes: of the columns that are read, as they lie on disk.
    """

    source: str
    built: int
    tiles: int
    sql: int
    scans: int
    pieces: int
    rows: int | None
    bytes: int
    why: str


@dataclass(frozen=True)
class BuildPlan:
    """What a build would do. cells: numbers it would write. memory: bytes it may take while it does."""

    dates: tuple[date, ...]
    customers: int
    cells: int
    memory: int
    parts: tuple[Planned, ...]


def plan(
    ws: Workspace,
    names: Sequence[str] = (),
    pipeline: str | None = None,
    as_of: date | None = None,
    progress: Progress = SILENT,
) -> BuildPlan:
    """Plan a build of the named features, or of all, for everyone on a day or for a pipeline's training cases."""
    if pipeline is not None and as_of is not None:
        raise UserError("--pipeline has its own as-of dates; give it or --as-of, not both")
    wanted = [ws.feature(name).name for name in names] or list(ws.features)
    with opened(ws) as home:
        progress.step("population")
        spine = _spine(ws, home, pipeline, as_of)
        parts = planned(home, ws.features, wanted, spine)
        missing = sum(len(part.tiled) + len(part.by_sql) for part, _ in parts)
        return BuildPlan(
            dates=tuple(sorted({day for block in spine.blocks for day in (block.first, block.last)})),
            customers=spine.rows,
            cells=missing * spine.rows,
            memory=home.engine.memory,
            parts=tuple(_told(part, built) for part, built in parts),
        )


def _spine(ws: Workspace, home: Home, pipeline: str | None, as_of: date | None) -> Spine:
    if pipeline is None:
        return everyone_spine(home, [as_of or last_day(home)])
    spec = ws.pipeline(pipeline)
    if spec.population.table is not None:
        raise UserError(f"pipeline {pipeline} reads a flat table: no features are built for it")
    return cases_spine(spec, home, maturity_of(spec, home))


def _told(part: Plan, built: int) -> Planned:
    missing = len(part.tiled) + len(part.by_sql)
    return Planned(
        source=part.source,
        built=built,
        tiles=len(part.tiled),
        sql=len(part.by_sql),
        scans=part.scans if missing else 0,
        pieces=len(part.pieces) if missing else 0,
        rows=part.rows if missing else 0,
        bytes=part.bytes if missing else 0,
        why=part.why if missing else "all of it is built",
    )
