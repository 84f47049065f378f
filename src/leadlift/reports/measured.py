"""A campaign on one page: what was promised, what came, and what contacting made of a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from leadlift.evaluation.campaign import AMOUNT, EFFECT, Effect, Kept, ModelValue, Promise, Worked
from leadlift.reports.canvas import ACCENT, INK, MODEL, drawn
from leadlift.reports.numbers import Interval
from leadlift.reports.page import as_picture, html_page, render


@dataclass(frozen=True)
class ListLine:
    """One list. closes: the day its window closes while it is open, else empty."""

    list_id: str
    as_of: str
    contacted: int
    control: int
    closes: str


@dataclass(frozen=True)
class MeasuredPage:
    """All that the page shows."""

    campaign: str
    purpose: str
    currency: str
    lists: Sequence[ListLine]
    promised: Promise | None
    deciles: Sequence[Kept]
    bands: Sequence[Kept]
    worked: Worked | None
    effect: Effect | None
    explore: ModelValue | None
    by_offer: Mapping[str, Effect]
    notes: Sequence[str]


def measured_html(page: MeasuredPage) -> str:
    """The page, self-contained."""
    body = render(
        "measured.html.j2",
        page=page,
        verdict=verdict(page.promised, page.effect),
        picture=as_picture(promise_plot(page.deciles, page.promised))
        if page.deciles and page.promised
        else "",
        points=points,
        rate=lambda one: rate(one, page.promised),
        each=each(page.promised).capitalize(),
        promise=_promise_told(page.promised),
        money=lambda one: money(one, page.currency),
    )
    closed = sum(not line.closes for line in page.lists)
    return html_page(
        page.campaign,
        f"{page.purpose + ' · ' if page.purpose else ''}{closed} of {len(page.lists)} lists measured",
        Markup(body),
        kicker="What the campaign brought in",
    )


def verdict(promised: Promise | None, effect: Effect | None) -> str:
    """What the numbers say, in two or three sentences."""
    if promised is None:
        return "No list has matured: nothing can be said yet."
    said = f"Of {promised.customers:,} contacted customers {promised.responded:,} responded"
    if promised.added:
        return f"{said}. {_of_added(promised)}{_of_effect(effect)}"
    if promised.low is None or promised.high is None:
        return f"{said}; {promised.expected:,.0f} were expected. {_of_effect(effect)}"
    ends = f"{promised.expected:,.0f}, between {promised.low:,.0f} and {promised.high:,.0f}"
    return f"{said}, {_fits(promised)} ({ends}). {_of_effect(effect)}"


def _fits(promised: Promise) -> str:
    return promised.fits if promised.fits in ("", "as promised") else f"{promised.fits} than promised"


def _of_added(promised: Promise) -> str:
    """What an uplift model promised over no contact, and what control says of it."""
    between = (
        ""
        if promised.low is None or promised.high is None
        else f", between {promised.low:z,.0f} and {promised.high:z,.0f}"
    )
    told = f"The contact was to add {promised.expected:z,.0f}{between}"
    if promised.actual is None:
        return f"{told}. "
    came = promised.actual
    fits = f": {_fits(promised)}" if promised.fits else ""
    return f"{told}; it added {came.value:z,.0f} [{came.low:z,.0f}, {came.high:z,.0f}]{fits}. "


def _of_effect(effect: Effect | None) -> str:
    if effect is None:
        return "There was no control, so nobody can say how many would have responded without a contact."
    told = f"{points(effect.response)}, about {effect.responders.value:,.0f} responders more than without"
    if effect.response.low > 0:
        return f"Contacting raised the response rate by {told}."
    if effect.response.high < 0:
        return f"Contacting lowered the response rate by {told}."
    seen = (
        f" It could have found a rise of {100 * effect.detectable:.2g} points."
        if effect.detectable == effect.detectable
        else ""
    )
    return f"No effect of contacting was found: {points(effect.response)}.{seen}"


def points(one: Interval) -> str:
    """A difference of rates in points with its interval."""
    return f"{100 * one.value:+.2f} points [{100 * one.low:+.2f}, {100 * one.high:+.2f}]"


def money(one: Interval, currency: str) -> str:
    """An amount with its interval."""
    unit = f" {currency}" if currency else ""
    return f"{one.value:,.0f}{unit} [{one.low:,.0f}, {one.high:,.0f}]"


def _promise_told(promised: Promise | None) -> str:
    if promised is None:
        return ""
    between = "" if promised.low is None else f", {promised.low:z,.0f} to {promised.high:z,.0f}"
    return f"{promised.expected:z,.0f} promised{between}"


def each(promised: Promise | None) -> str:
    """What `rate` is, as the head of a column."""
    if promised is None or not promised.added:
        return "rate"
    return "points each" if promised.sort == EFFECT else "each"


def rate(one: float, promised: Promise | None, digits: int = 1) -> str:
    """What came of one customer: a share of responders, points that the contact added, or an amount."""
    if promised is None or not promised.added:
        return f"{one:.{digits}%}"
    return f"{100 * one:+.{digits}f}" if promised.sort == EFFECT else f"{one:+,.2f}"


def promise_plot(rows: Sequence[Kept], promised: Promise) -> bytes:
    """Promised and actual rates by tenth of the list, the best first; of an uplift model those that were added."""
    times = 1 if promised.sort == AMOUNT else 100
    what, unit, came = "response", "%", "responded"
    if promised.added:
        what, unit, came = "effect", "per customer" if promised.sort == AMOUNT else "points", "added"
    with drawn(vector=True) as (axes, out):
        places = [int(row.name) for row in rows]
        rates = [times * row.rate.value for row in rows]
        down = [times * (row.rate.value - row.rate.low) for row in rows]
        up = [times * (row.rate.high - row.rate.value) for row in rows]
        look = {"ecolor": INK, "capsize": 2, "elinewidth": 0.9}
        axes.bar(places, rates, width=0.72, color=MODEL, yerr=[down, up], error_kw=look, label=came)
        stated = [times * row.expected / row.customers for row in rows]
        axes.plot(places, stated, "o", color=ACCENT, markersize=5, label="promised")
        axes.set(title=f"Promised and actual {what}", xlabel="tenth of the list, 1 is the best", ylabel=unit)
        axes.set_xticks(places)
        axes.grid(axis="x", visible=False)
        axes.legend(loc="upper right")
    return out[0]
