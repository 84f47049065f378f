"""Contracts once more in slow, plain Python, straight from what docs/contracts.md says of each rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

Row = Mapping[str, Any]


def broken_by(row: Row, partners: set[str]) -> set[str]:
    """The rules of single rows that a movement breaks, as tests/contracts/test_oracle.py declares them."""
    rules: dict[str, Callable[[], bool]] = {
        "id.required": lambda: row["id"] is None,
        "id.pattern": lambda: row["id"] is not None and not re.fullmatch("[A-C][0-9]?", row["id"]),
        "customer_id.references": lambda: (
            row["customer_id"] is not None and row["customer_id"] not in partners
        ),
        "amount.min": lambda: row["amount"] is not None and row["amount"] < -2,
        "amount.max": lambda: row["amount"] is not None and row["amount"] > 5,
        "channel.allowed": lambda: row["channel"] is not None and row["channel"] not in ("app", "web"),
        "backwards": lambda: None not in (row["at"], row["known"]) and row["known"] < row["at"],
        "small_in_app": lambda: row["channel"] == "app" and row["amount"] is not None and row["amount"] >= 4,
    }
    return {name for name, breaks in rules.items() if breaks()}


def repeats(rows: Sequence[Row], columns: Sequence[str], *, nulls: bool = False) -> int:
    """Rows beyond the first with the same values. Unless nulls count a row that lacks one of them is left aside."""
    keys = Counter(tuple(row[name] for name in columns) for row in rows)
    return sum(count - 1 for key, count in keys.items() if nulls or None not in key)


def ahead(rows: Sequence[Row], day: date) -> int:
    """Rows that happened or became known after a day."""
    return sum(any(row[clock] is not None and row[clock] > day for clock in ("at", "known")) for row in rows)


def longest_gaps(rows: Sequence[Row], day: date, most: int) -> int:
    """Days without a row in runs longer than `most`, between the first and the last day up to `day`."""
    ordinals = {row["at"].toordinal() for row in rows if row["at"] is not None and row["at"] <= day}
    missing, run = 0, 0
    for ordinal in range(min(ordinals, default=0), max(ordinals, default=-1) + 1):
        if ordinal not in ordinals:
            run += 1
        else:
            missing, run = missing + (run if run > most else 0), 0
    return missing
