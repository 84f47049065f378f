"""Names for the arrays of the simulation, one value per customer unless said otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Column = NDArray[Any]
Rng = np.random.Generator


def sigmoid(logit: Floats) -> Floats:
    """Chances of logits."""
    return np.asarray(1.0 / (1.0 + np.exp(-logit)), dtype=np.float64)


def happens(rng: Rng, chance: Floats) -> Bools:
    """One coin per entry."""
    return np.asarray(rng.random(chance.shape) < chance, dtype=np.bool_)


def days_between(rng: Rng, first: Ints, last: Ints) -> Ints:
    """A random day for each pair, both ends included."""
    span = np.maximum(last - first + 1, 1)
    return np.asarray(first + (rng.random(first.shape) * span).astype(np.int64), dtype=np.int64)


def cents(amount: Floats) -> Floats:
    """Amounts rounded to the cent."""
    return np.asarray(np.round(amount, 2), dtype=np.float64)
