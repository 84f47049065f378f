"""A customer on a terminal: the page's parts in its order, with sparklines for pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadlift.cli.console import say, table
from leadlift.customers.facts import Customer, Held, History, Offered, Scored
from leadlift.customers.shown import (
    a_year_before,
    label,
    latest,
    said,
    said_of_chance,
    said_of_hurdle,
    said_of_list,
    spark,
    table_of,
    telling,
)
from leadlift.customers.words import WORDS

Words = Mapping[str, str]


def show(found: Customer, language: str) -> None:
    """All parts of which anything is known."""
    words = WORDS[language]
    say(f"{words['title'].format(customer=found.customer)} · {words['subtitle'].format(as_of=found.as_of)}")
    _who(found, words)
    for one in found.held:
        _held(words["held"], one, words)
    _balances(found.balances, words)
    _activity(found.activity, words)
    _segments(found, words)
    _scores(found.scores, words)
    _contacts(found, words)
    for one in found.consents:
        _held(words["consents"], one, words)
    for offered in found.offers:
        _offers(offered, words)
    say(words["opened"].format(columns=", ".join(found.opened)) if found.opened else words["closed"])
    for note in found.notes:
        say(note)


def _who(found: Customer, words: Words) -> None:
    for one in found.described:
        told = [words["since"].format(day=one.since)] if one.since else []
        told += [words["until"].format(day=one.until)] if one.until else []
        rows = [
            {words["what"]: label(name, words), words["value"]: said(value, words)}
            for name, value in one.values.items()
        ]
        _table([words["who"], one.source, *told], rows)
        _table(
            [words["changes"]],
            [
                {
                    words["day"]: str(change.day),
                    words["what"]: label(change.column, words),
                    words["value"]: f"{said(change.before, words)} → {said(change.after, words)}",
                }
                for change in one.changes
            ],
        )


def _held(title: str, one: Held, words: Words) -> None:
    if one.now:
        _table([title, one.source], table_of(one.now, words))
    else:
        say(f"{title} · {one.source}: {words['none now']}\n")
    _table([title, one.source, words["ended"]], table_of(one.ended, words))
    if one.more:
        say(words["more"].format(count=one.more))


def _balances(histories: Sequence[History], words: Words) -> None:
    for one in histories:
        rows = [
            {
                words["what"]: label(series.what, words),
                words["latest"]: said(latest(series), words),
                words["a year before"]: said(a_year_before(series), words),
                f"{one.months[0]} … {one.months[-1]}": spark(series.values),
            }
            for series in telling(one.series)
        ]
        _table([words["balances"], one.source, str(one.last)], rows)


def _activity(histories: Sequence[History], words: Words) -> None:
    for one in histories:
        rows = [
            {
                words["what"]: label(series.what, words),
                words["latest"]: said(latest(series), words),
                f"{one.months[0]} … {one.months[-1]}": spark(series.values),
            }
            for series in telling(one.series)
        ]
        in_all = words["in all"].format(count=f"{one.rows:,}", day=one.last)
        _table([words["activity"], one.source, in_all], rows)
        _table([one.source, words["newest"]], table_of(one.recent, words))


def _segments(found: Customer, words: Words) -> None:
    rows = [
        {
            words["segmentation"]: one.segmentation,
            words["group"]: words["joined"].join(one.groups),
            words["from"]: str(one.since),
            words["before"]: "; ".join(
                f"{words['joined'].join(groups)} ({day})" for day, groups in one.history[1:]
            ),
        }
        for one in found.segments
    ]
    _table([words["segments"]], rows)


def _scores(scores: Sequence[Scored], words: Words) -> None:
    for one in scores:
        row = {
            words["pipeline"]: one.pipeline,
            words["score"]: one.said,
            words["percentile"]: said(one.percentile, words),
            words["band"]: one.band or "",
            words["rank"]: words["rank of"].format(
                rank=said(one.rank, words), customers=said(one.customers, words)
            ),
            words["scored on"]: str(one.as_of),
        }
        if len(one.history) > 1:
            row[f"{one.history[0][0]} …"] = spark([value for _, value in one.history])
        _table([words["scores"], one.model], [row])
        for place, reason in enumerate(one.reasons, start=1):
            say(f"  {place}. {reason}")
        if one.note:
            say(f"  {one.note}")
        say()


def _contacts(found: Customer, words: Words) -> None:
    rows = [
        {
            words["day"]: str(one.day),
            words["offer"]: one.offer or "",
            words["channel"]: one.channel or "",
            words["answer"]: words["refused"] if one.refused else "",
        }
        for one in found.contacts
    ]
    _table([words["contacts"]], rows)
    if found.contacts_before:
        say(words["earlier contacts"].format(count=found.contacts_before))
    rows = [
        {
            words["day"]: str(one.day),
            words["campaign"]: one.campaign,
            words["offer"]: one.offer or "",
            words["channel"]: one.channel or "",
            words["result"]: said_of_list(one, words),
        }
        for one in found.lists
    ]
    _table([words["lists"]], rows)
    rows = [
        {
            words["day"]: str(one.day),
            words["event"]: one.event,
            words["treatment"]: one.treatment_code,
            words["money"]: said(one.money, words),
        }
        for one in found.outcomes
    ]
    _table([words["outcomes"]], rows)


def _offers(one: Offered, words: Words) -> None:
    rows = [
        {
            words["offer"]: chance.label,
            words["channel"]: chance.channel,
            words["allowed"]: words["may" if chance.allowed else "may not"],
            words["score"]: said_of_chance(chance, one.currency),
            words["why not"]: "\n".join(said_of_hurdle(hurdle, words) for hurdle in chance.hurdles),
        }
        for chance in one.chances
    ]
    days = ", ".join(f"{name} {day}" for name, day in one.scored.items() if day is not None)
    scored = [words["scored by"].format(days=days)] if days else []
    _table([words["offers"], one.campaign, *scored], rows)


def _table(title: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        say(" · ".join(title))
        table("", rows)
