"""Training: the table of cases, the split in time, the fit, and the judgement."""

from leadlift.features import everyone_spine, flat_query
from leadlift.training.audit import (
    NOTHING,
    Acceptance,
    Audit,
    Finding,
    amount_too_good,
    audit_amounts,
    audit_cases,
    model_too_good,
    response_too_good,
)
from leadlift.training.away import Away
from leadlift.training.fit import NOT_LEARNED, Cases, fit_baseline, fit_calibrated, learned_from, prepare
from leadlift.training.gates import Gate, Sitting, accept, judge_gates, open_suspects
from leadlift.training.judge import Judgement, Period, judge
from leadlift.training.proxy import proxy_cases
from leadlift.training.randomised import Randomisation, check_randomised, propensity_of
from leadlift.training.rivals import Outsider, Rival, Rivals, judge_rivals, rival_metrics
from leadlift.training.split import Parts, learned_rule, split_cases
from leadlift.training.table import (
    TrainingTable,
    cases_spine,
    condition,
    maturity_of,
    training_table,
)
from leadlift.training.treatment import refuse_small_parts, treated_of
from leadlift.training.uplift_choice import Choice as UpliftChoice
from leadlift.training.uplift_choice import choose
from leadlift.training.uplift_fit import Experiment, FittedUplift, fit_uplift
from leadlift.training.uplift_judge import UpliftJudgement, judge_uplift, verdict
from leadlift.training.value_fit import FittedValue, ValueChoice, choose_way, fit_value
from leadlift.training.value_judge import ValueJudgement, judge_value, value_verdict

__all__ = [
    "NOTHING",
    "NOT_LEARNED",
    "Acceptance",
    "Audit",
    "Away",
    "Cases",
    "Experiment",
    "Finding",
    "FittedUplift",
    "FittedValue",
    "Gate",
    "Judgement",
    "Outsider",
    "Parts",
    "Period",
    "Randomisation",
    "Rival",
    "Rivals",
    "Sitting",
    "TrainingTable",
    "UpliftChoice",
    "UpliftJudgement",
    "ValueChoice",
    "ValueJudgement",
    "accept",
    "amount_too_good",
    "audit_amounts",
    "audit_cases",
    "cases_spine",
    "check_randomised",
    "choose",
    "choose_way",
    "condition",
    "everyone_spine",
    "fit_baseline",
    "fit_calibrated",
    "fit_uplift",
    "fit_value",
    "flat_query",
    "judge",
    "judge_gates",
    "judge_rivals",
    "judge_uplift",
    "judge_value",
    "learned_from",
    "learned_rule",
    "maturity_of",
    "model_too_good",
    "open_suspects",
    "prepare",
    "propensity_of",
    "proxy_cases",
    "refuse_small_parts",
    "response_too_good",
    "rival_metrics",
    "split_cases",
    "training_table",
    "treated_of",
    "value_verdict",
    "verdict",
]  # fmt: skip
