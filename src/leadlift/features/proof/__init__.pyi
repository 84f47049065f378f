from .compare import same
from .explain import COUNTS, explained, shown_columns
from .read import Reader
from .rebuild import Rebuilder, formula
from .sample import Sample, data_days, sampled, spread_dates

__all__ = [
    "COUNTS", "Reader", "Rebuilder", "Sample", "data_days", "explained", "formula", "same", "sampled", "shown_columns",
    "spread_dates",
]  # fmt: skip
