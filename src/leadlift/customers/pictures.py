"""Months as small pictures: paths of our own, told in words for those who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT, LEFT, FOOT, HEAD = 300.0, 92.0, 58.0, 16.0, 8.0


def columns_by_month(months: Sequence[str], values: Sequence[float | None], told: str) -> Markup:
    """One column for each month, up from 0 or down; the last, which is under way, is pale."""
    low, high = _ends(values)
    step = (WIDTH - LEFT) / max(1, len(values))
    parts = []
    for place, value in enumerate(values):
        if value:
            kind = "now" if place == len(values) - 1 else "below" if value < 0 else "above"
            top, bottom = _y(max(value, 0.0), low, high), _y(min(value, 0.0), low, high)
            box = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
            left, tall = LEFT + place * step + 1, max(0.7, bottom - top)
            parts.append(Markup(box).format(kind, _n(left), _n(top), _n(max(1.0, step - 2)), _n(tall)))
    return _svg([*parts, *_frame(months, low, high)], told)


def line_by_month(months: Sequence[str], values: Sequence[float | None], told: str) -> Markup:
    """A line over the months, broken where nothing is known, filled down to 0."""
    low, high = _ends(values)
    step = (WIDTH - LEFT) / max(1, len(values) - 1)
    zero, parts = _y(0.0, low, high), []
    for run in _runs(values):
        points = [f"{_n(LEFT + place * step)} {_n(_y(value, low, high))}" for place, value in run]
        ends = _n(LEFT + run[0][0] * step), _n(LEFT + run[-1][0] * step)
        area = f"M{ends[0]} {_n(zero)}L{'L'.join(points)}L{ends[1]} {_n(zero)}z"
        parts.append(Markup('<path class="area" d="{}"/>').format(area))
        parts.append(Markup('<path class="line" d="M{}"/>').format("L".join(points)))
        last = points[-1].split()
        parts.append(Markup('<circle class="above" cx="{}" cy="{}" r="2.4"/>').format(*last))
    return _svg([*parts, *_frame(months, low, high)], told)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches of months in which something is known."""
    runs: list[list[tuple[int, float]]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1][0] == place - 1:
            runs[-1].append((place, value))
        else:
            runs.append([(place, value)])
    return runs


def _ends(values: Sequence[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    return (low, high) if high > low else (low, low + 1.0)


def _y(value: float, low: float, high: float) -> float:
    return HEAD + (HEIGHT - HEAD) * (high - value) / (high - low)


def _frame(months: Sequence[str], low: float, high: float) -> list[Markup]:
    """The line at 0, the ends of the scale, and the first, middle and last month."""
    zero = Markup('<path class="axis" d="M{} {}H{}"/>').format(
        _n(LEFT), _n(_y(0.0, low, high)), _n(WIDTH + 4)
    )
    parts = [zero, _word(LEFT - 6, _y(high, low, high) + 4, short(high), "end")]
    if low < 0:
        parts.append(_word(LEFT - 6, _y(low, low, high) + 4, short(low), "end"))
    if months:
        parts.append(_word(LEFT, HEIGHT + FOOT - 3, months[0], "start"))
        parts.append(_word(WIDTH + 4, HEIGHT + FOOT - 3, months[-1], "end"))
    if len(months) > 8:
        middle = (len(months) - 1) // 2
        at = LEFT + (WIDTH - LEFT) * (middle + 0.5) / len(months)
        parts.append(_word(at, HEIGHT + FOOT - 3, months[middle], "middle"))
    return parts


def short(value: float) -> str:
    """A number in few signs: 12.4k, 3.1M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{sign}"
    return f"{value:.3g}"


def _svg(parts: Sequence[Markup], told: str) -> Markup:
    box = Markup('<svg class="months" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return box.format(_n(WIDTH + 6), _n(HEIGHT + FOOT), told, Markup("").join(parts))


def _word(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(_n(x), _n(y), anchor, escape(text))


def _n(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}"
