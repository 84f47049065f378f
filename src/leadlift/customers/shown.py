"""Values as people read them, and which of them are worth a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadlift.customers.facts import Chance, Hurdle, Listed, Row, Series
from leadlift.customers.known import COUNT

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "·"
YEAR = 12


def said(value: Any, words: Mapping[str, str]) -> str:
    """One value: numbers with their thousands apart, times to the minute, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, float):
        return amount(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def amount(value: float) -> str:
    """A number in as many digits as it has something to say."""
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 10 else f"{value:.4g}"


def label(column: str, words: Mapping[str, str]) -> str:
    """What to call a column: its name, with blanks."""
    return words[COUNT] if column == COUNT else column.replace("_", " ")


def table_of(rows: Sequence[Row], words: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows as texts under the names of their columns, without columns in which nothing is known."""
    known = [name for name in (rows[0] if rows else {}) if any(row[name] is not None for row in rows)]
    return [{label(name, words): said(row[name], words) for name in known} for row in rows]


def spark(values: Sequence[float | None]) -> str:
    """A row of numbers as blocks from the lowest to the highest, 0 among them; a dot where nothing is known."""
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    step = (high - low) / (len(BLOCKS) - 1) or 1.0
    return "".join(GAP if value is None else BLOCKS[round((value - low) / step)] for value in values)


def telling(series: Sequence[Series]) -> list[Series]:
    """The series in which anything ever stood but 0."""
    return [one for one in series if any(one.values)]


def latest(series: Series) -> float | None:
    """The last number that is known."""
    return next((value for value in reversed(series.values) if value is not None), None)


def a_year_before(series: Series) -> float | None:
    """The number twelve months before the last that is known; null where there is none."""
    place = next((i for i in reversed(range(len(series.values))) if series.values[i] is not None), -1)
    return series.values[place - YEAR] if place >= YEAR else None


def said_of_list(one: Listed, words: Mapping[str, str]) -> str:
    """What a list decided about the customer."""
    if one.cell is not None:
        return words[one.cell]
    rules = ", ".join(f"{rule} ({offer})" if offer else rule for rule, offer in one.rules)
    return words["left out"].format(rules=rules)


def said_of_hurdle(one: Hurdle, words: Mapping[str, str]) -> str:
    """One rule that stands against an offer, in a line."""
    name = "held rule" if one.rule == "held" else one.rule
    head = words[name] if name in STATED else one.rule
    glue = words["blank"] if name in SHORT else words["colon"]
    told = f"{head}{glue}{one.says}" if one.says else head
    return f"{told} ({one.because})" if one.because else told


SHORT = ("min_probability", "min_expected_value", "not_priced", "not_scored")
STATED = ("consent", "eligible", "held rule", "holdout", "gone", *SHORT)


def said_of_chance(one: Chance, currency: str) -> str:
    """What is expected of an offer: the chance, and the value where there is one."""
    if one.expected_value is None:
        return one.said
    return f"{one.said}, {amount(round(one.expected_value, 2))} {currency}".strip()
