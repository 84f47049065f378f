"""SHAP's own plots from LightGBM's exact contributions. The only module that imports shap."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np

from leadlift.explain.explained import Explained
from leadlift.reports.canvas import INK, MODEL, as_png, drawable, fonts, in_room

if "matplotlib.pyplot" not in sys.modules and "MPLBACKEND" not in os.environ:
    mpl.use("agg")  # shap draws through pyplot, which would look for a screen

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # shap makes its colours in a way that matplotlib will not have for long
    import shap
    from matplotlib import pyplot

EFFECT = "effect on the score, in "


def summary_plot(explained: Explained, top: int = 15) -> bytes:
    """Every customer as a dot: where it stands is the effect, its colour the feature's value."""
    columns = explained.strongest(top)
    dots = _explanation(explained, columns)
    with _shap_figure(EFFECT + explained.unit) as png:
        shap.plots.beeswarm(dots, max_display=len(columns), show=False, plot_size=None)
        pyplot.gcf().set_size_inches(11.5, 1.4 + 0.38 * len(columns))
    return png[0]


def bar_plot(explained: Explained, top: int = 15) -> bytes:
    """How far each feature moves a score, on average."""
    columns = explained.strongest(top)
    with _shap_figure(f"mean {EFFECT}{explained.unit}") as png:
        shap.plots.bar(_explanation(explained, columns), max_display=len(columns), show=False)
        pyplot.gcf().set_size_inches(11.5, 1.2 + 0.36 * len(columns))
    return png[0]


def dependence_plot(explained: Explained, column: int) -> bytes:
    """What a feature's value does to the score; every customer is a dot."""
    dots = _explanation(explained, [column])[:, 0]
    with _shap_figure() as png:
        axes = pyplot.gcf().subplots()
        shap.plots.scatter(dots, ax=axes, color=MODEL, alpha=0.5, show=False)
        axes.set_ylabel(EFFECT + explained.unit, fontsize=10)
        axes.set_xlabel(_label(explained, column), fontsize=11)
        names = explained.categories.get(explained.phrases[column].feature)
        if names is not None:
            shown = [drawable(name, str(code)) for code, name in enumerate(names)]
            axes.set_xticks(range(len(names)), shown, rotation=30, ha="right", fontsize=9)
            axes.set_xlim(-0.6, len(names) - 0.4)
        pyplot.gcf().set_size_inches(5.4, 3.8)
    return png[0]


def waterfall_plot(explained: Explained, row: int, top: int = 12) -> bytes:
    """One customer's way from the average score to their own, the strongest drivers first."""
    with _shap_figure() as png:
        shap.plots.waterfall(_one_customer(explained, row), max_display=top, show=False)
        pyplot.gcf().set_size_inches(12, 1.6 + 0.42 * min(top, len(explained.phrases)))
    return png[0]


def _explanation(explained: Explained, columns: list[int]) -> Any:
    return shap.Explanation(
        values=explained.contributions[:, columns],
        base_values=explained.contributions[:, -1],
        data=np.asarray(explained.matrix[:, columns], dtype=np.float64),
        feature_names=[_label(explained, column) for column in columns],
    )


def _one_customer(explained: Explained, row: int) -> Any:
    columns = range(len(explained.phrases))
    return shap.Explanation(
        values=explained.contributions[row, :-1],
        base_values=float(explained.contributions[row, -1]),
        data=np.array([_said(explained, row, column) for column in columns], dtype=object),
        feature_names=[_label(explained, column) for column in columns],
    )


def _said(explained: Explained, row: int, column: int) -> str:
    if explained.phrases[column].hidden:
        return "hidden"
    return drawable(explained.said(row, column), "?").replace("$", r"\$")


def _label(explained: Explained, column: int) -> str:
    phrase = explained.phrases[column]
    # a pair of dollars would be read as mathematics
    return in_room(drawable(phrase.label, phrase.feature)).replace("$", r"\$")


@contextmanager
def _shap_figure(xlabel: str | None = None) -> Iterator[list[bytes]]:
    """A figure for shap to draw on; when the block ends its PNG is in the list, and nothing is left behind.

    shap scatters its dots with numpy's global numbers: they start the same every time and are put back.
    """
    before = np.random.get_state()
    np.random.seed(0)
    png: list[bytes] = []
    figure = pyplot.figure()
    try:
        with warnings.catch_warnings(), mpl.rc_context({"font.family": list(fonts()), "text.color": INK}):
            warnings.simplefilter("ignore")  # shap about numpy, numpy about NaN, matplotlib about layouts
            yield png
            if xlabel is not None:
                figure.axes[0].set_xlabel(xlabel, fontsize=10)
            figure.tight_layout()
            png.append(as_png(figure))
    finally:
        pyplot.close(figure)
        np.random.set_state(before)
