"""Values that decide the outcome: customers with one value of a feature who nearly all have the rarer outcome.

A strong honest feature raises the rate; a column that is filled in after the outcome makes it nearly certain, often for
so few customers that the feature's AUC does not show it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlift.training.audit.finding import figure
from leadlift.training.audit.limits import Limit, Severity
from leadlift.training.audit.sample import Codes, Training, customers_in

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Purity:
    """Customers in one bin. share: of the rarer outcome among their cases, low: lower end of its 95 % interval.

    usual: the rarer outcome's share of all cases. place: the bin. responded: whether to respond is the rarer outcome.
    """

    customers: int
    share: float
    low: float
    usual: float
    place: int
    responded: bool

    def severity(self, limit: Limit) -> Severity | None:
        """How severe it is; None for too few customers."""
        return limit.severity(self.low) if self.customers >= limit.fewest else None

    def __str__(self) -> str:
        """A part of a sentence."""
        what = "responded" if self.responded else "did not respond"
        return f"{self.share:.1%} {what}, where {self.usual:.1%} of all do"

    def evidence(self) -> dict[str, float | int | str]:
        """Its numbers."""
        told = {"share": figure(self.share), "low": figure(self.low), "usual": figure(self.usual)}
        return {"customers": self.customers, **told}


def purest(train: Training, codes: Codes, bins: int) -> Purity | None:
    """The bin whose customers most surely have the rarer outcome; None when no bin has it in most cases.

    codes: (n,), the bin of each training case. The interval counts customers, not cases: those of one are alike.
    """
    y, customer = train.cases.y[train.rows], train.cases.customer[train.rows]
    responded = bool(y.mean() <= 0.5)
    rarer = y if responded else 1 - y
    count = np.bincount(codes, minlength=bins)
    shares = np.bincount(codes, weights=rarer, minlength=bins) / np.maximum(count, 1)
    candidates = np.flatnonzero(shares > 0.5)
    if len(candidates) == 0 or (count > 0).sum() < 2:
        return None
    people = customers_in(codes, bins, customer)
    lows = [wilson_low(float(shares[one]), int(people[one])) for one in candidates]
    best = int(candidates[int(np.argmax(lows))])
    return Purity(int(people[best]), float(shares[best]), max(lows), float(rarer.mean()), best, responded)


def wilson_low(share: float, count: int) -> float:
    """Lower end of the 95 % interval of a share of so many (Wilson, JASA 22, 1927); 0 for none."""
    if count == 0:
        return 0.0
    z2 = Z95**2 / count
    spread = Z95 * np.sqrt(share * (1 - share) / count + z2 / (4 * count))
    return float((share + z2 / 2 - spread) / (1 + z2))
