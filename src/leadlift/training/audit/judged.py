"""A model too good to be true, read off the one look at the test that judging takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import Estimate, clustered_auc
from leadlift.training.audit.finding import MODEL, Finding, figure
from leadlift.training.audit.limits import Limits, audit_limits

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

ADVICE = "Responses are rarely foreseen so well: look at its strongest features, and at when they were known"


def model_too_good(
    area: Estimate, responders: int, limits: Limits | None = None, what: str = "the model"
) -> list[Finding]:
    """Whether a model's AUC on the test is beyond belief. responders: in the test. what: which model, in words."""
    limit = (limits or audit_limits())["auc_too_good"]
    severity = limit.severity(area.low) if responders >= limit.fewest else None
    if severity is None:
        return []
    text = f"{what} separates the test with AUC {area.value:.3f} [{area.low:.3f}, {area.high:.3f}]"
    evidence = {"auc": figure(area.value), "low": figure(area.low), "responders": responders}
    return [Finding("auc_too_good", severity, MODEL, text, ADVICE, evidence)]


def response_too_good(
    y: Floats, score: Floats, customer: Codes, what: str = "the response model"
) -> list[Finding]:
    """The same of a ranking by the chance of any outcome. y: (n,), of the test, chances or amounts."""
    came = y > 0
    if came.all() or not came.any():
        return []
    return model_too_good(clustered_auc(came, score, customer), int(came.sum()), what=what)


def amount_too_good(y: Floats, score: Floats, customer: Codes) -> list[Finding]:
    """The same where the amount is what is learned, a warning at most: who spends every month is well foreseen."""
    found = response_too_good(y, score, customer, "a model of any amount")
    return [replace(one, severity="warn") if one.severity == "error" else one for one in found]
