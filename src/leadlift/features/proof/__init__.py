"""The second way: features of one customer at a time in plain Python, written apart from the compiler.

Nothing of the compiler may be imported here, or a fault of it would prove itself right: `make arrows` checks it.
"""

from leadlift.features.proof.compare import same
from leadlift.features.proof.explain import COUNTS, explained, shown_columns
from leadlift.features.proof.read import Reader
from leadlift.features.proof.rebuild import Rebuilder, formula
from leadlift.features.proof.sample import Sample, data_days, sampled, spread_dates

__all__ = [
    "COUNTS", "Reader", "Rebuilder", "Sample", "data_days", "explained", "formula", "same", "sampled", "shown_columns",
    "spread_dates",
]  # fmt: skip
