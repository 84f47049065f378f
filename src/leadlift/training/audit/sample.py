"""What the audit looks at: training cases, as many of each kind as are needed and no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import Estimate, bin_counts, binned, clustered_auc, frozen_edges
from leadlift.names import TRAIN
from leadlift.training.fit import Cases

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

MOST_ROWS, MOST_OF_A_KIND = 200_000, 20_000
BINS, MOST_CODES, OFTEN = 20, 256, 5


@dataclass(frozen=True, eq=False)
class Training:
    """Training cases as they came, and a sample with many responders.

    rows: places of at most 200,000 training cases, evenly spread. sampled: places of at most 20,000 responders and as
    many others; AUC does not depend on how many there are of each.
    """

    cases: Cases
    rows: Codes
    sampled: Codes

    @classmethod
    def of(cls, cases: Cases) -> Training:
        """The training part; the test is not looked at."""
        rows = cases.rows(TRAIN)
        kinds = [_spread(rows[cases.y[rows] == kind]) for kind in (0, 1)]
        return cls(cases, thinned(rows, MOST_ROWS), np.sort(np.concatenate(kinds)))

    @property
    def y(self) -> Floats:
        """The sample's outcomes, (n,)."""
        return self.cases.y[self.sampled]

    @property
    def customer(self) -> Codes:
        """Whose case each of the sample is, (n,)."""
        return self.cases.customer[self.sampled]

    def values(self, index: int) -> Floats:
        """The sample's values of a matrix column, (n,); NaN where missing."""
        values: Floats = self.cases.matrix[self.sampled, index].astype(np.float64)
        return values

    def enough(self, fewest: int) -> bool:
        """Whether there are so many responders and others."""
        positives = int(self.y.sum())
        return min(positives, len(self.y) - positives) >= fewest

    def binned(self, index: int) -> list[tuple[Codes, int]]:
        """The values of `rows` in a matrix column in bins, (n,), and how many bins; the last one is for missing.

        A category is a bin. Numbers fall into at most 20 bins with about equally many cases; and a second time with
        each of the 256 that stand most often, five times or more among 20,000 cases, in a bin of its own.
        """
        values = self.cases.matrix[self.rows, index]
        name = self.cases.encoding.features[index]
        if name in self.cases.encoding.categories:
            count = len(self.cases.encoding.categories[name])
            return [(np.where(np.isnan(values), count, values).astype(np.intp), count + 1)]
        some = values[:: max(1, len(values) // MOST_OF_A_KIND)]
        edges, often = frozen_edges(some, BINS), _often(some[~np.isnan(some)])
        alone = np.concatenate([edges, often, np.nextafter(often, np.float32(-np.inf))])
        ways = [edges, np.unique(alone)] if len(often) else [edges]
        return [(binned(values, one), len(one) + 2) for one in ways]


def _often(known: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The values that stand most often."""
    each, counts = np.unique(known, return_counts=True)
    first = np.argsort(-counts, kind="stable")[:MOST_CODES]
    return each[first[counts[first] >= OFTEN]]


def either_way(y: Floats, score: Floats, customer: Codes) -> Estimate:
    """AUC of a score turned so that it is at least 0.5, with its interval; 0.5 where it or the target never differs."""
    if score.min() == score.max() or y.min() == y.max():
        return Estimate(0.5, 0.5, 0.5)
    found = clustered_auc(y, score, customer)
    if found.value >= 0.5:
        return found
    return Estimate(1 - found.value, 1 - found.high, 1 - found.low)


def customers_in(codes: Codes, bins: int, customer: Codes) -> npt.NDArray[np.int64]:
    """How many different customers are in each bin, (bins,)."""
    pairs = np.unique(codes.astype(np.int64) * (int(customer.max()) + 1) + customer)
    return bin_counts((pairs // (int(customer.max()) + 1)).astype(np.intp), bins)


def thinned(rows: Codes, most: int) -> Codes:
    """At most so many of them, evenly spread."""
    return rows[:: max(1, -(-len(rows) // most))]


def _spread(rows: Codes) -> Codes:
    """At most MOST_OF_A_KIND of them, evenly spread."""
    if len(rows) <= MOST_OF_A_KIND:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_OF_A_KIND).astype(np.intp)]
