from .frozen import FROZEN_BY, frozen_yaml
from .histories import Histories
from .next_product import Base, NextRule, Step, next_rules, order_of
from .pages import Found, affinity_html
from .suggesting import Suggestion, chances_of, likely_next, rules_for, suggest
from .together import Together, together_rules

__all__ = [
    "FROZEN_BY", "Base", "Found", "Histories", "NextRule", "Step", "Suggestion", "Together", "affinity_html",
    "chances_of", "frozen_yaml", "likely_next", "next_rules", "order_of", "rules_for", "suggest", "together_rules",
]  # fmt: skip
