"""One column over time: bins frozen on a reference date, and how later dates fall into them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.stability import Counts, Floats, bin_counts, binned, frozen_edges

FEW_VALUES = 12
PICTURE_BINS = 14
MOST_CATEGORIES = 12
FEWEST_CUSTOMERS = 10
OTHERS = "others"


class Bins(Protocol):
    """Bins of one column. labels: what a picture's bars are called, without the missing."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The bars of a picture in words, in order."""

    def counts(self, values: Sequence[object] | Floats) -> Counts:
        """How many customers are in each bin that stability is judged by, those missing last."""

    def shares(self, values: Sequence[object] | Floats) -> Floats:
        """The share of all customers in each bar of the picture, (n_labels,); the missing are in none."""


@dataclass(frozen=True, eq=False)
class NumberBins:
    """Bins of numbers, (n,), NaN where missing.

    edges: of bins with equally many reference customers. picture: edges of the picture's bars, evenly wide between
    the 2nd and the 98th percentile and open at both ends, or between the values where there are few.
    """

    edges: Floats
    picture: Floats
    labels: tuple[str, ...]

    @classmethod
    def of(cls, reference: Floats) -> Self:
        """Freeze the bins on the reference values."""
        known = np.unique(reference[~np.isnan(reference)])
        if 0 < len(known) <= FEW_VALUES:
            between = (known[1:] + known[:-1]) / 2.0
            return cls(frozen_edges(reference), between, tuple(short(value) for value in known))
        if len(known) == 0:
            return cls(np.empty(0), np.empty(0), ("any value",))
        low, high = np.nanquantile(reference, [0.02, 0.98])
        picture = np.unique(np.linspace(low, high, PICTURE_BINS - 1))
        middle = [f"{short(a)} to {short(b)}" for a, b in pairwise(picture)]
        labels = (f"up to {short(picture[0])}", *middle, f"above {short(picture[-1])}")
        return cls(frozen_edges(reference), picture, labels)

    def counts(self, values: Sequence[object] | Floats) -> Counts:
        """See Bins."""
        return bin_counts(binned(np.asarray(values, dtype=np.float64), self.edges), len(self.edges) + 2)

    def shares(self, values: Sequence[object] | Floats) -> Floats:
        """See Bins."""
        codes = binned(np.asarray(values, dtype=np.float64), self.picture)
        found: Floats = bin_counts(codes, len(self.picture) + 2)[:-1] / max(1, len(codes))
        return found


@dataclass(frozen=True, eq=False)
class CategoryBins:
    """Bins of categories: the commonest of the reference date, all others in one, None where missing.

    A category of fewer than ten reference customers has no bin of its own: it might name one of them.
    """

    labels: tuple[str, ...]

    @classmethod
    def of(cls, reference: Sequence[object]) -> Self:
        """Freeze the bins on the reference values."""
        counted = Counter(str(value) for value in reference if value is not None)
        order = sorted(counted, key=lambda name: (-counted[name], name))
        common = [name for name in order if counted[name] >= FEWEST_CUSTOMERS]
        return cls((*common[:MOST_CATEGORIES], OTHERS))

    def codes(self, values: Sequence[object]) -> npt.NDArray[np.intp]:
        """The bin of each value, (n,): the last is that of the missing, the one before that of all others."""
        place = {name: code for code, name in enumerate(self.labels[:-1])}
        rest, missing = len(self.labels) - 1, len(self.labels)
        told = [missing if value is None else place.get(str(value), rest) for value in values]
        return np.array(told, dtype=np.intp)

    def counts(self, values: Sequence[object] | Floats) -> Counts:
        """See Bins."""
        return bin_counts(self.codes(list(values)), len(self.labels) + 1)

    def shares(self, values: Sequence[object] | Floats) -> Floats:
        """See Bins."""
        found: Floats = self.counts(values)[:-1] / max(1, len(values))
        return found


def short(value: float) -> str:
    """A number in as few signs as a bar's name needs."""
    number = float(value) + 0.0  # no minus before a zero
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
