from .explained import Explained
from .pages import customer_page, model_page
from .phrases import Phrase, say
from .reasons import Reason, ReasonCodes, reason_codes

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
