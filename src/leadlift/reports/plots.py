"""The plots of a model card: finished numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from leadlift.reports.canvas import ACCENT, BASELINE, GRID, INK, MODEL, MUTED, drawable, drawn, in_room
from leadlift.reports.card import FeatureLine
from leadlift.reports.numbers import DecileRow, MonthPoint, ReliabilityPoint


def gains_plot(
    shares: npt.ArrayLike,
    model: npt.ArrayLike,
    baseline: npt.ArrayLike | None = None,
    interval: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike] | None = None,
) -> bytes:
    """How many of the responders are found when only the best share of customers is contacted.

    shares, model, baseline: (n_points,), from 0 to 1; the last two are shares of all responders. interval: other
    shares, and the lower and upper ends of the model's there.
    """
    with drawn(vector=True) as (axes, png):
        x, found = np.asarray(shares), np.asarray(model)
        axes.plot([0, 1], [0, 1], color=MUTED, linestyle=":", label="contacted at random")
        if baseline is not None:
            axes.plot(x, np.asarray(baseline), color=BASELINE, linewidth=1.4, label="logistic regression")
        if interval is not None:
            axes.fill_between(*interval, color=MODEL, alpha=0.18, linewidth=0, label="95 % interval")
        axes.plot(x, found, color=MODEL, linewidth=2.2, label="model")
        _tell_at(axes, x, found, 0.2)
        axes.set(title="Responders found", xlabel="customers contacted, best first")
        axes.set(xlim=(0, 1), ylim=(0, 1.01))
        _percent(axes, "x", "y")
        axes.legend(loc="lower right")
    return png[0]


def lift_plot(deciles: Sequence[DecileRow]) -> bytes:
    """How often each tenth responds, and how often it was expected to; decile 1 is the best."""
    with drawn(vector=True) as (axes, png):
        places = [row.decile for row in deciles]
        rates = [row.response_rate for row in deciles]
        ends = np.array([_rate_ends(row) for row in deciles]).T
        errors = np.clip(np.vstack([rates - ends[0], ends[1] - rates]), 0, None)
        bars = {"ecolor": INK, "capsize": 2, "elinewidth": 0.9}
        label = "responded, 95 % interval"
        axes.bar(places, rates, color=MODEL, width=0.72, label=label, yerr=errors, error_kw=bars)
        expected = [row.mean_probability for row in deciles]
        axes.plot(places, expected, "o", color=ACCENT, markersize=5, label="expected")
        for row in deciles:
            above = max(_rate_ends(row)[1], row.mean_probability)
            place, told = (row.decile, above), f"{row.lift:.1f}x"
            axes.annotate(told, place, (0, 5), textcoords="offset points", ha="center", fontsize=8)
        axes.set(title="Response rate and lift by decile", xlabel="decile, 1 is the best", xticks=places)
        axes.grid(axis="x", visible=False)
        axes.margins(y=0.12)
        _percent(axes, "y")
        axes.legend(loc="upper right")
    return png[0]


def reliability_plot(points: Sequence[ReliabilityPoint]) -> bytes:
    """Whether chances come true: on the line, as many responded as were promised to."""
    with drawn(vector=True) as (axes, png):
        promised = np.array([point.mean_probability for point in points])
        actual = np.array([point.actual_rate for point in points])
        ends = np.array([[point.low for point in points], [point.high for point in points]])
        top = float(max(promised.max(), ends.max())) * 1.05
        axes.plot([0, top], [0, top], color=MUTED, linestyle=":", label="exactly as promised")
        errors = np.clip(np.vstack([actual - ends[0], ends[1] - actual]), 0, None)
        label = "tenths of the customers, 95 % interval"
        axes.errorbar(promised, actual, yerr=errors, fmt="o", color=MODEL, capsize=2, label=label)
        count = f"{points[0].customers:,.0f} customers each"
        axes.annotate(count, (0.98, 0.04), xycoords="axes fraction", ha="right", color=MUTED)
        axes.set(title="Do the chances come true?", xlabel="chance promised", ylabel="share that responded")
        axes.set(xlim=(0, top), ylim=(0, top))
        _percent(axes, "x", "y")
        axes.legend(loc="upper left")
    return png[0]


def score_plot(probability: npt.ArrayLike, responded: npt.ArrayLike) -> bytes:
    """How the chances are spread among those who responded and those who did not.

    probability: (n,), in (0, 1). responded: (n,), 0 or 1. Each group's bars add up to 1, along log-odds.
    """
    with drawn(vector=True) as (axes, png):
        chance, yes = np.clip(np.asarray(probability), 1e-6, 1 - 1e-6), np.asarray(responded) > 0
        odds = np.log(chance / (1 - chance))
        low, high = np.quantile(odds, [0.001, 0.999])  # one far chance would press all others together
        odds = np.clip(odds, low, high)
        edges = np.linspace(low - 1e-6, high + 1e-6, 41).tolist()
        for group, colour, label in ((~yes, MUTED, "did not respond"), (yes, MODEL, "responded")):
            if group.any():
                weights = np.full(group.sum(), 1 / group.sum())
                axes.hist(odds[group], edges, weights=weights, color=colour, alpha=0.6, label=label)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{100 / (1 + np.exp(-at)):.2g}%"))
        axes.set(title="Spread of the chances", xlabel="chance", ylabel="share of the group")
        _percent(axes, "y")
        axes.legend(loc="upper right")
    return png[0]


def months_plot(months: Sequence[MonthPoint]) -> bytes:
    """The response rate by as-of month, as it was and as it was predicted."""
    with drawn(vector=True) as (axes, png):
        places = np.arange(len(months))
        cases = axes.twinx()
        cases.bar(places, [month.cases for month in months], color=GRID, width=0.8)
        cases.set(ylabel="customers (bars)")
        cases.spines["right"].set_visible(False)
        cases.grid(visible=False)
        cases.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
        axes.set_zorder(cases.get_zorder() + 1)
        axes.patch.set_visible(False)
        actual = [month.responders / month.cases for month in months]
        predicted = [month.predicted / month.cases for month in months]
        axes.plot(places, actual, "o-", color=MODEL, label="responded")
        axes.plot(places, predicted, "o--", color=ACCENT, markersize=4, label="predicted")
        axes.set(title="Response rate over time", xlabel="as-of month")
        axes.set_ylim(0, max(*actual, *predicted, 1e-6) * 1.3)
        every = -(-len(months) // 5)
        axes.set_xticks(places[::every], [month.month for month in months][::every])
        _percent(axes, "y")
        axes.legend(loc="upper left", ncols=2)
    return png[0]


def importance_plot(features: Sequence[FeatureLine], top: int = 20) -> bytes:
    """What the model looks at most: each feature's share of all that its splits gained."""
    strongest = sorted(features, key=lambda feature: feature.share)[-top:]
    with drawn(height=0.9 + 0.24 * max(4, len(strongest)), vector=True) as (axes, png):
        names = [in_room(drawable(feature.label, feature.name)) for feature in strongest]
        bars = axes.barh(range(len(names)), [feature.share for feature in strongest], color=MODEL, height=0.7)
        shares = [f"{feature.share:.1%}" for feature in strongest]
        axes.bar_label(bars, labels=shares, padding=3, fontsize=8)
        axes.set_yticks(range(len(names)), names)
        axes.set(title="What the model looks at", xlabel="share of importance (gain)")
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.1)
        _percent(axes, "x")
    return png[0]


def profit_plot(
    shares: npt.ArrayLike, money: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, currency: str
) -> bytes:
    """What contacting the best share earns per 1,000 customers, and where it is most. All (n_points,)."""
    with drawn(7.6, 3.2, vector=True) as (axes, png):
        x, earned = np.asarray(shares), np.asarray(money)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.fill_between(x, low, high, color=MODEL, alpha=0.18, linewidth=0, label="95 % interval")
        axes.plot(x, earned, color=MODEL, linewidth=2.2, label="earned")
        best = int(np.argmax(earned))
        axes.plot(x[best], earned[best], "o", color=ACCENT, label=f"most: the best {x[best]:.0%}")
        axes.set(title="What each depth earns", xlabel="customers contacted, best first", xlim=(0, 1))
        axes.set(ylabel=f"{currency} per 1,000 customers".strip())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda money, _: f"{money:,.0f}"))
        _percent(axes, "x")
        axes.legend(loc="upper right")
    return png[0]


def _rate_ends(row: DecileRow) -> tuple[float, float]:
    """The 95 % interval of a response rate (Wilson, 1927)."""
    spread = 1.96**2 / row.customers
    middle = (row.response_rate + spread / 2) / (1 + spread)
    half = np.sqrt(row.response_rate * (1 - row.response_rate) * spread + spread**2 / 4) / (1 + spread)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def _tell_at(axes: Axes, shares: npt.NDArray[np.float64], found: npt.NDArray[np.float64], at: float) -> None:
    """Say one point of the curve in words: that is what a planner remembers."""
    height = float(np.interp(at, shares, found))
    axes.plot([at, at], [0, height], color=MODEL, linewidth=0.8, linestyle="--")
    axes.plot([at], [height], "o", color=MODEL, markersize=5)
    told = f"the best {at:.0%} hold {height:.0%}"
    behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
    axes.annotate(told, (at + 0.02, height - 0.09), color=MODEL, weight="bold", bbox=behind)


def _percent(axes: Axes, *which: str) -> None:
    for name in which:
        axis = axes.xaxis if name == "x" else axes.yaxis
        low, high = axis.get_view_interval()
        decimals = 0 if abs(high - low) >= 0.1 else 1 if abs(high - low) >= 0.01 else 2
        axis.set_major_formatter(PercentFormatter(1.0, decimals=decimals))
        axis.set_major_locator(MaxNLocator(6))
