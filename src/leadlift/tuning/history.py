"""What a study found, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from leadlift.models import DEFAULT_PARAMS
from leadlift.tuning._optuna import (
    FrozenTrial,
    PedAnovaImportanceEvaluator,
    Study,
    TrialState,
    get_param_importances,
)
from leadlift.tuning.finals import Final, finals_kept, winner
from leadlift.tuning.fitting import TRIAL_RATE
from leadlift.tuning.problem import TrialRow, TuningResult, TuningSettings

FINISHED: Mapping[TrialState, Literal["complete", "pruned"]] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
}
# Importances compare the best fifth with all; of fewer trials that is a handful.
TELLING_TRIALS, BEST_SHARE = 20, 0.2


def result(
    study: Study, settings: TuningSettings, earlier: int, learned_from: int, folds: int
) -> TuningResult:
    """Return what won and all trials. At least one must be complete. learned_from, folds: of a trial."""
    number, final = winner(study)
    best = study.trials[number]
    # At which rate the value was reached: a model fitted with these parameters is the one that was measured.
    rate = TRIAL_RATE if final is None else DEFAULT_PARAMS["learning_rate"]
    kept = finals_kept(study)
    return TuningResult(
        study=study.study_name,
        earlier=earlier,
        best_params={"learning_rate": rate, **settings.params, **best.params},
        best_value=_value(best) if final is None else final.value,
        best_rounds=best.user_attrs["rounds"] if final is None else final.rounds,
        learned_from=learned_from,
        folds=folds,
        trials=[_row(trial, kept.get(trial.number)) for trial in study.trials if _begun(trial)],
        importances=_importances(study),
    )


def _importances(study: Study) -> dict[str, float]:
    """By PED-ANOVA (Watanabe, Bansal and Hutter, 2023): milliseconds, where fANOVA grows a forest."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(complete) < TELLING_TRIALS or len({trial.value for trial in complete}) < TELLING_TRIALS // 2:
        return {}
    evaluator = PedAnovaImportanceEvaluator(target_quantile=BEST_SHARE)
    return dict(get_param_importances(study, evaluator=evaluator))


def _begun(trial: FrozenTrial) -> bool:
    return trial.state not in (TrialState.WAITING, TrialState.RUNNING)


def _value(trial: FrozenTrial) -> float:
    value: Any = trial.value
    return float(value)


def _row(trial: FrozenTrial, final: Final | None) -> TrialRow:
    seen: Any = trial.value
    if seen is None and trial.intermediate_values:
        seen = trial.intermediate_values[max(trial.intermediate_values)]
    return TrialRow(
        number=trial.number,
        state=FINISHED.get(trial.state, "interrupted"),
        value=seen,
        final=None if final is None else final.value,
        params=trial.params,
        rounds=trial.user_attrs.get("rounds", 0),
        seconds=trial.user_attrs.get("seconds", 0.0),
    )
