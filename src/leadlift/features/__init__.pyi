from .choose import Choice, chosen, flat_features, needed
from .everyone import everyone_spine, flat_query
from .ordered import Extra
from .spines import Spine
from .tables import (
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
