"""The page of one customer: one file with its pictures, in the workspace's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from markupsafe import Markup

from leadlift.customers.facts import Customer, History
from leadlift.customers.pictures import columns_by_month, line_by_month
from leadlift.customers.shown import (
    a_year_before,
    label,
    latest,
    said,
    said_of_chance,
    said_of_hurdle,
    said_of_list,
    table_of,
    telling,
)
from leadlift.customers.words import WORDS
from leadlift.reports.page import html_page, render

ROOM = "leadlift.customers"
Words = Mapping[str, str]


def customer_page(found: Customer, language: str, *, asked: bool = False) -> str:
    """All parts of which anything is known, as HTML that loads nothing from elsewhere.

    asked: with the form that asks for another customer.
    """
    words = WORDS[language]
    form = _form(words, found.customer, found.as_of.isoformat()) if asked else ""
    body = render(
        "customer.html.j2",
        ROOM,
        found=found,
        words=words,
        balances=[_pictures(one, words, line_by_month, yearly=True) for one in found.balances],
        activity=[_pictures(one, words, columns_by_month) for one in found.activity],
        scored=[_score_line(one.history) for one in found.scores],
        label=partial(label, words=words),
        said=partial(said, words=words),
        rows_of=partial(table_of, words=words),
        said_of_list=partial(said_of_list, words=words),
        said_of_hurdle=partial(said_of_hurdle, words=words),
        said_of_chance=said_of_chance,
    )
    title = words["title"].format(customer=found.customer)
    subtitle = words["subtitle"].format(as_of=found.as_of)
    return html_page(title, subtitle, Markup(form + body), words["kicker"], language)


def asked_page(language: str, customer: str = "", as_of: str = "", message: str = "") -> str:
    """The form that asks for a customer, with what was wrong with the last question."""
    words = WORDS[language]
    form = _form(words, customer, as_of, message)
    return html_page(words["asked"], words["asked subtitle"], Markup(form), words["kicker"], language)


def _form(words: Words, customer: str, as_of: str, message: str = "") -> str:
    return render("asked.html.j2", ROOM, words=words, customer=customer, as_of=as_of, message=message)


def _pictures(
    one: History, words: Words, draw: Callable[..., Markup], *, yearly: bool = False
) -> list[Mapping[str, str]]:
    """A card for each number in which anything ever stood: its name, the last value and a picture.

    yearly: with the value of a year before.
    """
    cards: list[Mapping[str, str]] = []
    for series in telling(one.series):
        name = label(series.what, words)
        now = said(latest(series), words)
        told = f"{name}, {one.months[0]} - {one.months[-1]}: {now}"
        before = a_year_before(series) if yearly else None
        cards.append(
            {
                "name": name,
                "now": now,
                "before": said(before, words),
                "picture": draw(one.months, series.values, told),
            }
        )
    return cards


def _score_line(history: Sequence[tuple[date, float]]) -> Markup:
    if len(history) < 2:
        return Markup("")
    months, values = [str(day)[:7] for day, _ in history], [value for _, value in history]
    return line_by_month(months, values, f"{months[0]} - {months[-1]}")
