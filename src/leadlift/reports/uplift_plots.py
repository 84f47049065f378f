"""The plots of an uplift card: finished numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leadlift.reports.canvas import ACCENT, BASELINE, MODEL, MUTED, drawn
from leadlift.reports.uplift_card import EffectRow


def qini_plot(depths: npt.ArrayLike, model: npt.ArrayLike, response: npt.ArrayLike, *, share: bool) -> bytes:
    """What is gained when only the customers with the highest predicted effect are contacted.

    depths, model, response: (n_points,), from 0 to 1; the last two are outcomes gained per treated customer.
    """
    times = 100 if share else 1
    with drawn(vector=True) as (axes, svg):
        x, found, other = (np.asarray(part, dtype=np.float64) for part in (depths, model, response))
        axes.plot([0, 1], [0, times * found[-1]], color=MUTED, linestyle=":", label="contacted at random")
        axes.plot(x, times * other, color=BASELINE, linewidth=1.4, label="by the response model")
        axes.plot(x, times * found, color=MODEL, linewidth=2.2, label="by predicted effect")
        axes.set(title="Gained by contacting the best", xlabel="share of customers contacted")
        axes.set(ylabel=f"gained per {'100 customers' if share else 'customer'}", xlim=(0, 1))
        axes.legend(loc="lower right")
    return svg[0]


def uplift_deciles_plot(deciles: Sequence[EffectRow], *, share: bool) -> bytes:
    """The effect in each tenth, with its interval, beside what was predicted; decile 1 is promised the most."""
    times = 100 if share else 1
    with drawn(vector=True) as (axes, svg):
        places = [row.decile for row in deciles]
        effect = times * np.array([row.effect for row in deciles])
        ends = times * np.array([[row.low for row in deciles], [row.high for row in deciles]])
        errors = np.clip(np.nan_to_num(np.vstack([effect - ends[0], ends[1] - effect])), 0, None)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.bar(places, effect, color=MODEL, width=0.72, alpha=0.75, label="found")
        axes.errorbar(places, effect, yerr=errors, fmt="none", ecolor=MUTED, capsize=2)
        predicted = [times * row.predicted for row in deciles]
        axes.plot(places, predicted, "o", color=ACCENT, markersize=5, label="predicted")
        axes.set(title="Effect by decile", xlabel="decile, 1 is promised the most", xticks=places)
        axes.set(ylabel="points" if share else "per customer")
        axes.legend(loc="upper right")
    return svg[0]
