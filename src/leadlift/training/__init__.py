"""Training: the table of cases, the split in time, the fit, and the judgement."""

from leadlift.training.audit import Suspect, find_leaks
from leadlift.training.fit import Cases, fit_baseline, fit_calibrated, prepare
from leadlift.training.judge import Judgement, Period, judge
from leadlift.training.randomised import Randomisation, check_randomised, propensity_of
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
from leadlift.training.uplift_fit import (
    Choice as UpliftChoice,
)
from leadlift.training.uplift_fit import (
    Experiment,
    FittedUplift,
    choose,
    fit_uplift,
    treated_of,
)
from leadlift.training.uplift_judge import UpliftJudgement, judge_uplift, verdict

__all__ = [
    "Cases",
    "Experiment",
    "FittedUplift",
    "Judgement",
    "Parts",
    "Period",
    "Randomisation",
    "Suspect",
    "TrainingTable",
    "UpliftChoice",
    "UpliftJudgement",
    "cases_spine",
    "check_randomised",
    "choose",
    "condition",
    "everyone_spine",
    "find_leaks",
    "fit_baseline",
    "fit_calibrated",
    "fit_uplift",
    "flat_query",
    "judge",
    "judge_uplift",
    "maturity_of",
    "prepare",
    "propensity_of",
    "split_cases",
    "training_table",
    "treated_of",
    "verdict",
]  # fmt: skip
