"""The look of every plot, and the way from a figure to PNG. Without pyplot nothing is global or left open."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from rich.cells import cell_len

INK, MUTED, GRID = "#1f2933", "#7b8794", "#e4e7eb"
MODEL, BASELINE, ACCENT = "#14507a", "#c17f2a", "#a63d40"

# Letters of a tick's name, and how many of them its end may have when the middle is left out.
WIDEST, ENDING = 48, 18
SYSTEM = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
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


def in_room(label: str) -> str:
    """A name for a tick: its middle is left out where it would take more room than the picture beside it.

    Of long names the beginning says what is counted, and the end in which window.
    """
    room = [cell_len(letter) for letter in label]
    if sum(room) <= WIDEST:
        return label
    head, tail = np.cumsum(room), np.cumsum(room[::-1])
    first, last = int((head <= WIDEST - ENDING - 3).sum()), int((tail <= ENDING).sum())
    begins, ends = label[:first], label[-last:]
    if label[first] != " ":
        begins = begins.rpartition(" ")[0] or begins
    if label[-last - 1] != " ":
        ends = ends.partition(" ")[2] or ends
    return f"{begins.rstrip()} … {ends.lstrip()}"


@cache
def _letters() -> frozenset[int]:
    charmaps = [get_font(findfont(FontProperties(family=[name]))).get_charmap() for name in fonts()]
    return frozenset(letter for charmap in charmaps for letter in charmap)


@contextmanager
def drawn(
    width: float = 5.4, height: float = 3.5, *, vector: bool = False
) -> Iterator[tuple[Axes, list[bytes]]]:
    """One pair of axes to draw on; when the block ends the PNG is appended to the list. Sizes in inches.

    vector: SVG instead, whose texts stay text: who looks at it draws them with the fonts that are there, in any script.
    """
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
        png.append(as_svg(figure) if vector else as_png(figure))


def as_svg(figure: Any) -> bytes:
    """The figure as SVG, the same bytes for the same figure."""
    out = io.BytesIO()
    # the salt makes the names of parts those of their content; a list of families ends in the viewer's own
    look: Any = {"svg.fonttype": "none", "svg.hashsalt": "leadlift"}
    with mpl.rc_context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from font", category=UserWarning)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    families = ", ".join(f"'{name}'" for name in fonts())
    told = re.sub(rf"'{LATIN}'(, '[^']*')*".encode(), f"{families}, {SYSTEM}".encode(), out.getvalue())
    return told[told.index(b"<svg") :]


def as_png(figure: Any) -> bytes:
    """The figure as PNG, small enough for a page that holds a dozen."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        # a label may hold letters that no installed font has: a box in a plot is no reason to stop
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from font", category=UserWarning)
        figure.savefig(out, format="png", dpi=130)
    return out.getvalue()
