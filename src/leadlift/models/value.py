"""Ways to learn an amount with many zeros. Each ends as one sum of trees that says the logarithm of the amount.

Two parts: how likely any amount is, times how large it is when there is one (Duan et al., 1983). Both are learned with
a logarithmic link, so that the product is one sum of trees with exact contributions: the chance by a Poisson regression
of yes and no, whose errors do not bend its mean (Zou, 2004), the size by a gamma regression of the amounts above 0.
Tweedie: both at once, as a sum of Poisson many gamma amounts (Jorgensen, 1987; Yang et al., 2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from leadlift.models.baseline import NumberPlan, drawn, prepared
from leadlift.models.encoding import Encoding, Matrix
from leadlift.models.tree_text import TreeText, total

Floats = npt.NDArray[np.float64]

TWO_PART, TWEEDIE = "two_part", "tweedie"
POWERS = (1.2, 1.5, 1.8)
LEAVES = (5, 15)
JUDGING_POWER = 1.5
MOST_ROWS = 50_000


@dataclass(frozen=True, order=True)
class ValueSetting:
    """One way of learning an amount. power: of Tweedie's variance, in (1, 2); 0 for two parts. leaves: of a tree."""

    way: str
    power: float
    leaves: int

    def __str__(self) -> str:
        """As tables and messages say it."""
        told = "two parts, chance and size" if self.way == TWO_PART else f"Tweedie, power {self.power:g}"
        return f"{told}, {self.leaves} leaves"


def value_settings(leaves: int | None = None) -> list[ValueSetting]:
    """All ways that are tried. leaves: of all trees, where the pipeline states them."""
    sizes = LEAVES if leaves is None else (leaves,)
    ways = [(TWO_PART, 0.0), *((TWEEDIE, power) for power in POWERS)]
    return [ValueSetting(way, power, size) for way, power in ways for size in sizes]


def chance_params(leaves: int) -> dict[str, Any]:
    """Parameters of the part that says how likely any amount is."""
    return {"objective": "poisson", "metric": "poisson", "num_leaves": leaves}


def size_params(leaves: int) -> dict[str, Any]:
    """Parameters of the part that says how large an amount is."""
    return {"objective": "gamma", "metric": "gamma", "num_leaves": leaves}


def tweedie_params(setting: ValueSetting) -> dict[str, Any]:
    """Parameters of the one model of the amount."""
    return {
        "objective": "tweedie",
        "metric": "tweedie",
        "tweedie_variance_power": setting.power,
        "num_leaves": setting.leaves,
    }


def as_logarithm(parts: Sequence[lgb.Booster], unit: float) -> lgb.Booster:
    """Return the booster that says the logarithm of the product of what the parts say, times `unit`."""
    texts = [TreeText.of(part, logarithm=True) for part in parts]
    return total([texts[0].plus(float(np.log(unit))), *texts[1:]]).booster()


def deviance(y: npt.ArrayLike, predicted: npt.ArrayLike, power: float = JUDGING_POWER) -> Floats:
    """Return Tweedie's unit deviance of each case, (n,), 0 for a perfect prediction.

    Its mean is least where predictions are the mean, whatever the spread (Gneiting, 2011); power 1.5 weighs an error of
    ten per cent of a large amount more than that of a small one, but less than ten times as much.
    """
    amount, told = np.asarray(y, dtype=np.float64), np.maximum(np.asarray(predicted, dtype=np.float64), 1e-12)
    whole = np.where(amount > 0, np.maximum(amount, 0.0) ** (2 - power), 0.0) / ((1 - power) * (2 - power))
    return np.asarray(
        2 * (whole - amount * told ** (1 - power) / (1 - power) + told ** (2 - power) / (2 - power)),
        dtype=np.float64,
    )


@dataclass(frozen=True, eq=False)
class AmountBaseline:
    """The model to beat: a generalised linear model of the amount, with a logarithmic link.

    names, weights: (n_inputs,), each a factor's logarithm per standard deviation, or for being in the category.
    """

    numbers: NumberPlan
    levels: Mapping[int, tuple[int, ...]]
    names: tuple[str, ...]
    weights: Floats
    intercept: float

    def predict(self, matrix: Matrix) -> Floats:
        """Return the expected amount, (n,), of encoded rows, (n, n_features)."""
        line = prepared(matrix, self.numbers, dict(self.levels)) @ self.weights + self.intercept
        return np.asarray(np.exp(np.minimum(line, 700.0)), dtype=np.float64)

    def coefficients(self) -> list[tuple[str, float]]:
        """Return (name, weight), the strongest first."""
        order = np.argsort(-np.abs(self.weights), kind="stable")
        return [(self.names[i], float(self.weights[i])) for i in order]


def fit_amount_baseline(
    matrix: Matrix, y: npt.ArrayLike, encoding: Encoding, seed: int = 0
) -> AmountBaseline:
    """Fit on at most 50,000 rows, drawn with the same share of cases with an amount. y: (n,), amounts, some above 0."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import TweedieRegressor

    from leadlift.models.baseline import plan

    amount = np.asarray(y, dtype=np.float64)
    rows = drawn((amount > 0).astype(np.float64), seed, MOST_ROWS)
    amount, matrix = amount[rows], matrix[rows]
    numbers, levels, names = plan(matrix, encoding)
    unit = float(amount.mean())
    inputs = prepared(matrix, numbers, levels).astype(np.float64)
    line = TweedieRegressor(
        power=JUDGING_POWER, alpha=1e-3, link="log", solver="newton-cholesky", max_iter=100
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        line.fit(inputs, amount / unit)
    return AmountBaseline(numbers, levels, names, line.coef_, float(line.intercept_ + np.log(unit)))
