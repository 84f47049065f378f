"""Training: the table of cases, the split in time, the fit, and the judgement."""

from leadlift.training.audit import NOTHING, Acceptance, Audit, Finding, audit_cases, model_too_good
from leadlift.training.fit import Cases, fit_baseline, fit_calibrated, prepare
from leadlift.training.gates import Gate, Sitting, accept, judge_gates
from leadlift.training.judge import Judgement, Period, judge
from leadlift.training.rivals import Outsider, Rival, Rivals, judge_rivals, rival_metrics
from leadlift.training.split import Parts, split_cases
from leadlift.training.table import (
    TrainingTable,
    cases_spine,
    condition,
    everyone_spine,
    flat_query,
    maturity_of,
    training_table,
)

__all__ = [
    "NOTHING", "Acceptance", "Audit", "Cases", "Finding", "Gate", "Judgement", "Outsider", "Parts", "Period",
    "Rival", "Rivals", "Sitting", "TrainingTable", "accept", "audit_cases", "cases_spine", "condition",
    "everyone_spine", "fit_baseline", "fit_calibrated", "flat_query", "judge", "judge_gates", "judge_rivals",
    "maturity_of", "model_too_good", "prepare", "rival_metrics", "split_cases", "training_table",
]  # fmt: skip
