"""What a population looked like when a version was trained: few numbers, frozen with it, so that no old data is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.evaluation import bin_counts, binned, frozen_edges
from leadlift.evaluation.distribution import FEWEST_CUSTOMERS, MOST_CATEGORIES, OTHERS

Floats = npt.NDArray[np.float64]

GRID = 400
_NUMBERS = pa.float64()


@dataclass(frozen=True)
class Column:
    """The bins of one feature and how many of the reference were in each, the missing last.

    edges: of a number, rising; bin i holds what is above edge i - 1 and not above edge i. labels: of a category, its
    commonest values and `others` last; None for a number.
    """

    edges: tuple[float, ...]
    labels: tuple[str, ...] | None
    counts: tuple[int, ...]

    @classmethod
    def of(cls, values: pa.Array | pa.ChunkedArray, *, is_text: bool) -> Self:
        """Freeze the bins on the reference values. A category of fewer than ten customers has no bin of its own."""
        if is_text:
            named = {one["values"]: one["counts"] for one in pc.value_counts(_text(values)).to_pylist()}
            known = sorted(
                (name for name in named if name is not None), key=lambda name: (-named[name], name)
            )
            common = [name for name in known if named[name] >= FEWEST_CUSTOMERS][:MOST_CATEGORIES]
            empty = cls((), (*common, OTHERS), ())
        else:
            edges = frozen_edges(as_numbers(values))
            empty = cls(tuple(float(edge) for edge in edges), None, ())
        return cls(empty.edges, empty.labels, tuple(int(count) for count in empty.count(values)))

    def count(self, values: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
        """How many values fall into each bin, (n_bins + 1,), the missing last."""
        if self.labels is None:
            return bin_counts(binned(as_numbers(values), np.array(self.edges)), len(self.edges) + 2)
        place = {name: code for code, name in enumerate(self.labels[:-1])}
        found = np.zeros(len(self.labels) + 1, dtype=np.int64)
        for one in pc.value_counts(_text(values)).to_pylist():
            name = one["values"]
            code = len(self.labels) if name is None else place.get(name, len(self.labels) - 1)
            found[code] += one["counts"]
        return found


@dataclass(frozen=True)
class Reference:
    """The population that later ones are held against.

    population: in words. customers: different ones; rows: of them at as-of dates. scores: raw scores of the population,
    evenly spaced in rank, rising, so that any calibration can be asked what it makes of them; score: their bins.
    judged: of the test cases, the AUC (`auc`), its standard error (`error`) and what the chances made expect (`expected`);
    empty where there is none.
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


def reference_of(
    rows: pa.Table,
    customers: int,
    features: Sequence[str],
    texts: Sequence[str],
    score: Floats,
    population: str,
    judged: Mapping[str, float],
) -> Reference:
    """Freeze a reference. rows: with the features. texts: features that are categories. score: (n,), raw, of the rows."""
    columns = {name: Column.of(rows[name], is_text=name in texts) for name in features}
    ordered = np.sort(score)
    middle = ((np.arange(min(GRID, len(ordered))) + 0.5) * len(ordered) / min(GRID, len(ordered))).astype(int)
    return Reference(
        population=population,
        customers=customers,
        rows=rows.num_rows,
        columns=columns,
        score=Column.of(pa.array(score), is_text=False),
        scores=tuple(float(one) for one in ordered[middle]),
        judged={name: float(value) for name, value in judged.items()},
    )


def as_numbers(values: pa.Array | pa.ChunkedArray) -> Floats:
    """Numbers as float64, NaN where missing; yes and no are 1 and 0."""
    plain = values.cast(pa.uint8()) if pa.types.is_boolean(values.type) else values
    return np.asarray(plain.cast(_NUMBERS, safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)


def _text(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return values.cast(pa.string())


def _column(told: Mapping[str, list[float] | list[str] | list[int] | None]) -> Column:
    labels = told["labels"]
    edges, counts = told["edges"] or (), told["counts"] or ()
    return Column(
        tuple(float(edge) for edge in edges),
        None if labels is None else tuple(str(label) for label in labels),
        tuple(int(count) for count in counts),
    )
