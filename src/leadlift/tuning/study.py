"""The search itself. The one module that knows Optuna."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, Trial, TrialState

from leadlift.errors import UserError
from leadlift.tuning.fingerprint import fingerprint
from leadlift.tuning.fitting import REPORT_EVERY, Bench
from leadlift.tuning.problem import METRICS, Progress, TrialRow, TuningData, TuningResult, TuningSettings
from leadlift.tuning.space import Range, search_space, starting_point

FINISHED: Mapping[TrialState, Literal["complete", "pruned"]] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
}
UNPRUNED_TRIALS, UNPRUNED_ROUNDS = 5, 30


def tune(
    train: TuningData, valid: TuningData, settings: TuningSettings, progress: Progress | None = None
) -> TuningResult:
    """Search the boosting parameters that are best on the validation rows.

    Tree-structured Parzen estimator (Bergstra et al., 2011), the first trial being the defaults; a trial
    behind the median of the earlier ones at the same round is pruned. One seed, one search, as long as
    `seconds` does not cut it. A fault in a trial ends the search; an interrupted search goes on from its
    storage. Raises UserError for settings, parameters or rows that cannot be searched.
    """
    _check(settings)
    space = search_space(settings.search_space, settings.params, len(train.y))
    bench = Bench.build(train, valid, settings)
    facts = "" if settings.storage is None else fingerprint(train, valid, settings)
    study = _open_study(settings, facts)
    _begin(study, space)
    deadline = None if settings.seconds is None else time.monotonic() + settings.seconds
    while _wanted(study, settings, deadline):
        _run_trial(study, bench, space, deadline)
        if progress is not None:
            progress(_finished(study), settings.trials, study.best_value)
    return _result(study, settings)


def _check(settings: TuningSettings) -> None:
    if settings.metric not in METRICS:
        raise UserError(f"tune.metric: {settings.metric!r} is not one of {', '.join(METRICS)}")
    if settings.trials is None and settings.seconds is None:
        raise UserError("tune: give trials, or seconds, or both: the search must know when to end")
    if settings.trials is not None and settings.trials < 1:
        raise UserError(f"tune.trials: {settings.trials} must be at least 1")


def _open_study(settings: TuningSettings, facts: str) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = None
    if settings.storage is not None:
        settings.storage.parent.mkdir(parents=True, exist_ok=True)
        storage = JournalStorage(JournalFileBackend(str(settings.storage)))
    rises = METRICS[settings.metric].higher_is_better
    direction = StudyDirection.MAXIMIZE if rises else StudyDirection.MINIMIZE
    study = optuna.create_study(
        study_name="leadlift",
        storage=storage,
        load_if_exists=True,
        direction=direction,
        pruner=optuna.pruners.MedianPruner(UNPRUNED_TRIALS, UNPRUNED_ROUNDS, REPORT_EVERY),
    )
    if study.user_attrs.setdefault("facts", facts) != facts:
        raise UserError(
            f"{settings.storage}: holds trials of other rows, features, settings or ranges, not to be "
            "compared with these. Remove the file, or give another"
        )
    study.set_user_attr("facts", facts)
    # Else a search that goes on would draw the numbers of its beginning once more.
    study.sampler = optuna.samplers.TPESampler(seed=settings.seed + len(study.trials), multivariate=True)
    return study


def _begin(study: optuna.Study, space: Mapping[str, Range]) -> None:
    for left in study.get_trials(states=(TrialState.RUNNING,)):
        study.tell(left.number, state=TrialState.FAIL)
    if not study.trials:
        study.enqueue_trial(starting_point(space))


def _wanted(study: optuna.Study, settings: TuningSettings, deadline: float | None) -> bool:
    if not study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        return True
    enough = settings.trials is not None and _finished(study) >= settings.trials
    return not enough and not (deadline is not None and time.monotonic() >= deadline)


def _run_trial(study: optuna.Study, bench: Bench, space: Mapping[str, Range], deadline: float | None) -> None:
    any_complete = bool(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))
    trial = study.ask({name: _distribution(found) for name, found in space.items()})
    started = time.monotonic()

    def watch(round_: int, value: float) -> None:
        trial.report(value, round_)
        late = any_complete and deadline is not None and time.monotonic() >= deadline
        if late or trial.should_prune():
            trial.set_user_attr("rounds", round_)
            raise optuna.TrialPruned

    try:
        value, rounds = bench.run(trial.params, watch)
    except optuna.TrialPruned:
        _tell(study, trial, started, TrialState.PRUNED)
    except BaseException:
        _tell(study, trial, started, TrialState.FAIL)
        raise
    else:
        trial.set_user_attr("rounds", rounds)
        _tell(study, trial, started, TrialState.COMPLETE, value)


def _tell(
    study: optuna.Study, trial: Trial, started: float, state: TrialState, value: float | None = None
) -> None:
    trial.set_user_attr("seconds", time.monotonic() - started)
    study.tell(trial, value, state)


def _distribution(found: Range) -> BaseDistribution:
    if found.whole:
        return IntDistribution(int(found.low), int(found.high), log=found.log)
    return FloatDistribution(found.low, found.high, log=found.log)


def _finished(study: optuna.Study) -> int:
    return len(study.get_trials(deepcopy=False, states=tuple(FINISHED)))


def _result(study: optuna.Study, settings: TuningSettings) -> TuningResult:
    best = study.best_trial
    return TuningResult(
        best_params={**settings.params, **best.params},
        best_value=study.best_value,
        best_rounds=best.user_attrs["rounds"],
        trials=[_row(trial) for trial in study.trials],
    )


def _row(trial: FrozenTrial) -> TrialRow:
    seen: Any = trial.value
    if seen is None and trial.intermediate_values:
        seen = trial.intermediate_values[max(trial.intermediate_values)]
    return TrialRow(
        number=trial.number,
        state=FINISHED.get(trial.state, "interrupted"),
        value=seen,
        params=trial.params,
        rounds=trial.user_attrs.get("rounds", 0),
        seconds=trial.user_attrs.get("seconds", 0.0),
    )
