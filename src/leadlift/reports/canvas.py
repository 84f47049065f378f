"""The look of every plot, and the way from a figure to PNG. Without pyplot nothing is global or left open."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

INK, MUTED, GRID = "#1f2933", "#7b8794", "#e4e7eb"
MODEL, BASELINE, ACCENT = "#14507a", "#c17f2a", "#a63d40"

LATIN = "DejaVu Sans"
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "SimHei", "Heiti TC",
    "Arial Unicode MS", "Droid Sans Fallback",
)  # fmt: skip


@cache
def fonts() -> tuple[str, ...]:
    """The families to draw with, those for Chinese after the Latin one; only what is installed."""
    installed = {entry.name for entry in fontManager.ttflist}
    return (LATIN, *(name for name in CHINESE if name in installed))


def drawable(text: str, instead: str) -> str:
    """The text, or what to write instead when no installed font has its letters."""
    return text if all(ord(letter) in _letters() for letter in text) else instead


@cache
def _letters() -> frozenset[int]:
    charmaps = [get_font(findfont(FontProperties(family=[name]))).get_charmap() for name in fonts()]
    return frozenset(letter for charmap in charmaps for letter in charmap)


@contextmanager
def drawn(width: float = 5.4, height: float = 3.5) -> Iterator[tuple[Axes, list[bytes]]]:
    """One pair of axes to draw on; when the block ends the PNG is appended to the list. Sizes in inches."""
    look: Any = {
        "font.family": list(fonts()),
        "font.size": 9.5,
        "text.color": INK,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "legend.frameon": False,
    }
    with mpl.rc_context(look):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        png: list[bytes] = []
        yield figure.subplots(), png
        png.append(as_png(figure))


def as_png(figure: Any) -> bytes:
    """The figure as PNG, small enough for a page that holds a dozen."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        # a label may hold letters that no installed font has: a box in a plot is no reason to stop
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from font", category=UserWarning)
        figure.savefig(out, format="png", dpi=130)
    return out.getvalue()
