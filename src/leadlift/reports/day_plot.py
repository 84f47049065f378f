"""Rows of a source by day or month, with what stands out marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from leadlift.reports.canvas import ACCENT, BASELINE, MODEL, drawn

MOST_BARS = 200
COLOURS = {"gap": ACCENT, "unusual": BASELINE}
WORDS = {"gap": "gap", "unusual": "unusual volume"}


def days_plot(days: Sequence[tuple[date, int]], marked: Sequence[tuple[date, date, str]]) -> bytes:
    """Rows by day; by week or month where days would be too many to see.

    days: day and rows, in order, at least one. marked: first day, last day and reason of what stands out. PNG.
    """
    bars, width, word = _bars(days)
    with drawn(7.6, 2.1) as (axes, png):
        axes.bar(list(bars), list(bars.values()), width=width, align="edge", color=MODEL)  # type: ignore[arg-type]  # dates are places
        told: set[str] = set()
        for first, last, why in marked:
            label = None if why in told else WORDS[why]
            told.add(why)
            end = last + timedelta(days=1)
            axes.axvspan(first, end, color=COLOURS[why], alpha=0.35, linewidth=0, label=label)  # type: ignore[arg-type]  # dates are places
        axes.set(title=f"Rows by {word}")
        axes.margins(x=0.01)
        axes.grid(axis="x", visible=False)
        if told:
            axes.legend(loc="upper left", fontsize=8)
    return png[0]


def _bars(days: Sequence[tuple[date, int]]) -> tuple[Counter[date], float, str]:
    """First day of each bar and its rows, the width in days, and what a bar is."""
    span = (days[-1][0] - days[0][0]).days + 1
    bars: Counter[date] = Counter()
    word = "day" if span <= MOST_BARS else "week" if span <= 7 * MOST_BARS else "month"
    for day, rows in days:
        start = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[word]
        bars[start] += rows
    return bars, {"day": 0.9, "week": 6.3, "month": 27.0}[word], word
