"""A segmentation as people read it: one self-contained page."""

from __future__ import annotations

from markupsafe import Markup

from leadlift.reports.page import html_page, render
from leadlift.segments.describe import FEW, Mark
from leadlift.segments.profiled import Profiled
from leadlift.segments.words import WORDS

ROOM = "leadlift.segments"


def segment_html(one: Profiled, language: str = "en") -> str:
    """The page of a segmentation, in the language of the workspace."""
    from leadlift.segments import plots

    words = WORDS[language]
    labels = {group.group: group.label for group in one.groups}
    body = render(
        "segment.html.j2",
        ROOM,
        one=one,
        words=words,
        labels=labels,
        told=told,
        few=FEW,
        widest=max([group.share for group in one.groups] + [1e-9]),
        shares=plots.shares_plot(one.moves, labels) if len(one.moves.days) > 1 else None,
        numbers=plots.number_plot(one.tried, words) if len(one.tried) > 1 else None,
        matrix=shares_of_rows(one.moves.matrix()),
    )
    subtitle = (
        f"{words[f'kind_{one.kind}']}, {one.customers:,} {words['customers']}, {words['as_of']} {one.as_of}"
    )
    return html_page(one.label, subtitle, Markup(body), kicker=words["kicker"])


def shares_of_rows(matrix: list[list[int]]) -> list[list[float]]:
    """Each row of counts as shares of its sum; a row of nothing is all 0."""
    return [[count / max(1, sum(row)) for count in row] for row in matrix]


def told(mark: Mark, value: float) -> str:
    """A mark's number as people say it."""
    if mark.category is not None:
        return f"{value:.0%}"
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2g}"
    return f"{text}%" if mark.unit == "%" else text
