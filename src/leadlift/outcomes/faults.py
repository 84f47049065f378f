"""What can be wrong with one outcome row, in the order in which it is asked; the first fault found is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import numpy as np
import pandas as pd

from leadlift.names import CODE_LENGTH, CODE_LETTERS, CONTROL, CUSTOMER
from leadlift.outcomes.read import AMOUNT, AT, CODE, EVENT, FAULT
from leadlift.outcomes.treatments import Treatment

EVENTS = ("delivered", "answered", "refused", "bought")
BOUGHT = "bought"
# a spreadsheet makes 12345678901 into 1.23457E+10, and the digits are gone
MANGLED = r"^[0-9][.,][0-9]+E[+-]?[0-9]+$"
ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
NUMERIC_DATE = r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$"


@dataclass(frozen=True)
class _Asked:
    """One question: its name, the rows it is true of, and what is said of one of them."""

    kind: str
    mask: pd.Series
    said: Callable[[pd.Series], str]


def parsed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `day` (datetime64, NaT where it is none) and `money` (NaN where it is none) beside the texts."""
    table = table.astype(dict.fromkeys([CODE, CUSTOMER, EVENT, AT, AMOUNT, FAULT], str))
    code, event = table[CODE].str.upper(), table[EVENT].str.lower()
    iso = table[AT].where(table[AT].str.match(ISO))
    day = pd.to_datetime(iso.str[:10], format="%Y-%m-%d", errors="coerce")
    money = pd.to_numeric(table[AMOUNT].where(table[AMOUNT].ne("")), errors="coerce").astype(float)
    told = table.assign(day=day, money=money)
    told[CODE], told[EVENT] = code, event
    return told


def of_rows(
    table: pd.DataFrame, treatments: Mapping[str, Treatment], members: pd.MultiIndex, today: date
) -> tuple[pd.Series, pd.Series]:
    """The kind of each row's first fault and the sentence about it, both empty for a sound row."""
    kind, reason = (pd.Series("", index=table.index, dtype=object) for _ in range(2))
    for asked in _questions(table, treatments, members, today):
        hit = table.index[asked.mask.to_numpy(dtype=bool) & kind.eq("").to_numpy()]
        if len(hit):
            kind.loc[hit] = asked.kind
            said = [asked.said(row) for _, row in table.loc[hit].iterrows()]
            reason.loc[hit] = pd.Series(said, index=hit, dtype=object)
    return kind, reason


def _questions(
    table: pd.DataFrame, treatments: Mapping[str, Treatment], members: pd.MultiIndex, today: date
) -> list[_Asked]:
    return [
        _Asked("fields", table[FAULT].ne(""), lambda row: str(row[FAULT])),
        *_of_who(table, treatments, members),
        *_of_what(table, treatments),
        *_of_when(table, treatments, today),
        *_of_money(table),
    ]


def _of_who(table: pd.DataFrame, treatments: Mapping[str, Treatment], members: pd.MultiIndex) -> list[_Asked]:
    code, who = table[CODE], table[CUSTOMER]
    shape = f"^[{CODE_LETTERS}]{{{CODE_LENGTH}}}$"
    there = pd.MultiIndex.from_arrays([code, who]).isin(members)
    mangled = "was made a number by a spreadsheet and its digits are lost: format the column as text"
    return [
        _Asked("no_code", code.eq(""), lambda row: "has no treatment_code"),
        _Asked("mangled_code", code.str.match(MANGLED), lambda row: f"treatment_code {row[CODE]} {mangled}"),
        _Asked("malformed_code", ~code.str.match(shape), lambda row: _malformed(row[CODE])),
        _Asked("unknown_code", ~code.isin(list(treatments)), lambda row: f"no list has the code {row[CODE]}"),
        _Asked("no_customer", who.eq(""), lambda row: "has no customer_id"),
        _Asked(
            "mangled_customer", who.str.match(MANGLED), lambda row: f"customer_id {row[CUSTOMER]} {mangled}"
        ),
        _Asked(
            "not_on_list",
            pd.Series(~there, index=table.index),
            lambda row: f"customer {row[CUSTOMER]} is not on the list with the code {row[CODE]}",
        ),
    ]


def _malformed(code: str) -> str:
    return f"treatment_code {code!r} is none: {CODE_LENGTH} of the digits and letters {CODE_LETTERS}"


def _of_what(table: pd.DataFrame, treatments: Mapping[str, Treatment]) -> list[_Asked]:
    event = table[EVENT]
    controls = {code for code, one in treatments.items() if one.cell == CONTROL}
    touched = table[CODE].isin(controls) & event.ne(BOUGHT)
    return [
        _Asked("no_event", event.eq(""), lambda row: f"has no event; events are {', '.join(EVENTS)}"),
        _Asked("unknown_event", ~event.isin(EVENTS), lambda row: _unknown_event(row[EVENT])),
        _Asked(
            "control_contacted",
            touched,
            lambda row: (
                f"customer {row[CUSTOMER]} is in control and was not to be contacted, yet {row[EVENT]}"
            ),
        ),
    ]


def _unknown_event(event: str) -> str:
    close = get_close_matches(event, EVENTS, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"events are {', '.join(EVENTS)}"
    return f"event {event!r} is none: {hint}"


def _of_when(table: pd.DataFrame, treatments: Mapping[str, Treatment], today: date) -> list[_Asked]:
    at, day = table[AT], table["day"]
    first = pd.to_datetime(table[CODE].map({code: one.as_of for code, one in treatments.items()}))
    last = pd.to_datetime(table[CODE].map({code: one.closes for code, one in treatments.items()}))
    return [
        _Asked("no_date", at.eq(""), lambda row: "has no date in `at`"),
        _Asked(
            "ambiguous_date",
            at.str.match(NUMERIC_DATE),
            lambda row: f"at {row[AT]!r} can be read as two days: write YYYY-MM-DD",
        ),
        _Asked("unreadable_date", day.isna(), lambda row: f"at {row[AT]!r} is no date: write YYYY-MM-DD"),
        _Asked(
            "before_list",
            day < first,
            lambda row: f"{row[AT]} is before the list, which is of {treatments[row[CODE]].as_of}",
        ),
        _Asked("in_future", day > pd.Timestamp(today), lambda row: f"{row[AT]} is after today, {today}"),
        _Asked(
            "too_late",
            day > last,
            lambda row: (
                f"{row[AT]} is after the window of the list, which closed on {treatments[row[CODE]].closes}"
            ),
        ),
    ]


def _of_money(table: pd.DataFrame) -> list[_Asked]:
    amount, money = table[AMOUNT], table["money"]
    given = amount.ne("")
    infinite = given & (np.isinf(money) | amount.str.lower().isin(["nan", "inf", "-inf"]))
    return [
        _Asked("infinite_amount", infinite, lambda row: f"amount {row[AMOUNT]!r} is no amount of money"),
        _Asked(
            "unreadable_amount",
            given & money.isna(),
            lambda row: (
                f"amount {row[AMOUNT]!r} is no number: write 1234.50, without currency or thousands signs"
            ),
        ),
        _Asked("negative_amount", money < 0, lambda row: f"amount {row[AMOUNT]} is below 0"),
        _Asked(
            "amount_without_purchase",
            given & table[EVENT].ne(BOUGHT),
            lambda row: f"has an amount with the event {row[EVENT]}; only {BOUGHT} has one",
        ),
    ]
