"""leadlift segment: every customer's groups as of a day, frozen definitions first, to Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from leadlift.engines.files import sweep, whole_folder
from leadlift.errors import UserError
from leadlift.evaluation import psi, psi_by_chance
from leadlift.features import Home, Spine, feature_query
from leadlift.features.rows import ROW, col
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import SILENT, Progress
from leadlift.specs import SegmentDef, Workspace
from leadlift.specs.segment_formulas import names_of
from leadlift.training import everyone_spine
from leadlift.workflows.last_day import last_day
from leadlift.workflows.manifest import read_manifest, write_manifest
from leadlift.workflows.score import refuse_beyond_data
from leadlift.workflows.segment_freeze import (
    Refrozen,
    difference,
    frozen_now,
    refuse_changed,
    write_frozen,
)
from leadlift.workflows.session import opened

SEGMENTS = "segments"
FILE = "segments.parquet"
BEFORE = "before"


@dataclass(frozen=True)
class Drift:
    """How far shares are from those frozen. chance: what 19 of 20 unchanged samples stay below."""

    since: date
    psi: float
    chance: float


@dataclass(frozen=True)
class Segmented:
    """A segmentation of one day. groups: group -> customers. labels: group -> what people call it."""

    segment: str
    kind: str
    as_of: date
    customers: int
    groups: Mapping[str, int]
    labels: Mapping[str, str]
    frozen: date | None
    froze: bool
    drift: Drift | None
    refrozen: Refrozen | None
    folder: Path


def segment(
    ws: Workspace,
    name: str | None = None,
    as_of: date | None = None,
    *,
    refreeze: bool = False,
    progress: Progress = SILENT,
) -> list[Segmented]:
    """Build one segmentation, or all. An earlier build of that day is replaced, whole.

    ws: opened for freezing. as_of: by default the day the data ends. Raises UserError for a frozen definition
    that stands on something else than today, unless it is to be frozen anew.
    """
    names = [ws.segment(name).spec.segment] if name is not None else list(ws.segments)
    if not names:
        raise UserError("there is no segmentation yet: describe one in pipelines/segments/NAME.yaml")
    made = []
    with opened(ws) as home:
        day = as_of or last_day(home)
        refuse_beyond_data(home, day)
        for one in names:
            progress.step(one)
            ws, built = _one(ws, home, one, day, refreeze, progress)
            made.append(built)
    return made


def folder_of(ws: Workspace, name: str, as_of: date) -> Path:
    """Where a segmentation of a day lies."""
    return ws.root / SEGMENTS / name / f"as_of={as_of.isoformat()}"


def _one(
    ws: Workspace, home: Home, name: str, day: date, refreeze: bool, progress: Progress
) -> tuple[Workspace, Segmented]:
    before = ws.segment(name)
    fresh = before.spec.is_frozen and (before.frozen is None or refreeze)
    table = None
    if fresh:
        _refuse_waiting_parts(ws, before)
        if before.frozen is not None and not before.waits:
            table = _assigned(ws, home, before, day)
        ws = frozen_now(ws, home, before, day, progress)
    one = ws.segment(name)
    if one.waits:
        raise UserError(f"segmentation '{name}' {one.waits}")
    refuse_changed(ws, one)
    spine = everyone_spine(home, [day])
    counts, folder = _written(ws, home, one, day, spine, fresh, progress)
    if fresh and one.frozen is not None:
        shares = {group: round(n / max(1, spine.rows), 6) for group, n in counts.items()}
        write_frozen(ws, one.frozen.model_copy(update={"shares": shares}))
    refrozen = None
    if table is not None and before.frozen is not None and one.frozen is not None:
        refrozen = _moved(home, table, folder, one, difference(before.frozen, one.frozen))
    drift = None if fresh or one.frozen is None else drift_of(one, counts, spine.rows)
    frozen = one.frozen.as_of if one.frozen else None
    return ws, Segmented(
        name, one.spec.kind, day, spine.rows, counts, one.labels, frozen, fresh, drift, refrozen, folder
    )


def _refuse_waiting_parts(ws: Workspace, one: SegmentDef) -> None:
    if "is made of" in one.waits:
        raise UserError(f"segmentation '{one.spec.segment}' {one.waits}")


def _written(
    ws: Workspace, home: Home, one: SegmentDef, day: date, spine: Spine, froze: bool, progress: Progress
) -> tuple[dict[str, int], Path]:
    names = list(names_of(one.spec))
    query, key = feature_query(home, ws.features, names, spine, progress)
    chosen = exp.select(col(CUSTOMER), col(AS_OF), *(col(name) for name in names)).from_(query.subquery(ROW))
    folder = folder_of(ws, one.spec.segment, day)
    sweep(folder.parent)
    with whole_folder(folder, replace=True) as temporary:
        path = temporary / FILE
        home.engine.write(chosen.order_by(col(CUSTOMER)), path)
        counts = counted(home, one, path)
        facts = {
            "segment": one.spec.segment,
            "kind": one.spec.kind,
            "as_of": day.isoformat(),
            "customers": spine.rows,
            "groups": counts,
            "frozen": one.frozen.as_of.isoformat() if one.frozen else None,
            "frozen_with_this": froze,
            "data": key,
            "sources": dict(home.fingerprints),
        }
        write_manifest(temporary, [path], facts)
    return counts, folder


def counted(home: Home, one: SegmentDef, *paths: Path) -> dict[str, int]:
    """group -> customers in files of a segmentation, in the order of its groups."""
    home.engine.define_files(SEGMENTS, *paths)
    if one.spec.match == "many":
        sums = [
            exp.Sum(this=col(name)).as_(group, quoted=True)
            for name, group in zip(names_of(one.spec), one.groups, strict=True)
        ]
        row = home.engine.table(exp.select(*sums).from_(SEGMENTS)).to_pylist()[0]
        return {group: int(row[group] or 0) for group in one.groups}
    group = col(one.spec.segment)
    query = (
        exp.select(group.as_("g"), exp.Count(this=exp.Star()).as_("n")).from_(SEGMENTS).group_by(group.copy())
    )
    rows = {row["g"]: int(row["n"]) for row in home.engine.table(query).to_pylist()}
    kept = {name: rows.get(name, 0) for name in one.groups}
    return {name: n for name, n in kept.items() if n or name not in (one.spec.missing, one.spec.else_group)}


def drift_of(one: SegmentDef, counts: Mapping[str, int], customers: int) -> Drift | None:
    """The shares of today against those of the day of freezing."""
    if one.frozen is None or not one.frozen.shares or not customers:
        return None
    groups = list(dict.fromkeys([*one.frozen.shares, *counts]))
    then = [one.frozen.shares.get(group, 0.0) * one.frozen.customers for group in groups]
    now = [counts.get(group, 0) for group in groups]
    chance = psi_by_chance(one.frozen.customers, customers, len(groups))
    return Drift(one.frozen.as_of, psi(then, now), chance)


def _assigned(ws: Workspace, home: Home, one: SegmentDef, day: date) -> Path:
    """Who was in which group by the definition in force until now."""
    query, key = feature_query(home, ws.features, [one.spec.segment], everyone_spine(home, [day]))
    path, _ = home.kept("segments-before", exp.select("*").from_(query.subquery(ROW)), [key])
    return path


def _moved(home: Home, before: Path, folder: Path, one: SegmentDef, lines: Sequence[str]) -> Refrozen:
    home.engine.define_files(BEFORE, before)
    home.engine.define_files(SEGMENTS, folder / FILE)
    name = one.spec.segment
    other = exp.NEQ(this=col(name, BEFORE), expression=col(name, SEGMENTS))
    told = (
        exp.select(
            exp.Count(this=exp.Star()).as_("n"),
            exp.Sum(this=exp.Case().when(other, exp.Literal.number(1)).else_(exp.Literal.number(0))).as_(
                "moved"
            ),
        )
        .from_(BEFORE)
        .join(
            exp.to_table(SEGMENTS), on=exp.EQ(this=col(CUSTOMER, BEFORE), expression=col(CUSTOMER, SEGMENTS))
        )
    )
    row = home.engine.table(told).to_pylist()[0]
    return Refrozen(int(row["moved"] or 0), int(row["n"]), tuple(lines))


def built_days(ws: Workspace, name: str) -> list[date]:
    """The days for which a segmentation lies finished, the first one first."""
    folders = (ws.root / SEGMENTS / name).glob("as_of=*")
    days = [
        date.fromisoformat(one.name.removeprefix("as_of="))
        for one in folders
        if (one / "manifest.json").is_file()
    ]
    return sorted(days)


__all__ = ["Drift", "Segmented", "built_days", "counted", "drift_of", "folder_of", "read_manifest", "segment"]
