"""Small pictures as SVG, drawn from finished numbers: a few hundred of them fit on one page.

Colours are the page's own, by class. Every picture says in words what it shows, for those who cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDE = 980.0
LEAST = 0.05  # a share's scale reaches at least 5 %, or one missing customer would fill the picture
_GAP = 10.0


@dataclass(frozen=True)
class Bars:
    """One date's shares by bin, and the share missing; all in [0, 1]."""

    name: str
    shares: Sequence[float]
    missing: float


@dataclass(frozen=True)
class Band:
    """One date's spread: values at 5, 25, 50, 75 and 95 %, rising."""

    name: str
    values: tuple[float, float, float, float, float]


def spark(shares: Sequence[float], width: float = 84, height: float = 24) -> Markup:
    """One distribution as bare bars, for a line of a list."""
    drawn = _bars(shares, max([*shares, 1e-9]), 0, width, height)
    return _svg(width, height, Markup('<path class="b" d="{}"/>').format(drawn), "", small=True)


def months_of_bars(months: Sequence[Bars], told: str) -> Markup:
    """One distribution for each date, side by side, on one scale; the first date's outline is drawn over the others.

    told: in words. The missing are a bar of their own, apart on the right.
    """
    height, foot = 62.0, 16.0
    room = min(154.0, (WIDE - _GAP * (len(months) - 1)) / max(1, len(months)))
    most = max([share for month in months for share in (*month.shares, month.missing)] + [1e-9])
    parts = []
    every = 1 + len(months) // 9
    for place, month in enumerate(months):
        left = place * (room + _GAP)
        inner = room - 10
        shape = _bars(month.shares, most, left, inner, height)
        parts.append(Markup('<path class="b" d="{}"/>').format(shape))
        if place:
            outline = _outline(months[0].shares, most, left, inner, height)
            parts.append(Markup('<path class="o" d="{}"/>').format(outline))
        if month.missing > 0:
            gone = _bars([month.missing], most, left + room - 8, 7, height)
            parts.append(Markup('<path class="m" d="{}"/>').format(gone))
        parts.append(Markup('<path class="x" d="M{} {}h{}"/>').format(_n(left), _n(height), _n(room)))
        if place % every == 0:
            parts.append(_word(left, height + 12, month.name))
    width = len(months) * (room + _GAP) - _GAP
    return _svg(width, height + foot, Markup("").join(parts), told)


def months_of_bands(months: Sequence[Band], told: str) -> Markup:
    """The middle 90 % and 50 % over time as bands, and the median as a line."""
    height, width, left = 62.0, 318.0, 54.0
    ends = [value for month in months for value in month.values]
    low, high = min(ends), max(ends)
    scale = (height - 8) / ((high - low) or 1.0)
    step = (width - left - 6) / max(1, len(months) - 1)

    def point(place: int, value: float) -> str:
        return f"{_n(left + place * step)} {_n(height - 4 - (value - low) * scale)}"

    def band(below: int, above: int) -> str:
        up = [point(place, month.values[above]) for place, month in enumerate(months)]
        down = [point(place, month.values[below]) for place, month in reversed(list(enumerate(months)))]
        return f"M{'L'.join([*up, *down])}z"

    line = "M" + "L".join(point(place, month.values[2]) for place, month in enumerate(months))
    body = Markup('<path class="w" d="{}"/><path class="v" d="{}"/><path class="l" d="{}"/>').format(
        band(0, 4), band(1, 3), line
    )
    body += _word(left - 6, 10, short(high), end=True) + _word(left - 6, height - 2, short(low), end=True)
    body += _word(left, height + 12, months[0].name) + _word(width, height + 12, months[-1].name, end=True)
    return _svg(width, height + 16, body, told)


def months_of_columns(
    names: Sequence[str], values: Sequence[float], marks: Sequence[float], told: str
) -> Markup:
    """One number for each date as columns from 0, lines at the marks; from the first mark on a column stands out."""
    height, width, left = 62.0, 318.0, 54.0
    top = max([*values, *(marks[:1] or (LEAST,))]) * 1.12
    step = (width - left) / max(1, len(values))
    parts = []
    for place, value in enumerate(values):
        tall = height * value / top
        loud = "m" if marks and value >= marks[0] else "b"
        path = f"M{_n(left + place * step + 2)} {_n(height)}v{_n(-tall)}h{_n(max(1.0, step - 4))}v{_n(tall)}z"
        parts.append(Markup('<path class="{}" d="{}"/>').format(loud, path))
    said = height
    for mark in marks:
        level = height * (1 - mark / top)
        if mark <= top:
            parts.append(Markup('<path class="k" d="M{} {}H{}"/>').format(_n(left), _n(level), _n(width)))
        if mark <= top and said - level > 9:  # names of near marks would lie on each other
            parts.append(_word(left - 6, level + 4, short(mark), end=True))
            said = level
    parts.append(Markup('<path class="x" d="M{} {}H{}"/>').format(_n(left), _n(height), _n(width)))
    if not marks:
        parts.append(_word(left - 6, 12, f"{top / 1.12:.0%}", end=True))
    parts += [_word(left, height + 12, names[0]), _word(width, height + 12, names[-1], end=True)]
    return _svg(width, height + 16, Markup("").join(parts), told)


def area_mark(value: float, low: float | None, high: float | None) -> Markup:
    """An AUC on a line from 0 to 1 with its interval, 0.5 marked."""
    width, middle = 150.0, 8.0
    parts = [Markup('<path class="x" d="M0 8H150M75 3V13"/>')]
    if low is not None and high is not None:
        parts.append(Markup('<path class="i" d="M{} 8H{}"/>').format(_n(low * width), _n(high * width)))
    parts.append(Markup('<circle class="b" cx="{}" cy="8" r="3.4"/>').format(_n(value * width)))
    return _svg(width, 2 * middle, Markup("").join(parts), "", small=True)


def _bars(shares: Sequence[float], most: float, left: float, width: float, height: float) -> str:
    """Bars as one path, each drawn from where the last one began: the shortest way to write them."""
    step = _step(width, len(shares))
    gap = 1 if step > 3 else 0
    path, moved = f"M{_n(left)} {_n(height)}", 0.0
    for share in shares:
        up = _n(height * share / most)
        if up != "0":
            path += (f"m{_n(moved)} 0" if moved else "") + f"v-{up}h{_n(step - gap)}v{up}z"
            moved = 0.0
        moved += step
    return path


def _outline(shares: Sequence[float], most: float, left: float, width: float, height: float) -> str:
    step = _n(_step(width, len(shares)))
    steps = "".join(f"V{_n(height * (1 - share / most))}h{step}" for share in shares)
    return f"M{_n(left)} {_n(height)}{steps}V{_n(height)}"


def _step(width: float, bars: int) -> float:
    """How wide a bar is with its gap: whole pixels where there is room, which are sharper and shorter to write."""
    step = width / max(1, bars)
    return float(int(step)) if step >= 4 else step


def _svg(width: float, height: float, body: Markup, told: str, *, small: bool = False) -> Markup:
    said = Markup('role="img" aria-label="{}"').format(told) if told else Markup('aria-hidden="true"')
    if small:
        size = Markup('width="{}" height="{}"').format(_n(width), _n(height))
    else:
        box = 'viewBox="0 0 {} {}" class="pic" style="max-width:{}px"'
        size = Markup(box).format(_n(width), _n(height), _n(width))
    return Markup("<svg {} {}>{}</svg>").format(size, said, body)


def _word(x: float, y: float, text: str, *, end: bool = False) -> Markup:
    side = Markup(' class="e"') if end else Markup("")
    return Markup('<text x="{}" y="{}"{}>{}</text>').format(_n(x), _n(y), side, escape(text))


def _n(value: float) -> str:
    digits = 1 if abs(value) < 10 else 0  # a tenth of a pixel is seen in what is small
    return f"{round(value, digits) + 0.0:g}"  # no minus before a zero


def short(value: float) -> str:
    """A number in few signs."""
    number = value + 0.0
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
