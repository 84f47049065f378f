"""The plots of a search for parameters: finished numbers in, PNG out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from leadlift.reports.canvas import ACCENT, MODEL, MUTED, drawn


@dataclass(frozen=True)
class TrialPoint:
    """One trial. value: of the metric, the last seen when it was ended early. final: on all rows, for the best."""

    number: int
    value: float
    complete: bool
    final: float | None


def history_plot(points: Sequence[TrialPoint], metric: str, higher_is_better: bool) -> bytes:
    """What each trial reached, in the order they began, and the best so far."""
    with drawn() as (axes, png):
        whole = [point for point in points if point.complete]
        early = [point for point in points if not point.complete]
        for some, color, label in ((early, MUTED, "ended early"), (whole, MODEL, "complete")):
            axes.plot(
                [p.number for p in some], [p.value for p in some], "o", color=color, markersize=4, label=label
            )
        best = np.maximum.accumulate if higher_is_better else np.minimum.accumulate
        reached = best(np.array([point.value for point in whole]))
        axes.step(
            [p.number for p in whole], reached, where="post", color=MODEL, linewidth=1.2, label="best so far"
        )
        last = [point for point in points if point.final is not None]
        places, finals = [p.number for p in last], [p.final for p in last]
        axes.plot(
            places, np.array(finals, dtype=float), "D", color=ACCENT, markersize=5, label="final, on all rows"
        )
        axes.set(title="Trials", xlabel="trial", ylabel=f"{metric.replace('_', ' ')}, validation")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="lower right")
    return png[0]


def importances_plot(importances: Mapping[str, float]) -> bytes:
    """How much each parameter decides whether a trial is among the best; shares that add up to 1."""
    with drawn() as (axes, png):
        ordered = sorted(importances.items(), key=lambda one: one[1])
        axes.barh([name for name, _ in ordered], [share for _, share in ordered], color=MODEL)
        axes.set(title="What decides", xlabel="share of the importance")
        axes.grid(axis="y", visible=False)
    return png[0]
