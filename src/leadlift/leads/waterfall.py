"""The waterfall: each rule in turn, how many customers it removed, and what they would have brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from leadlift.errors import GateError


@dataclass(frozen=True)
class WaterfallRow:
    """One rule: how many customers it removed and were left; responders and value expected of these.

    Expected of each customer's best offer and channel still allowed: a rule that closes a channel removes nobody who
    has another, and still costs something. expected_value, removed_value: after the cost of contacting; None without
    values.
    """

    rule: str
    removed: int
    left: int
    expected_responders: float
    removed_responders: float = 0.0
    expected_value: float | None = None
    removed_value: float | None = None


def refuse_wrong_counts(campaign: str, rows: Sequence[WaterfallRow], leads: int) -> None:
    """Raise GateError, naming the rule, when the counts of a waterfall do not add up to the leads at its end."""
    for before, row in pairwise(rows):
        if before.left - row.removed != row.left:
            raise GateError(
                f"campaign {campaign}: rule '{row.rule}' removed {row.removed:,} of {before.left:,} and left "
                f"{row.left:,}: the counts do not add up, and nothing was written"
            )
    if rows[-1].left != leads:
        raise GateError(
            f"campaign {campaign}: after rule '{rows[-1].rule}' {rows[-1].left:,} customers are left, but the list "
            f"has {leads:,}; nothing was written"
        )
