"""Which products go together, and which comes next: rules with intervals, and what they suggest."""

from leadlift.affinity.frozen import FROZEN_BY, frozen_yaml
from leadlift.affinity.histories import Histories
from leadlift.affinity.next_product import Base, NextRule, Step, next_rules, order_of
from leadlift.affinity.pages import Found, affinity_html
from leadlift.affinity.suggesting import Suggestion, chances_of, likely_next, rules_for, suggest
from leadlift.affinity.together import Together, together_rules

__all__ = [
    "FROZEN_BY", "Base", "Found", "Histories", "NextRule", "Step", "Suggestion", "Together", "affinity_html",
    "chances_of", "frozen_yaml", "likely_next", "next_rules", "order_of", "rules_for", "suggest", "together_rules",
]  # fmt: skip
