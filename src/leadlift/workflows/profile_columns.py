"""One feature's values at several dates, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.evaluation import (
    QUANTILES,
    Bins,
    CategoryBins,
    FeatureProfile,
    Month,
    NumberBins,
    psi,
    psi_by_chance,
    rank_correlations,
)
from leadlift.specs import FeatureDef

Floats = npt.NDArray[np.float64]
Values = Floats | list[str | None]

SAME_ORDER = 0.999
NEARLY = 0.99
FEWEST = 10


@dataclass(frozen=True, eq=False)
class Column:
    """A feature's months so far, in bins frozen on the first. reference: its counts, (n_bins,)."""

    bins: Bins
    reference: npt.NDArray[np.int64]
    months: tuple[Month, ...]

    @classmethod
    def first(cls, day: date, values: Values) -> Self:
        """Begin at the date that later ones are held against."""
        bins: Bins = CategoryBins.of(values) if isinstance(values, list) else NumberBins.of(values)
        counts = bins.counts(values)
        return cls(bins, counts, (_month(day, values, bins, counts),))

    def then(self, day: date, values: Values) -> Self:
        """Add a later date."""
        return replace(self, months=(*self.months, _month(day, values, self.bins, self.reference)))


def columns_of(table: pa.Table, wanted: Mapping[str, FeatureDef]) -> dict[str, Values]:
    """The features of a table: numbers as (n,) with NaN where missing, categories as words; none without rows."""
    if table.num_rows == 0:
        return {}
    return {
        name: table[name].to_pylist() if feature.is_text else numbers(table[name])
        for name, feature in wanted.items()
    }


def numbers(column: pa.ChunkedArray) -> Floats:
    """A column of numbers as (n,), NaN where missing."""
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def profiled(column: Column, last: Values, twins: tuple[tuple[str, float], ...]) -> FeatureProfile:
    """What the months come to; `last` are the values at the last date."""
    distinct, commonest, missing = _variety(last)
    flaw = ""
    if distinct == 0:
        flaw = "always missing"
    elif distinct + bool(missing) == 1:
        flaw = "constant"
    elif commonest >= NEARLY:
        flaw = "nearly constant"
    sizes = (column.months[0].customers, min(month.customers for month in column.months))
    return FeatureProfile(
        kind="category" if isinstance(last, list) else "number",
        sample=0,
        bins=column.bins.labels,
        months=column.months,
        distinct=distinct,
        commonest=commonest,
        flaw=flaw,
        steady=psi_by_chance(*sizes, int((column.reference > 0).sum())),
        made_on=date.min,
        made_of={},
        twins=twins,
    )


def same_order(values: Mapping[str, Values]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Features that order customers the same: name -> others with the rank correlation, 0.999 or more either way.

    Categories are alike when they part the customers into the same groups. Columns in which fewer than ten customers
    differ from the rest are left out: such a few may coincide.
    """
    values = {name: column for name, column in values.items() if _telling(column)}
    columns = {name: column for name, column in values.items() if not isinstance(column, list)}
    names = list(columns)
    found: dict[str, list[tuple[str, float]]] = {}
    if names:
        related = rank_correlations(np.column_stack(list(columns.values())))
        with np.errstate(invalid="ignore"):
            pairs = np.argwhere(np.abs(np.triu(related, 1)) >= SAME_ORDER)
        for one, other in pairs:
            _pair(found, names[one], names[other], float(related[one, other]))
    groups = {name: _groups(column) for name, column in values.items() if isinstance(column, list)}
    texts = list(groups)
    for place, one_text in enumerate(texts):
        for other_text in texts[place + 1 :]:
            if groups[one_text] == groups[other_text]:
                _pair(found, one_text, other_text, 1.0)
    return {name: tuple(sorted(others, key=lambda one: -abs(one[1]))) for name, others in found.items()}


def _telling(column: Values) -> bool:
    return round(len(column) * (1 - _variety(column)[1])) >= FEWEST


def _pair(found: dict[str, list[tuple[str, float]]], one: str, other: str, related: float) -> None:
    found.setdefault(one, []).append((other, round(related, 5)))
    found.setdefault(other, []).append((one, round(related, 5)))


def _groups(column: list[str | None]) -> list[int]:
    """Each value by the place at which its group first appears."""
    seen: dict[str | None, int] = {}
    return [seen.setdefault(value, len(seen)) for value in column]


def _variety(values: Values) -> tuple[int, float, int]:
    """How many values there are, the share of the commonest (missing among them), and how many are missing."""
    if isinstance(values, list):
        counted = Counter(values)
        missing = counted.pop(None, 0)
        most = max([missing, *counted.values()])
        return len(counted), most / len(values), missing
    known = values[~np.isnan(values)]
    counts = np.unique(known, return_counts=True)[1]
    missing = len(values) - len(known)
    return len(counts), max(missing, int(counts.max(initial=0))) / len(values), missing


def _month(day: date, values: Values, bins: Bins, reference: npt.NDArray[np.int64]) -> Month:
    counts = bins.counts(values)
    mean = spread = None
    quantiles: tuple[float, ...] = ()
    if not isinstance(values, list):
        known = values[~np.isnan(values)]
        if len(known):
            mean, spread = float(known.mean()), float(known.std())
            quantiles = tuple(float(q) for q in np.quantile(known, QUANTILES))
    return Month(
        as_of=day,
        customers=len(values),
        missing=int(counts[-1]) / len(values),
        mean=mean,
        std=spread,
        quantiles=quantiles,
        shares=tuple(round(float(share), 5) for share in bins.shares(values)),
        psi=psi(reference, counts),
    )
