"""The RFM rule: recency, frequency, monetary value. What a marketing department does without a model.

After Hughes, Strategic Database Marketing (1994): customers in fifths by each of the three, and the cells ranked by how
many of theirs responded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.evaluation import binned, frozen_edges
from leadlift.models.encoding import Matrix

Floats = npt.NDArray[np.float64]

FIFTHS = 5
# A cell's rate is drawn to the rate of all as if so many more responders, at that rate, had been in it.
PRIOR_RESPONDERS = 5.0


@dataclass(frozen=True, eq=False)
class RfmRule:
    """Cells of customers and the chance in each.

    parts: role (recency, frequency, monetary) -> the feature that plays it; two or three of them. columns: their matrix
    columns. edges: of each, the inner edges of the fifths. rates: one axis for each part, its fifths from low to high
    and missing last; the share of training cases that responded in the cell, drawn to the rate of all where few were.
    """

    parts: dict[str, str]
    columns: tuple[int, ...]
    edges: tuple[Floats, ...]
    rates: Floats

    def predict(self, matrix: Matrix) -> Floats:
        """The probability of responding, (n,), of encoded rows, (n, n_features)."""
        cells = tuple(
            binned(matrix[:, column], edges) for column, edges in zip(self.columns, self.edges, strict=True)
        )
        told: Floats = self.rates[cells]
        return told

    def __str__(self) -> str:
        """The rule in a sentence."""
        told = ", ".join(f"{role} = {feature}" for role, feature in self.parts.items())
        return (
            f"{told}; each in fifths of the training cases, missing values apart; "
            "a cell's customers rank by the response rate of its training cases"
        )


def fit_rfm(matrix: Matrix, y: npt.ArrayLike, features: Sequence[str], parts: dict[str, str]) -> RfmRule:
    """Cut fifths and count responders on training cases.

    matrix: (n, n_features). y: (n,), 0 or 1. features: names of the matrix columns. parts: role -> feature. Raises
    UserError when nobody or everybody responded.
    """
    target = np.asarray(y, dtype=np.float64)
    if len(target) == 0 or target.min() == target.max():
        raise UserError(f"the RFM rule needs responders and others; all {len(target)} rows are alike")
    columns = tuple(features.index(name) for name in parts.values())
    edges = tuple(frozen_edges(matrix[:, column], FIFTHS) for column in columns)
    cells = tuple(binned(matrix[:, column], cut) for column, cut in zip(columns, edges, strict=True))
    shape = tuple(len(cut) + 2 for cut in edges)
    cases, responders = np.zeros(shape), np.zeros(shape)
    np.add.at(cases, cells, 1.0)
    np.add.at(responders, cells, target)
    rates = (responders + PRIOR_RESPONDERS) / (cases + PRIOR_RESPONDERS / target.mean())
    return RfmRule(dict(parts), columns, edges, rates)
