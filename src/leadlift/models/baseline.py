"""The model to beat: a plain logistic regression, prepared as a careful analyst would by hand."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.encoding import Encoding, Matrix

Floats = npt.NDArray[np.float64]

MOST_ROWS = 50_000
MOST_CATEGORIES = 30
TAIL = 0.005


@dataclass(frozen=True, eq=False)
class NumberPlan:
    """How the number columns are prepared, learned from the training rows.

    columns: (k,), of the matrix. low, high: (k,), the 0.5 and 99.5 % quantiles values are drawn to.
    median, mean, spread: (k,), of the drawn values; a missing value becomes the median. flagged: which of
    the k get a second column that says the value was missing.
    """

    columns: npt.NDArray[np.intp]
    low: Floats
    high: Floats
    median: Floats
    mean: Floats
    spread: Floats
    flagged: npt.NDArray[np.intp]

    def apply(self, matrix: Matrix) -> npt.NDArray[np.float32]:
        """Return the standardised columns and the flags, (n, k + n_flagged)."""
        values = matrix[:, self.columns]
        missing = np.isnan(values)
        filled = np.where(missing, self.median, np.clip(values, self.low, self.high))
        scaled = (filled - self.mean) / self.spread
        return np.hstack([scaled, missing[:, self.flagged]]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class LogisticBaseline:
    """A fitted logistic regression with its preparation.

    levels: matrix column of a category -> the codes that have a coefficient; others count as none of them.
    names, weights: (n_inputs,), weight in log-odds per standard deviation, or for being in the category.
    converged: False when the solver gave up before its tolerance; the fit is then near, not exact.
    """

    numbers: NumberPlan
    levels: dict[int, tuple[int, ...]]
    names: tuple[str, ...]
    weights: Floats
    intercept: float
    converged: bool

    def predict(self, matrix: Matrix) -> Floats:
        """Return the probability of responding, (n,), of encoded rows, (n, n_features)."""
        line = prepared(matrix, self.numbers, self.levels) @ self.weights + self.intercept
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * line)), dtype=np.float64)

    def coefficients(self) -> list[tuple[str, float]]:
        """Return (name, weight), the strongest first."""
        order = np.argsort(-np.abs(self.weights), kind="stable")
        return [(self.names[i], float(self.weights[i])) for i in order]


def fit_logistic(matrix: Matrix, y: npt.ArrayLike, encoding: Encoding, seed: int = 0) -> LogisticBaseline:
    """Fit on at most 50,000 rows, drawn with the same share of responders.

    matrix: (n, n_features). y: (n,), 0 or 1. Raises UserError when there is only one class.
    """
    target = np.asarray(y, dtype=np.float64)
    if len(target) == 0 or target.min() == target.max():
        raise UserError(f"the baseline needs responders and others; all {len(target)} rows are alike")
    rows = drawn(target, seed, MOST_ROWS)
    matrix, target = matrix[rows], target[rows]
    numbers, levels, names = plan(matrix, encoding)
    weights, intercept, converged = solve(prepared(matrix, numbers, levels), target)
    return LogisticBaseline(numbers, levels, names, weights, intercept, converged)


def plan(
    matrix: Matrix, encoding: Encoding
) -> tuple[NumberPlan, dict[int, tuple[int, ...]], tuple[str, ...]]:
    """How columns are prepared for a linear model, learned from these rows; and what its inputs are called."""
    numbers = _plan_numbers(matrix, encoding)
    levels = {column: _common_codes(matrix[:, column]) for column in encoding.categorical}
    return numbers, levels, _names(encoding, numbers, levels)


def drawn(target: Floats, seed: int, most: int) -> npt.NDArray[np.intp]:
    """Rows to fit on: all of them, or a draw of `most` from each class so that the base rate stays."""
    if len(target) <= most:
        return np.arange(len(target))
    rng = np.random.default_rng(seed)
    responders = np.flatnonzero(target == 1.0)
    others = np.flatnonzero(target != 1.0)
    take = max(1, round(most * len(responders) / len(target)))
    return np.sort(np.concatenate([
        rng.choice(responders, take, replace=False),
        rng.choice(others, most - take, replace=False),
    ]))  # fmt: skip


def _plan_numbers(matrix: Matrix, encoding: Encoding) -> NumberPlan:
    is_number = np.ones(len(encoding.features), dtype=bool)
    is_number[list(encoding.categorical)] = False
    # A column without any value, or with one value only, has nothing to say.
    columns = np.array([c for c in np.flatnonzero(is_number) if _varies(matrix[:, c])], dtype=np.intp)
    values = matrix[:, columns].astype(np.float64)
    stats = [_of_column(column) for column in values.T]
    low, high, median, mean, spread = np.array(stats, dtype=np.float64).reshape(len(stats), 5).T
    return NumberPlan(columns, low, high, median, mean, spread, np.flatnonzero(np.isnan(values).any(axis=0)))


def _varies(column: npt.NDArray[np.float32]) -> bool:
    known = column[~np.isnan(column)]
    return len(known) > 0 and bool(known.min() < known.max())


def _of_column(column: Floats) -> tuple[float, float, float, float, float]:
    known = column[~np.isnan(column)]
    low, median, high = np.quantile(known, [TAIL, 0.5, 1.0 - TAIL])
    if low == high:
        # So rare a value that the tails hold all of it: keep it, or the column would be constant.
        low, high = known.min(), known.max()
    filled = np.where(np.isnan(column), median, np.clip(column, low, high))
    return low, high, median, filled.mean(), filled.std() or 1.0


def _common_codes(column: npt.NDArray[np.float32]) -> tuple[int, ...]:
    codes, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    commonest = codes[np.argsort(-counts, kind="stable")][:MOST_CATEGORIES]
    return tuple(sorted(int(code) for code in commonest))


def prepared(
    matrix: Matrix, numbers: NumberPlan, levels: dict[int, tuple[int, ...]]
) -> npt.NDArray[np.float32]:
    """Return the inputs of a linear model, (n, n_inputs), of encoded rows."""
    flags = [matrix[:, [column]] == np.array(codes, dtype=np.float32) for column, codes in levels.items()]
    return np.hstack([numbers.apply(matrix), *flags]).astype(np.float32, copy=False)


def _names(encoding: Encoding, numbers: NumberPlan, levels: dict[int, tuple[int, ...]]) -> tuple[str, ...]:
    plain = [encoding.features[c] for c in numbers.columns]
    flags = [f"{plain[k]} is missing" for k in numbers.flagged]
    texts = [(encoding.features[column], codes) for column, codes in levels.items()]
    return (
        *plain,
        *flags,
        *(f"{name} = {encoding.decode(name, code)}" for name, codes in texts for code in codes),
    )


def solve(
    inputs: npt.NDArray[np.float32],
    target: Floats,
    strength: float = 1.0,
    weight: Floats | None = None,
    start: tuple[Floats, float] | None = None,
    tolerance: float = 1e-4,
) -> tuple[Floats, float, bool]:
    """Return weights, (n_inputs,), intercept, and whether the solver came to its end.

    strength: the inverse of the ridge, as scikit-learn's C. weight: (n,), of each row; 1 without. start: weights and
    intercept to begin at. tolerance: the steepest slope of the mean loss to end at; where fits are compared that begin
    at each other's ends, one small enough that the beginning tells nothing. The ridge keeps columns that repeat each
    other finite; Newton then needs a handful of steps, fewer from near by.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if inputs.shape[1] == 0:
        return np.empty(0), float(np.log(target.mean() / (1.0 - target.mean()))), True
    regression = LogisticRegression(C=strength, solver="newton-cholesky", tol=tolerance, max_iter=50)
    if start is not None:
        regression.set_params(warm_start=True)
        regression.coef_, regression.intercept_ = start[0][None, :].astype(inputs.dtype), np.array([start[1]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        regression.fit(inputs, target, sample_weight=weight)
    converged = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return regression.coef_[0].astype(np.float64), float(regression.intercept_[0]), converged
