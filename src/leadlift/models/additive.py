"""A penalised logistic regression on cut features: its log-odds are a sum of steps, one staircase for each feature.

Where rows are few it tells more than trees do, and beside trees it adds what they are slow to learn: long slopes.
Each number enters twice, by its size and by its rank, so that neither a straight line nor a skewed amount is lost on
it. Cut features make it a sum of trees as well (`steps.py`), so it joins the boosted ones in one text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import binned, frozen_edges
from leadlift.models.baseline import MOST_CATEGORIES, TAIL, drawn, solve
from leadlift.models.encoding import Encoding, Matrix

Floats = npt.NDArray[np.float64]
Bins = npt.NDArray[np.uint8]

CELLS = 64
MOST_ROWS = 50_000
MOST_INPUTS = 600


@dataclass(frozen=True, eq=False)
class Cut:
    """How one feature is read: its matrix column, its bins, and what each bin says.

    edges: of a number, rising; bin i holds what is above edge i - 1 and not above edge i. codes: of a category, the
    code of each bin; all others share one more. inputs: (n_bins + 1, k), the last for missing values. cases:
    (n_bins + 1,), of the rows it was learned from.
    """

    column: int
    edges: Floats
    codes: tuple[int, ...]
    inputs: Floats
    cases: Floats

    def of(self, matrix: Matrix) -> npt.NDArray[np.intp]:
        """Each row's bin, (n,)."""
        values = matrix[:, self.column]
        if not self.codes:
            return binned(values, self.edges)
        place = np.searchsorted(self.codes, values)
        found = np.minimum(place, len(self.codes) - 1)
        hit = np.asarray(self.codes)[found] == values
        return np.where(np.isnan(values), len(self.codes) + 1, np.where(hit, found, len(self.codes)))


@dataclass(frozen=True, eq=False)
class Additive:
    """A fitted sum of steps. weights: for each cut, (k,), of its inputs."""

    cuts: tuple[Cut, ...]
    weights: tuple[Floats, ...]
    intercept: float

    @cached_property
    def heights(self) -> tuple[Floats, ...]:
        """For each cut, (n_bins + 1,), what its bins add to the log-odds."""
        return tuple(cut.inputs @ part for cut, part in zip(self.cuts, self.weights, strict=True))

    def narrowed(self, cuts: Sequence[Cut]) -> tuple[Floats, float]:
        """The weights of some of the cuts, (n_inputs,), and the intercept."""
        known = {cut.column: part for cut, part in zip(self.cuts, self.weights, strict=True)}
        return np.concatenate([np.empty(0), *(known[cut.column] for cut in cuts)]), self.intercept

    def raw(self, matrix: Matrix) -> Floats:
        """The log-odds of encoded rows, (n,)."""
        return self.at(bins_of(self.cuts, matrix))

    def at(self, bins: Bins) -> Floats:
        """The log-odds, (n,), of rows whose bins are known, (n_cuts, n)."""
        total = np.full(bins.shape[1], self.intercept)
        for height, one in zip(self.heights, bins, strict=True):
            total += height[one]
        return total


def cut_features(matrix: Matrix, encoding: Encoding) -> tuple[Cut, ...]:
    """Cut each feature that varies, by its values alone: no target is looked at.

    Numbers into at most 64 bins of about equally many rows, each said by its mean (tails drawn in) and its mean rank,
    standardised; categories into the 30 commonest and the rest.
    """
    texts = set(encoding.categorical)
    found = [
        (_category if column in texts else _number)(column, matrix[:, column])
        for column in range(matrix.shape[1])
    ]
    return tuple(cut for cut in found if cut is not None)


def bins_of(cuts: Sequence[Cut], matrix: Matrix) -> Bins:
    """Each row's bin in each cut, (n_cuts, n)."""
    found = np.empty((len(cuts), len(matrix)), dtype=np.uint8)  # a cut has fewer than 256
    for place, cut in enumerate(cuts):
        found[place] = cut.of(matrix)
    return found


def inputs_of(cuts: Sequence[Cut], matrix: Matrix) -> npt.NDArray[np.float32]:
    """What the regression reads, (n, n_inputs)."""
    parts = [cut.inputs.astype(np.float32)[cut.of(matrix)] for cut in cuts]
    return np.hstack([np.empty((len(matrix), 0), dtype=np.float32), *parts])


def fit_additive(
    cuts: tuple[Cut, ...],
    inputs: npt.NDArray[np.float32],
    y: Floats,
    weight: Floats,
    strength: float,
    start: Additive | None = None,
    tolerance: float = 1e-4,
) -> Additive:
    """Fit on at most 50,000 rows, drawn with the same share of responders.

    inputs: (n, n_inputs), of `inputs_of`. weight: (n,), of each row. strength: the inverse of the penalty, as
    scikit-learn's C. start: a fit of these cuts and others to begin at, which saves time. tolerance: as `solve`.
    """
    rows = drawn(y, 0, MOST_ROWS)
    begin = None if start is None else start.narrowed(cuts)
    weights, intercept, _ = solve(inputs[rows], y[rows], strength, weight[rows], begin, tolerance)
    ends = np.cumsum([cut.inputs.shape[1] for cut in cuts])[:-1]
    return Additive(cuts, tuple(np.split(weights, ends)), intercept)


def mean_of(members: Sequence[Additive], weights: Sequence[float] | None = None) -> Additive:
    """The sum of steps whose log-odds are the mean of the members', weighed alike by default; they share their cuts."""
    parts = zip(*(member.weights for member in members), strict=True)
    intercepts = [member.intercept for member in members]
    return Additive(
        members[0].cuts,
        tuple(np.average(same, axis=0, weights=weights) for same in parts),
        float(np.average(intercepts, weights=weights)),
    )


def _number(column: int, values: npt.NDArray[np.float32]) -> Cut | None:
    known = values[~np.isnan(values)].astype(np.float64)
    edges = frozen_edges(known, CELLS)
    if len(edges) and edges[-1] >= known.max():
        edges = edges[:-1]
    if len(edges) == 0:
        return None
    place, bins = binned(known, edges), len(edges) + 1
    cases = np.bincount(place, minlength=bins).astype(np.float64)
    low, high = np.quantile(known, [TAIL, 1.0 - TAIL])
    size = np.bincount(place, np.clip(known, low, high), minlength=bins) / cases
    ways = [_standard(size, cases), _standard(np.cumsum(cases) - 0.5 * cases, cases)]
    missing = float(len(values) - len(known))
    inputs = np.zeros((bins + 1, len(ways) + 1))
    inputs[:-1, : len(ways)] = np.column_stack(ways)
    inputs[-1, -1] = 1.0
    return Cut(column, edges, (), inputs if missing else inputs[:, :-1], np.append(cases, missing))


def _category(column: int, values: npt.NDArray[np.float32]) -> Cut | None:
    codes, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(codes) == 0 or (len(codes) == 1 and counts[0] == len(values)):
        return None
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_CATEGORIES])
    cases = np.append(counts[kept], counts.sum() - counts[kept].sum()).astype(np.float64)
    inputs = np.vstack([np.eye(len(kept)), np.zeros((2, len(kept)))])
    names = tuple(int(code) for code in codes[kept])
    return Cut(column, np.empty(0), names, inputs, np.append(cases, len(values) - counts.sum()))


def _standard(values: Floats, cases: Floats) -> Floats:
    centred = values - np.average(values, weights=cases)
    spread = np.sqrt(np.average(centred**2, weights=cases))
    return np.asarray(centred / (spread or 1.0), dtype=np.float64)
