"""Features: from definitions to queries, and from queries to tables, as of any day."""

from leadlift.features.choose import Choice, chosen, flat_features, needed
from leadlift.features.everyone import everyone_spine, flat_query
from leadlift.features.ordered import Extra
from leadlift.features.spines import Spine
from leadlift.features.tables import (
    Home,
    define_dates,
    feature_query,
    keep_spine,
    open_sources,
    planned,
    together,
)

__all__ = [
    "Choice", "Extra", "Home", "Spine", "chosen", "define_dates", "everyone_spine", "feature_query", "flat_features",
    "flat_query", "keep_spine",
    "needed", "open_sources", "planned", "together",
]  # fmt: skip
