"""What a training run keeps of its audit, and how it stops at open suspects."""

from __future__ import annotations

from dataclasses import asdict

from leadlift.reports import AuditLine
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import Run
from leadlift.training import Audit, TrainingTable
from leadlift.workflows.logging import log_inputs

AUDIT_FILE = "audit.json"


def accepted_params(audit: Audit) -> dict[str, str]:
    """What somebody answers for, and why, as parameters of a run, suspects or not; empty where nobody does."""
    return {
        "accept_leak": ",".join(dict.fromkeys(audit.answer.names)),
        "accepted_because": audit.answer.because,
    }


def log_audit(run: Run, audit: Audit) -> None:
    """The findings as JSON, the stability of every feature as a table, and the tags that gates read."""
    run.json(AUDIT_FILE, audit.as_dict())
    run.table("tables/psi.csv", [asdict(drift) for drift in audit.drifts])
    run.tags(audit.tags())


def stop_at_leaks(run: Run, ws: Workspace, spec: Pipeline, table: TrainingTable, audit: Audit) -> None:
    """Raise GateError when a suspect is open: nothing is fitted. The run keeps its inputs and the findings."""
    if not audit.open:
        return
    log_inputs(run, ws, spec, table)
    run.params(accepted_params(audit))
    log_audit(run, audit)
    told = "\n".join(f"- **{one.kind}**: {one}" for one in audit.open)
    run.note(f"**Stopped by the audit: nothing was fitted or registered.**\n\n{told}")
    audit.refuse_open(spec.pipeline)


def audit_lines(audit: Audit) -> list[AuditLine]:
    """The findings as the model card shows them."""
    return [
        AuditLine(one.severity, one.kind, one.name, one.text, one.advice, one.because or "")
        for one in audit.findings
    ]


def suspects(audit: Audit) -> list[str]:
    """What a reader must look at first: everything but notes."""
    return [str(one) for one in audit.findings if one.severity != "note"]
