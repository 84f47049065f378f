"""How many were scored, and what their chances make expect, beside the scorings before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import median

from leadlift.evaluation import Estimated
from leadlift.monitoring.snapshot import Snapshot
from leadlift.monitoring.verdict import Evidence

FEWEST, RECENT = 2, 6
Z = 4.0


def odd_population(days: Sequence[Snapshot], marks: Mapping[str, float]) -> Evidence | None:
    """Far fewer or far more customers than the median of the scorings before, oldest first; None for no news."""
    if len(days) <= FEWEST:
        return None
    usual, now = float(median(one.customers for one in days[-RECENT - 1 : -1])), days[-1].customers
    mark = marks["population"]
    if (usual / mark < now < usual * mark) or abs(now - usual) <= Z * sqrt(usual + 1.0):
        return None
    return Evidence("customers scored", f"{now:,} customers, {usual:,.0f} are usual", days[-1].as_of)


def drop_of(then: Estimated | None, days: Sequence[Snapshot], marks: Mapping[str, float]) -> Evidence | None:
    """Whether the AUC to expect of the last scoring is below that of the reference by the mark and beyond chance.

    then: of the reference; its error is taken to be that of now, for as many customers as it holds.
    """
    now = days[-1].estimate if days else None
    if then is None or now is None:
        return None
    error = now.error * sqrt(1.0 + now.customers / then.customers)
    if then.auc - now.auc < marks["estimate"] or then.auc - now.auc <= Z * error:
        return None
    told = f"AUC {now.auc:.3f} to expect from the chances, {then.auc:.3f} among those of the reference"
    return Evidence("estimated AUC", told, days[-1].as_of)
