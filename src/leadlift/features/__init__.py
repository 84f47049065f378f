"""Features: from definitions to queries, and from queries to tables, as of any day."""

from leadlift.features.choose import Choice, chosen, flat_features, needed
from leadlift.features.tables import Home, define_dates, feature_query, keep_spine, open_sources

__all__ = [
    "Choice", "Home", "chosen", "define_dates", "feature_query", "flat_features", "keep_spine", "needed",
    "open_sources",
]  # fmt: skip
