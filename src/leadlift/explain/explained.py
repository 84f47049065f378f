"""Customers, what the model read of them, and what each number did to their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leadlift.explain.phrases import Phrase, Value, is_missing, with_unit

Floats = npt.NDArray[np.float64]

STEADY = 0.6
"""The rank correlation from which more of a feature is said to raise or lower the chance."""


@dataclass(frozen=True, eq=False)
class Explained:
    """What plots and pages of explanations are made of.

    contributions: (n_customers, n_features + 1) in log-odds, the last column the model's average. matrix:
    (n_customers, n_features), as the model reads it: a category is its place in `categories`, NaN missing.
    phrases: one for each feature, in order. unit: of contributions, where they are no log-odds. outcome: what a score
    is of, in words.
    Raises ValueError when the shapes do not fit each other.
    """

    contributions: Floats
    matrix: npt.NDArray[np.floating]
    phrases: Sequence[Phrase]
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unit: str = "log-odds"
    outcome: str = "chance"

    def __post_init__(self) -> None:
        """Find what does not belong together before it is drawn."""
        n, features = self.matrix.shape
        if self.contributions.shape != (n, features + 1) or len(self.phrases) != features:
            shapes = f"contributions {self.contributions.shape}, matrix {self.matrix.shape}"
            raise ValueError(f"{shapes} and {len(self.phrases)} phrases do not belong together")

    def strongest(self, top: int) -> list[int]:
        """The columns that move scores most, on average over the customers; hidden ones are left out."""
        moved = np.abs(self.contributions[:, :-1]).mean(axis=0)
        order = np.argsort(-moved, kind="stable")
        return [int(column) for column in order if not self.phrases[column].hidden][:top]

    def value(self, row: int, column: int) -> Value:
        """One customer's value, a category by its name; None is missing."""
        number = float(self.matrix[row, column])
        names = self.categories.get(self.phrases[column].feature)
        if is_missing(number):
            return None
        return number if names is None else names[int(number)]

    def said(self, row: int, column: int) -> str:
        """One customer's value as people write it."""
        value = self.value(row, column)
        return "none on record" if value is None else with_unit(value, self.phrases[column].unit)

    def direction(self, column: int) -> str:
        """Which way a feature works, in words; empty when it does nothing."""
        drivers, values = self.contributions[:, column], self.matrix[:, column]
        known = ~np.isnan(values)
        if not np.abs(drivers[known]).any() or np.ptp(values[known]) == 0:
            return ""
        names = self.categories.get(self.phrases[column].feature)
        if names is not None:
            return _highest_and_lowest(drivers[known], values[known].astype(int), names)
        agreement = float(np.corrcoef(_ranks(values[known]), _ranks(drivers[known]))[0, 1])
        if abs(agreement) < STEADY:
            return "depends on the value"
        return f"more raises the {self.outcome}" if agreement > 0 else f"more lowers the {self.outcome}"


def _ranks(values: npt.NDArray[np.floating]) -> Floats:
    """Ranks from 0, equal values sharing their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    shared: Floats = (ends - (count + 1) / 2)[place]
    return shared


def _highest_and_lowest(drivers: Floats, codes: npt.NDArray[np.intp], names: Sequence[str]) -> str:
    present = np.unique(codes)
    means = [float(drivers[codes == code].mean()) for code in present]
    highest, lowest = (names[present[int(pick(means))]] for pick in (np.argmax, np.argmin))
    return f"highest for {highest}, lowest for {lowest}"
