"""The plots of a value card: finished numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leadlift.reports.canvas import ACCENT, BASELINE, MODEL, MUTED, drawn
from leadlift.reports.value_card import ValueRow


def money_plot(
    depths: npt.ArrayLike, model: npt.ArrayLike, linear: npt.ArrayLike, chance: npt.ArrayLike
) -> bytes:
    """The money that the best customers brought, by how many of them there are.

    depths, model, linear, chance: (n_points,); depths from 0 to 1, the others money.
    """
    with drawn(vector=True) as (axes, svg):
        x, *lines = (np.asarray(part, dtype=np.float64) for part in (depths, model, linear, chance))
        axes.plot([0, 1], [0, lines[0][-1]], color=MUTED, linestyle=":", label="at random")
        axes.plot(x, lines[2], color=ACCENT, linewidth=1.2, label="by the chance of any amount")
        axes.plot(x, lines[1], color=BASELINE, linewidth=1.4, label="by the linear model")
        axes.plot(x, lines[0], color=MODEL, linewidth=2.2, label="by expected amount")
        axes.set(title="Money brought by the best customers", xlabel="share of customers", xlim=(0, 1))
        axes.set(ylabel="money", ylim=(0, None))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.legend(loc="lower right")
    return svg[0]


def value_deciles_plot(deciles: Sequence[ValueRow]) -> bytes:
    """The mean amount of each tenth, with its interval, beside what was predicted; decile 1 is promised the most."""
    with drawn(vector=True) as (axes, svg):
        places = [row.decile for row in deciles]
        actual = np.array([row.actual for row in deciles])
        ends = np.array([[row.low for row in deciles], [row.high for row in deciles]])
        errors = np.clip(np.nan_to_num(np.vstack([actual - ends[0], ends[1] - actual])), 0, None)
        axes.bar(places, actual, color=MODEL, width=0.72, alpha=0.75, label="brought")
        axes.errorbar(places, actual, yerr=errors, fmt="none", ecolor=MUTED, capsize=2)
        axes.plot(
            places, [row.predicted for row in deciles], "o", color=ACCENT, markersize=5, label="predicted"
        )
        axes.set(title="Mean amount by decile", xlabel="decile, 1 is promised the most", xticks=places)
        axes.set(ylabel="per customer")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.legend(loc="upper right")
    return svg[0]
