"""Why a customer has this score: for sellers, for modellers and for reviewers."""

from leadlift.explain.explained import Explained
from leadlift.explain.pages import customer_page, model_page
from leadlift.explain.phrases import Phrase, say
from leadlift.explain.reasons import Reason, ReasonCodes, reason_codes

__all__ = [
    "Explained",
    "Phrase",
    "Reason",
    "ReasonCodes",
    "customer_page",
    "model_page",
    "reason_codes",
    "say",
]
