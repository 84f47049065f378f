"""leadlift segment profile: who is in each group, its worth, movement and answers, as a page and a workbook."""

from __future__ import annotations

from datetime import date

import pandas as pd

from leadlift.engines.files import whole_file, write_text
from leadlift.errors import UserError
from leadlift.features import Home
from leadlift.progress import SILENT, Progress
from leadlift.segments.book import write_book
from leadlift.segments.describe import both_ends
from leadlift.segments.moves import Moves, moves_of
from leadlift.segments.pages import segment_html
from leadlift.segments.profiled import GroupProfile, Profiled, Response
from leadlift.specs import SegmentDef, Workspace, open_workspace
from leadlift.specs.segments import Group
from leadlift.workflows.last_day import last_day
from leadlift.workflows.score import refuse_beyond_data
from leadlift.workflows.segment import Segmented, segment
from leadlift.workflows.segment_facts import (
    covered_by,
    days_back,
    groups_over_time,
    responses_of,
    sheet_of,
    worth_of,
)
from leadlift.workflows.segment_lists import answers_of, listed_cases
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
    ws = open_workspace(ws.root, freezing=True)
    found = []
    with opened(ws) as home:
        day = as_of or last_day(home)
        refuse_beyond_data(home, day)
        progress.step("past campaigns")
        cases, open_lists = listed_cases(ws, home, day)
        for one in built.values():
            progress.step(f"{one.segment}: describing")
            definition = ws.segment(one.segment)
            groups, described, notes = _groups(ws, home, definition, one, cases, progress)
            profiled = Profiled(
                segment=one.segment,
                label=definition.label,
                kind=one.kind,
                description=definition.spec.description,
                as_of=day,
                customers=one.customers,
                groups=groups,
                covered=covered_by(ws, home, definition, day),
                moves=_moves(ws, home, definition, day, months, list(one.groups), progress),
                frozen=one.frozen,
                psi=one.drift.psi if one.drift else None,
                psi_by_chance=one.drift.chance if one.drift else None,
                tried=definition.frozen.chosen if definition.frozen else (),
                described=described,
                notes=(*notes, *open_lists),
                page=ws.root / "reports" / f"segment-{one.segment}.html",
                book=ws.root / "reports" / f"segment-{one.segment}.xlsx",
            )
            _write(profiled, ws.file.language)
            found.append(profiled)
    return found


def _groups(
    ws: Workspace,
    home: Home,
    definition: SegmentDef,
    built: Segmented,
    cases: pd.DataFrame,
    progress: Progress,
) -> tuple[tuple[GroupProfile, ...], int, list[str]]:
    """Each group described, how many customers that is told from, and what is not told."""
    sheet, inside, described = sheet_of(ws, home, definition, built.as_of, progress)
    worth = worth_of(ws, home, definition, built.as_of)
    responses, notes = responses_of(ws, home, definition, progress)
    answers = answers_of(ws, home, definition, cases, progress)
    groups = []
    for name, count in built.groups.items():
        over, under = both_ends(sheet.marks(inside[name]), MARKS)
        told = definition.spec.groups.get(name, Group())
        groups.append(
            GroupProfile(
                group=name,
                label=definition.labels[name],
                strategy=told.strategy,
                offers=told.offers,
                proven=_proven(responses[name]),
                customers=count,
                share=count / max(1, built.customers),
                worth=worth.get(name),
                over=over,
                under=under,
                responses=tuple(responses[name]),
                answers=tuple(answers[name]),
            )
        )
    return tuple(groups), described, notes


def _moves(
    ws: Workspace, home: Home, one: SegmentDef, day: date, months: int, seen: list[str], progress: Progress
) -> Moves:
    """Movement over the months, without groups that nobody was ever in."""
    if one.spec.match == "many":
        return NO_MOVES
    days = days_back(home, day, months)
    codes = groups_over_time(ws, home, one, days, progress)
    return moves_of(codes, one.groups, days).without_empty(seen)


def _proven(responses: list[Response]) -> tuple[str, ...]:
    """The pipelines, churn apart, of which the group had the outcome more often than others beyond luck."""
    return tuple(one.pipeline for one in responses if one.kind != "churn" and one.above)


def _write(one: Profiled, language: str) -> None:
    write_text(one.page, segment_html(one, language))
    with whole_file(one.book) as temporary:
        write_book(temporary, one, language)
