"""Training: the table of cases, the split in time, the fit, and the judgement."""

from leadlift.training.audit import Suspect, find_leaks
from leadlift.training.fit import Cases, fit_baseline, fit_calibrated, prepare
from leadlift.training.judge import Judgement, Period, judge
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
    "Cases", "Judgement", "Parts", "Period", "Suspect", "TrainingTable", "cases_spine", "condition", "everyone_spine",
    "find_leaks", "fit_baseline", "fit_calibrated", "flat_query", "judge", "maturity_of", "prepare", "split_cases",
    "training_table",
]  # fmt: skip
