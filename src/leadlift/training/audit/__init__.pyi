from .amounts import audit_amounts
from .finding import SUBJECTS, Finding
from .judged import amount_too_good, model_too_good, response_too_good
from .limits import SEVERITIES, Limit, audit_limits
from .look import audit_cases
from .report import NOTHING, Acceptance, Audit
from .shift import Drift

__all__ = [
    "NOTHING",
    "SEVERITIES",
    "SUBJECTS",
    "Acceptance",
    "Audit",
    "Drift",
    "Finding",
    "Limit",
    "amount_too_good",
    "audit_amounts",
    "audit_cases",
    "audit_limits",
    "model_too_good",
    "response_too_good",
]  # fmt: skip
