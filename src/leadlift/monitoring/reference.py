"""What a population looked like when a version was trained: few numbers, frozen with it; no old data is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.evaluation import bin_counts, binned, frozen_edges, psi
from leadlift.evaluation.distribution import FEWEST_CUSTOMERS, MOST_CATEGORIES, OTHERS

Floats = npt.NDArray[np.float64]

Codes = npt.NDArray[np.intp]
Values: TypeAlias = pa.Array | pa.ChunkedArray

GRID = 400
# Of a date with fewer customers chance says more than the calendar; of fewer dates nothing is usual.
FEWEST_ON_A_DATE, FEWEST_DATES = 200, 2
_NUMBERS = pa.float64()


@dataclass(frozen=True)
class Column:
    """The bins of one feature and how many of the reference were in each, the missing last.

    edges: of a number, rising; bin i holds what is above edge i - 1 and not above edge i. labels: of a category, its
    commonest values and `others` last; None for a number. usual: the largest PSI of one date of the reference against
    all of it, 0 for too few dates; most_missing: the largest share missing on one. Months differ by the calendar: what
    they differed by then is no news now.
    """

    edges: tuple[float, ...]
    labels: tuple[str, ...] | None
    counts: tuple[int, ...]
    usual: float = 0.0
    most_missing: float = 0.0

    @classmethod
    def of(cls, values: Values, dates: Codes, *, is_text: bool) -> Self:
        """Freeze the bins on the reference values. A category of fewer than ten customers has no bin of its own.

        dates: (n,), a code for the date of each row, from 0.
        """
        if is_text:
            named = {one["values"]: one["counts"] for one in pc.value_counts(_text(values)).to_pylist()}
            known = sorted(
                (name for name in named if name is not None), key=lambda name: (-named[name], name)
            )
            common = [name for name in known if named[name] >= FEWEST_CUSTOMERS][:MOST_CATEGORIES]
            empty = cls((), (*common, OTHERS), ())
        else:
            empty = cls(tuple(float(edge) for edge in frozen_edges(as_numbers(values))), None, ())
        codes, bins = empty.codes(values), empty.bins
        by_date = np.bincount(dates * bins + codes, minlength=(int(dates.max(initial=0)) + 1) * bins).reshape(
            -1, bins
        )
        counts = by_date.sum(axis=0)
        spoken = by_date[by_date.sum(axis=1) >= FEWEST_ON_A_DATE]
        usual = max((psi(counts, one) for one in spoken), default=0.0) if len(spoken) >= FEWEST_DATES else 0.0
        missing = max((one[-1] / one.sum() for one in spoken), default=0.0)
        overall = counts[-1] / max(1, counts.sum())
        told = tuple(int(count) for count in counts)
        return replace(empty, counts=told, usual=float(usual), most_missing=float(max(missing, overall)))

    @property
    def bins(self) -> int:
        """How many bins, that of the missing among them."""
        return len(self.edges) + 2 if self.labels is None else len(self.labels) + 1

    def codes(self, values: Values) -> Codes:
        """The bin of each value, (n,)."""
        if self.labels is None:
            return binned(as_numbers(values), np.array(self.edges))
        plain = _text(values)
        coded = pc.dictionary_encode(plain.combine_chunks() if isinstance(plain, pa.ChunkedArray) else plain)
        place = {name: code for code, name in enumerate(self.labels[:-1])}
        known = [place.get(name, len(self.labels) - 1) for name in coded.dictionary.to_pylist()]
        indices = coded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        found: Codes = np.array([*known, len(self.labels)], dtype=np.intp)[indices]
        return found

    def count(self, values: Values) -> npt.NDArray[np.int64]:
        """How many values fall into each bin, (n_bins,), the missing last."""
        return bin_counts(self.codes(values), self.bins)


@dataclass(frozen=True)
class Reference:
    """The population that later ones are held against.

    population: in words. customers: different ones; rows: of them at as-of dates. scores: raw scores of those that
    trees were not grown on, evenly spaced in rank, rising, so that any calibration can be asked what it makes of them;
    score: their bins.
    judged: of the test cases, the AUC (`auc`), its standard error (`error`) and what the chances made expect
    (`expected`); empty where there is none.
    """

    population: str
    customers: int
    rows: int
    columns: Mapping[str, Column]
    score: Column
    scores: tuple[float, ...]
    judged: Mapping[str, float]

    def to_text(self) -> str:
        """As it travels with the model."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `to_text` told."""
        told = json.loads(text)
        columns = {name: _column(one) for name, one in told["columns"].items()}
        rest = {name: told[name] for name in ("population", "customers", "rows", "judged")}
        return cls(columns=columns, score=_column(told["score"]), scores=tuple(told["scores"]), **rest)


@dataclass(frozen=True, eq=False)
class Population:
    """Rows to freeze: with the features, a code for the date of each (n,), and their different customers."""

    rows: pa.Table
    dates: Codes
    customers: int


def reference_of(
    people: Population,
    features: Sequence[str],
    texts: Sequence[str],
    scored: tuple[Floats, Codes],
    told: str,
    judged: Mapping[str, float],
) -> Reference:
    """Freeze a reference. texts: features that are categories. told: the population in words.

    scored: raw scores of rows that trees were not grown on, (n,), and a code for the date of each.
    """
    columns = {name: Column.of(people.rows[name], people.dates, is_text=name in texts) for name in features}
    score, dates = scored
    ordered = np.sort(score)
    middle = ((np.arange(min(GRID, len(ordered))) + 0.5) * len(ordered) / min(GRID, len(ordered))).astype(int)
    return Reference(
        population=told,
        customers=people.customers,
        rows=people.rows.num_rows,
        columns=columns,
        score=Column.of(pa.array(score), dates, is_text=False),
        scores=tuple(float(one) for one in ordered[middle]),
        judged={name: float(value) for name, value in judged.items()},
    )


def as_numbers(values: Values) -> Floats:
    """Numbers as float64, NaN where missing; yes and no are 1 and 0."""
    plain = values.cast(pa.uint8()) if pa.types.is_boolean(values.type) else values
    return np.asarray(plain.cast(_NUMBERS, safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)


def _text(values: Values) -> Values:
    return values.cast(pa.string())


def _column(told: Mapping[str, Any]) -> Column:
    labels = None if told["labels"] is None else tuple(told["labels"])
    counts, edges = tuple(told["counts"]), tuple(told["edges"])
    return Column(edges, labels, counts, told["usual"], told["most_missing"])
