"""The leak and shift audit of every training: named suspects with their evidence. docs/audit.md tells each kind."""

from leadlift.training.audit.amounts import audit_amounts
from leadlift.training.audit.finding import SUBJECTS, Finding
from leadlift.training.audit.judged import model_too_good
from leadlift.training.audit.limits import SEVERITIES, Limit, audit_limits
from leadlift.training.audit.look import audit_cases
from leadlift.training.audit.report import NOTHING, Acceptance, Audit
from leadlift.training.audit.shift import Drift

__all__ = [
    "NOTHING",
    "SEVERITIES",
    "SUBJECTS",
    "Acceptance",
    "Audit",
    "Drift",
    "Finding",
    "Limit",
    "audit_amounts",
    "audit_cases",
    "audit_limits",
    "model_too_good",
]  # fmt: skip
