"""A model too good to be true, read off the one look at the test that judging takes."""

from __future__ import annotations

from leadlift.evaluation import Estimate
from leadlift.training.audit.finding import MODEL, Finding, figure
from leadlift.training.audit.limits import Limits, audit_limits

ADVICE = "Responses are rarely foreseen so well: look at its strongest features, and at when they were known"


def model_too_good(area: Estimate, responders: int, limits: Limits | None = None) -> list[Finding]:
    """Whether the model's AUC on the test is beyond belief. responders: in the test."""
    limit = (limits or audit_limits())["auc_too_good"]
    severity = limit.severity(area.low) if responders >= limit.fewest else None
    if severity is None:
        return []
    text = f"the model separates the test with AUC {area.value:.3f} [{area.low:.3f}, {area.high:.3f}]"
    evidence = {"auc": figure(area.value), "low": figure(area.low), "responders": responders}
    return [Finding("auc_too_good", severity, MODEL, text, ADVICE, evidence)]
