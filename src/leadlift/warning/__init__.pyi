from .forest import Odd, odd_months
from .indicators import Held, held_against
from .robust import Usual, deviations, usual_of
from .signs import (
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
