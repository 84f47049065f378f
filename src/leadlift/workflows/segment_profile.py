"""leadlift segment profile: who is in each group, its worth, movement and answers, as a page and a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from leadlift.engines.files import whole_file, write_text
from leadlift.errors import UserError
from leadlift.features import Home
from leadlift.progress import SILENT, Progress
from leadlift.segments.book import write_book
from leadlift.segments.describe import both_ends
from leadlift.segments.moves import Moves, moves_of
from leadlift.segments.pages import segment_html
from leadlift.segments.profiled import GroupProfile, Profiled, Response, Worth
from leadlift.specs import SegmentDef, Workspace
from leadlift.specs.segments import Group
from leadlift.workflows.last_day import last_day
from leadlift.workflows.score import refuse_beyond_data
from leadlift.workflows.segment import drift_of, segment
from leadlift.workflows.segment_facts import (
    covered_by,
    days_back,
    groups_over_time,
    responses_of,
    sheet_of,
    worth_of,
)
from leadlift.workflows.session import opened

MARKS = 8
NO_MOVES = Moves((), (), (), (), ())


def profile(
    ws: Workspace,
    name: str | None = None,
    as_of: date | None = None,
    months: int = 6,
    progress: Progress = SILENT,
) -> list[Profiled]:
    """Build and describe one segmentation, or all; write reports/segment-NAME.html and .xlsx.

    ws: opened for freezing; what is not frozen yet is frozen now. months: how far back movement is looked at. Raises
    UserError as `segment` does.
    """
    if months < 0:
        raise UserError(f"--months: {months} is below 0")
    built = {one.segment: one for one in segment(ws, name, as_of, progress=progress)}
    from leadlift.specs import open_workspace

    ws = open_workspace(ws.root, freezing=True)
    found = []
    with opened(ws) as home:
        day = as_of or last_day(home)
        refuse_beyond_data(home, day)
        for one in built.values():
            profiled = _profiled(
                ws, home, ws.segment(one.segment), day, months, one.groups, one.customers, progress
            )
            _write(profiled, ws.file.language)
            found.append(profiled)
    return found


def _profiled(
    ws: Workspace,
    home: Home,
    one: SegmentDef,
    day: date,
    months: int,
    counts: Mapping[str, int],
    customers: int,
    progress: Progress,
) -> Profiled:
    spec = one.spec
    progress.step(f"{spec.segment}: describing")
    sheet, inside, described = sheet_of(ws, home, one, day, progress)
    worth = worth_of(ws, home, one, day)
    responses, notes = responses_of(ws, home, one, progress)
    progress.step(f"{spec.segment}: movement")
    groups = []
    for group, count in counts.items():
        over, under = both_ends(sheet.marks(inside[group]), MARKS)
        told = spec.groups.get(group, Group())
        groups.append(
            GroupProfile(
                group,
                one.labels[group],
                told.strategy,
                told.offers,
                _proven(responses[group], told.offers),
                count,
                count / max(1, customers),
                worth.get(group),
                over,
                under,
                tuple(responses[group]),
            )
        )
    drift = drift_of(one, counts, customers)
    reports = ws.root / "reports"
    return Profiled(
        segment=spec.segment,
        label=one.label,
        kind=spec.kind,
        description=spec.description,
        as_of=day,
        customers=customers,
        groups=tuple(groups),
        covered=covered_by(ws, home, one, day),
        moves=_moves(ws, home, one, day, months, list(counts), progress),
        frozen=one.frozen.as_of if one.frozen else None,
        psi=drift.psi if drift else None,
        psi_by_chance=drift.chance if drift else None,
        tried=one.frozen.chosen if one.frozen else (),
        described=described,
        notes=tuple(notes),
        page=reports / f"segment-{spec.segment}.html",
        book=reports / f"segment-{spec.segment}.xlsx",
    )


def _moves(
    ws: Workspace, home: Home, one: SegmentDef, day: date, months: int, seen: list[str], progress: Progress
) -> Moves:
    """Movement over the months, without groups that nobody was ever in."""
    if one.spec.match == "many":
        return NO_MOVES
    days = days_back(home, day, months)
    codes = groups_over_time(ws, home, one, days, progress)
    return moves_of(codes, one.groups, days).without_empty(seen)


def _proven(responses: list[Response], offers: tuple[str, ...]) -> tuple[str, ...]:
    """The pipelines, churn apart, of which the group had the outcome more often than others beyond luck."""
    return tuple(one.pipeline for one in responses if one.kind != "churn" and one.above)


def _write(one: Profiled, language: str) -> tuple[Path, Path]:
    write_text(one.page, segment_html(one, language))
    with whole_file(one.book) as temporary:
        write_book(temporary, one, language)
    return one.page, one.book


__all__ = ["Worth", "profile"]
