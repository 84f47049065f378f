"""The pictures of a segmentation's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.ticker import MaxNLocator, PercentFormatter

from leadlift.reports.canvas import ACCENT, BASELINE, MODEL, MUTED, drawn
from leadlift.segments.moves import Moves

COLOURS = (
    MODEL,
    BASELINE,
    "#5b8c5a",
    ACCENT,
    "#6c5b8f",
    "#3c8d93",
    "#b5679c",
    "#8a7b46",
    "#4f6d8f",
    MUTED,
    "#2f4858",
    "#c9a227",
)


def number_plot(tried: Sequence[Mapping[str, float]], words: Mapping[str, str]) -> bytes:
    """How stable and how far apart each number of clusters is, and which was taken."""
    with drawn(6.4, 3.4, vector=True) as (axes, png):
        numbers = [int(one["clusters"]) for one in tried]
        for part, colour in (("stability", MODEL), ("silhouette", BASELINE)):
            axes.plot(numbers, [one[part] for one in tried], "o-", color=colour, label=words[part])
        taken = next(one for one in tried if one["taken"])
        axes.axvline(taken["clusters"], color=ACCENT, linestyle=":")
        axes.set(xlabel=words["number"], xticks=numbers)
        low = min([0.0, *(one["silhouette"] for one in tried)])
        axes.set_ylim(low, 1.03)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1)
    return png[0]


def shares_plot(moves: Moves, labels: Mapping[str, str]) -> bytes:
    """The share of each group on each date."""
    with drawn(7.4, 3.6, vector=True) as (axes, png):
        totals = [sum(column) for column in zip(*moves.customers, strict=True)]
        days = [day.isoformat()[:7] if len(moves.days) > 6 else day.isoformat() for day in moves.days]
        for place, group in enumerate(moves.groups):
            if any(moves.customers[place]):
                shares = [n / max(1, total) for n, total in zip(moves.customers[place], totals, strict=True)]
                colour = COLOURS[place % len(COLOURS)]
                axes.plot(days, shares, color=colour, label=labels.get(group, group), linewidth=1.8)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.xaxis.set_major_locator(MaxNLocator(7))
        axes.set_ylim(bottom=0)
        axes.margins(x=0.02)
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return png[0]
