"""One feature over time, in finished numbers: what a profile finds, and what pages and commands tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

DRIFT, SHIFT = 0.1, 0.25
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class Month:
    """One as-of date. missing: share of customers without a value. psi: against the first date.

    quantiles: of the known values at QUANTILES; empty for a category, or where nobody has a value. shares: of all
    customers by bin, in the order of FeatureProfile.bins; what is missing is in none.
    """

    as_of: date
    customers: int
    missing: float
    mean: float | None
    std: float | None
    quantiles: tuple[float, ...]
    shares: tuple[float, ...]
    psi: float


@dataclass(frozen=True)
class Strength:
    """What a feature alone is worth for one pipeline's target, on its training cases.

    auc: with its 95 % interval; None where it cannot be told. Below 0.5: high values mean fewer responders.
    information: the information value; by_luck: how much of it 1 in 20 useless features would show.
    """

    pipeline: str
    cases: int
    responders: int
    auc: float | None
    low: float | None
    high: float | None
    direction: str
    information: float
    by_luck: float
    target: str


@dataclass(frozen=True)
class FeatureProfile:
    """One feature over time. bins: what `Month.shares` count, in words. steady: the PSI that chance alone stays below.

    commonest: share of the most common value, missing among them, at the last date. flaw: `constant`, `nearly
    constant`, `always missing` or nothing. twins: other features with (nearly) the same order of customers, and the
    rank correlation. made_of: what definitions and data it was made from.
    """

    kind: str
    sample: int
    bins: tuple[str, ...]
    months: tuple[Month, ...]
    distinct: int
    commonest: float
    flaw: str
    steady: float
    made_on: date
    made_of: Mapping[str, str]
    strengths: tuple[Strength, ...] = ()
    twins: tuple[tuple[str, float], ...] = ()

    @property
    def psi(self) -> float:
        """The largest PSI of a month against the first."""
        return max(month.psi for month in self.months)

    @property
    def strongest(self) -> Strength | None:
        """The target that it says most of, beyond luck; None where it says nothing of any."""
        telling = [one for one in self.strengths if one.information > one.by_luck]
        return max(telling, key=lambda one: one.information - one.by_luck, default=None)

    @property
    def drifting(self) -> bool:
        """PSI of 0.1 or more (Siddiqi's first mark), and more than chance would show."""
        return self.psi >= DRIFT and self.psi > self.steady

    @property
    def missing(self) -> float:
        """The share missing at the last date."""
        return self.months[-1].missing
