"""Early warning beside the model's chance: risk indicators, and what is unusual for the customer."""

from leadlift.warning.forest import Odd, odd_months
from leadlift.warning.indicators import Held, held_against
from leadlift.warning.robust import Usual, deviations, usual_of
from leadlift.warning.signs import (
    SIGNS,
    WARNED,
    IndicatorLine,
    Matured,
    UnusualLine,
    Warned,
    rate_said,
    warned_html,
)

__all__ = [
    "SIGNS", "WARNED", "Held", "IndicatorLine", "Matured", "Odd", "UnusualLine", "Usual", "Warned", "deviations",
    "held_against", "odd_months", "rate_said", "usual_of", "warned_html",
]  # fmt: skip
