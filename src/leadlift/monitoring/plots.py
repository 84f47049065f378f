"""The pictures of a monitoring page: finished numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

from leadlift.evaluation import DRIFT, SHIFT
from leadlift.monitoring.drift import Drift
from leadlift.monitoring.months import MonthJudged
from leadlift.monitoring.watched import ScoredThen
from leadlift.reports.canvas import ACCENT, BASELINE, GRID, INK, MODEL, MUTED, drawn, in_room

TOP, MOVING = 14, 3


def responders_plot(months: Sequence[MonthJudged], marks: tuple[float, float]) -> bytes:
    """Responders of each scoring over the expected, with what chance allows. marks: the ratios that are too far."""
    with drawn(vector=True) as (axes, svg):
        x = np.arange(len(months))
        low, high = (
            [end / one.expected for one, end in zip(months, ends, strict=True)] for ends in _ends(months)
        )
        axes.fill_between(
            x, low, high, color=MODEL, alpha=0.14, linewidth=0, step="mid", label="95 of 100 months"
        )
        axes.axhline(1, color=MUTED, linewidth=1)
        for mark in marks:
            axes.axhline(mark, color=ACCENT, linewidth=0.9, linestyle=":")
        _marked(axes, [one.ratio for one in months], [one.badly_calibrated for one in months], "responded")
        axes.set(title="Responders over the expected")
        ratios = [one.ratio for one in months]
        axes.set_ylim(min(0.6, *ratios, *low) - 0.05, max(1.5, *ratios, *high) + 0.15)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.1f}x"))
        _dates(axes, [one.as_of for one in months])
        axes.legend(loc="upper left", ncols=2, fontsize=8)
    return svg[0]


def ranking_plot(months: Sequence[MonthJudged], scorings: Sequence[ScoredThen], then: float | None) -> bytes:
    """The AUC of each scoring: estimated from the chances, and measured where outcomes are known. then: at training."""
    with drawn(vector=True) as (axes, svg):
        days = [one.as_of for one in scorings]
        place = {day: index for index, day in enumerate(days)}
        told = [(place[one.as_of], one.estimate.auc) for one in scorings if one.estimate]
        if then is not None:
            axes.axhline(then, color=MUTED, linewidth=1, linestyle=":", label="expected at training")
        if told:
            axes.plot(
                *zip(*told, strict=True), "o--", color=BASELINE, markersize=4, label="estimated from chances"
            )
        known = [one for one in months if one.auc is not None and one.as_of in place]
        x = [place[one.as_of] for one in known]
        auc = [one.auc or 0.5 for one in known]
        spread = [1.96 * (one.gap_error or 0.0) for one in known]
        if known:
            axes.errorbar(
                x, auc, yerr=spread, fmt="o-", color=MODEL, capsize=2, label="measured, 95 % interval"
            )
        worse = [(at, value) for at, value, one in zip(x, auc, known, strict=True) if one.ranked_worse]
        if worse:
            axes.plot(*zip(*worse, strict=True), "o", color=ACCENT, markersize=8, zorder=5)
        axes.set(title="AUC: estimated, then measured")
        drawn_low, drawn_high = axes.get_ylim()
        axes.set_ylim(min(0.5, drawn_low), min(1.0, drawn_high + 0.06))
        _dates(axes, days)
        axes.legend(loc="lower left", fontsize=8)
    return svg[0]


def drift_plot(features: Sequence[Drift]) -> bytes:
    """The features that moved beyond what chance gives, the most first, with the usual marks; not counted: pale."""
    shown = [one for one in features if one.last.excess > 0][:TOP][::-1]
    with drawn(height=0.9 + 0.24 * max(5, len(shown)), vector=True) as (axes, svg):
        values = [one.last.excess for one in shown]
        colours = [ACCENT if v > SHIFT else BASELINE if v > DRIFT else MODEL for v in values]
        faded = [1.0 if one.counted else 0.35 for one in shown]
        bars = axes.barh(range(len(shown)), values, color=colours, height=0.7)
        for bar, alpha in zip(bars, faded, strict=True):
            bar.set_alpha(alpha)
        axes.bar_label(bars, labels=[f"{v:.2f}" if v else "" for v in values], padding=3, fontsize=8)
        for mark in (DRIFT, SHIFT):
            axes.axvline(mark, color=MUTED, linewidth=0.9, linestyle=":")
        axes.set_yticks(range(len(shown)), [in_room(one.name) for one in shown])
        axes.set_ylim(min(-0.6, len(shown) - 4.5), len(shown) - 0.4)
        axes.set(title="PSI beyond chance, by feature", xlim=(0, max(0.3, *values) * 1.12 if values else 0.3))
        axes.grid(axis="y", visible=False)
    return svg[0]


def moving_plot(score: Drift, features: Sequence[Drift]) -> bytes:
    """PSI beyond chance by scoring: of the score, and of the features that moved most."""
    with drawn(vector=True) as (axes, svg):
        moved = sorted(features, key=lambda one: -max(day.excess for day in one.days))[:MOVING]
        shown = [score, *(one for one in moved if max(day.excess for day in one.days) > 0)]
        for one, colour in zip(shown, (INK, MODEL, BASELINE, ACCENT), strict=False):
            values = [day.excess for day in one.days]
            axes.plot(range(len(values)), values, "o-", color=colour, markersize=4, label=one.name)
        for mark in (DRIFT, SHIFT):
            axes.axhline(mark, color=MUTED, linewidth=0.9, linestyle=":")
        axes.set(title="PSI beyond chance, over time")
        axes.set_ylim(-0.01, max(0.3, *(day.excess for one in shown for day in one.days)) * 1.25)
        _dates(axes, [day.as_of for day in score.days])
        axes.legend(loc="upper left", fontsize=8, ncols=2)
    return svg[0]


def customers_plot(scorings: Sequence[ScoredThen]) -> bytes:
    """Customers scored, and their mean chance."""
    with drawn(vector=True) as (axes, svg):
        x = np.arange(len(scorings))
        counts = axes.twinx()
        counts.bar(x, [one.customers for one in scorings], color=GRID, width=0.8)
        counts.set(ylabel="customers scored (bars)")
        counts.spines["right"].set_visible(False)
        counts.grid(visible=False)
        counts.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
        axes.set_zorder(counts.get_zorder() + 1)
        axes.patch.set_visible(False)
        chances = [one.mean_chance for one in scorings]
        axes.plot(x, chances, "o-", color=MODEL, label="mean chance")
        axes.set(title="Customers scored, and their chance")
        axes.set_ylim(min(0.0, *chances), max(*chances, 1e-6) * 1.3)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
        _dates(axes, [one.as_of for one in scorings])
        axes.legend(loc="upper left")
    return svg[0]


def _ends(months: Sequence[MonthJudged]) -> tuple[list[float], list[float]]:
    return [one.low for one in months], [one.high for one in months]


def _marked(axes: Axes, values: Sequence[float], loud: Sequence[bool], label: str) -> None:
    x = np.arange(len(values))
    axes.plot(x, values, "o-", color=MODEL, label=label)
    off = [place for place, one in enumerate(loud) if one]
    if off:
        axes.plot(
            off, [values[place] for place in off], "o", color=ACCENT, markersize=8, label="off, beyond chance"
        )


def _dates(axes: Axes, days: Sequence[date]) -> None:
    every = max(1, -(-len(days) // 5))
    axes.set_xticks(range(0, len(days), every), [day.isoformat() for day in days[::every]])
    axes.set_xlim(-0.6, max(1, len(days) - 1) + 0.6)
