"""Measures made comparable by medians and spreads, which a few rich customers do not move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.specs import Scaling
from leadlift.specs.segments import Measure

Floats = npt.NDArray[np.float64]
WIDE = 3.0


def scaling_of(measures: Sequence[Measure], values: Floats) -> tuple[Scaling, ...]:
    """How each measure is made comparable.

    values: (n, n_measures), logarithms where the measure asks for them, NaN where unknown. The spread is half
    the way from the 5 % to the 95 % point; of a measure that has one value for nine in ten, the standard
    deviation. What lies more than three spreads from the median counts as three. Raises UserError for a
    measure that says the same of all.
    """
    made = []
    for place, measure in enumerate(measures):
        known = values[:, place][~np.isnan(values[:, place])]
        if len(known) == 0 or known.min() == known.max():
            raise UserError(f"clusters by '{measure.name}': it is the same for all customers; leave it out")
        low, centre, high = (float(one) for one in np.quantile(known, [0.05, 0.5, 0.95]))
        spread = (high - low) / 2 or float(known.std())
        made.append(
            Scaling(
                name=measure.name,
                centre=centre,
                spread=spread,
                low=max(float(known.min()), centre - WIDE * spread),
                high=min(float(known.max()), centre + WIDE * spread),
            )
        )
    return tuple(made)


def logarithms(measures: Sequence[Measure], values: Floats) -> Floats:
    """The values, or sign(x) * ln(1 + |x|) where the measure says so."""
    logs = np.sign(values) * np.log1p(np.abs(values))
    return np.where([one.scale == "log" for one in measures], logs, values)


def scaled(measures: Sequence[Measure], scaling: Sequence[Scaling], values: Floats) -> Floats:
    """The measures as the clusters see them, (n, n_measures); values as `scaling_of` takes them."""
    centre = np.array([one.centre for one in scaling])
    kept = np.clip(
        np.where(np.isnan(values), centre, values),
        [one.low for one in scaling],
        [one.high for one in scaling],
    )
    weights = np.array([one.weight for one in measures])
    made: Floats = weights * (kept - centre) / np.array([one.spread for one in scaling])
    return made
