"""The search itself: trials on a sample, then the best of them on all rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from leadlift.errors import UserError
from leadlift.tuning._optuna import (
    BaseDistribution,
    BaseStorage,
    FloatDistribution,
    FrozenTrial,
    IntDistribution,
    MedianPruner,
    Study,
    StudyDirection,
    TPESampler,
    Trial,
    TrialPruned,
    TrialState,
    UpdateFinishedTrialError,
    create_study,
)
from leadlift.tuning.claims import BEAT_EVERY, beat, begun, claim, close_abandoned, give_up, line_up_defaults
from leadlift.tuning.finals import DEFAULTS, finalists, finals_kept, keep_final
from leadlift.tuning.fingerprint import fingerprint
from leadlift.tuning.fitting import REPORT_EVERY, Bench, Watch
from leadlift.tuning.folds import rows_of_a_trial
from leadlift.tuning.history import FINISHED, result
from leadlift.tuning.pace import Pace
from leadlift.tuning.problem import METRICS, Progress, TuningData, TuningResult, TuningSettings
from leadlift.tuning.space import Range, search_space, starting_point
from leadlift.tuning.storage import LOST, storage_at
from leadlift.tuning.workers import WorkerDied, benches

UNPRUNED_TRIALS, UNPRUNED_ROUNDS = 5, 20


def tune(
    train: TuningData, valid: TuningData, settings: TuningSettings, progress: Progress | None = None
) -> TuningResult:
    """Search the boosting parameters that are best on the validation rows.

    Tree-structured Parzen estimator (Bergstra et al., 2011), the first trial being the defaults; a trial
    behind the median of the earlier ones at the same round is pruned. Trials learn from all positives and a sample
    of the negatives; the best of them and the defaults are then fitted to all rows, which decides. With one
    worker one seed is one search, as long as `seconds` does not cut it. A fault in a trial ends the search; an
    interrupted search goes on from its storage. Raises UserError for settings, parameters or rows that cannot be
    searched, and for a storage that cannot be opened or is lost.
    """
    _check(settings)
    space = search_space(
        settings.search_space, settings.params, len(train.y), bool(train.encoding.categories)
    )
    name = f"{settings.study}-{fingerprint(train, valid, settings, space)}"
    with storage_at(settings.storage) as storage:
        study = _open_study(settings, name, storage)
        earlier = _finished(study)
        line_up_defaults(study, starting_point(space))
        with benches(train, valid, settings) as fitters:
            search = _Search(study, settings, space, progress or _silent)
            search.run(fitters)
        return result(study, settings, earlier, *rows_of_a_trial(train, valid, settings))


class _Stopped(Exception):  # noqa: N818  # no fault of its own: another thread met one
    """The search ends in all threads."""


class _OutOfTime(Exception):  # noqa: N818  # what was asked for
    """The seconds given are over."""


class _Search:
    """One search under way: any number of threads, one to each bench, share the study."""

    def __init__(
        self, study: Study, settings: TuningSettings, space: Mapping[str, Range], progress: Progress
    ) -> None:
        self._study, self._settings, self._progress = study, settings, progress
        self._space = {name: _distribution(found) for name, found in space.items()}
        self._pace = Pace(settings, _finished(study))
        self._lock = threading.Lock()
        self._ours: set[int] = set()
        self._stopped = threading.Event()

    def run(self, fitters: list[Bench]) -> None:
        """Run trials until there are enough, then the finals."""
        self._side_by_side(fitters, self._trials)
        waiting = [n for n in finalists(self._study) if n not in finals_kept(self._study)]
        self._pace.begin_finals(len(waiting))
        self._side_by_side(fitters, lambda bench: self._finals(bench, waiting))

    def _side_by_side(self, fitters: list[Bench], work: Callable[[Bench], None]) -> None:
        if len(fitters) == 1:
            work(fitters[0])
            return
        with ThreadPoolExecutor(len(fitters)) as pool:
            begun = [pool.submit(self._stopping, work, bench) for bench in fitters]
            try:
                faults = [fault for done in begun if (fault := done.exception()) is not None]
            except BaseException:  # an interruption, while waiting
                self._stopped.set()
                raise
        for fault in sorted(faults, key=lambda one: isinstance(one, _Stopped)):
            raise fault

    def _stopping(self, work: Callable[[Bench], None], bench: Bench) -> None:
        try:
            work(bench)
        except BaseException:
            self._stopped.set()
            raise

    def _trials(self, bench: Bench) -> None:
        while (trial := self._next()) is not None:
            self._run(bench, trial)
            self._tell_progress()

    def _next(self) -> Trial | None:
        """Begin a trial, or return None when there are enough. One thread at a time, or there would be too many."""
        with self._lock:
            while True:
                close_abandoned(self._study, self._ours)
                if self._stopped.is_set() or not self._wanted():
                    return None
                # another command may take one that is slow to be claimed for born to a killed process, and close it
                with suppress(UpdateFinishedTrialError):
                    trial = self._study.ask(self._space)
                    self._ours.add(trial.number)
                    claim(trial)
                    return trial

    def _wanted(self) -> bool:
        """Whether to begin one more: as many as asked for, and one that is completed, whatever others are still at."""
        there = begun(self._study)
        if not any(self._completes(trial) for trial in there):
            return True
        enough = self._settings.trials is not None and len(there) >= self._settings.trials
        return not enough and not self._pace.trials_over()

    def _completes(self, trial: FrozenTrial) -> bool:
        """Whether there is, or may soon be, something for the finals."""
        ours = trial.state == TrialState.RUNNING and trial.number in self._ours
        return ours or trial.state == TrialState.COMPLETE

    def _run(self, bench: Bench, trial: Trial) -> None:
        began = time.monotonic()
        # another command may have taken this process for dead, closed the trial and lined it up again
        with suppress(UpdateFinishedTrialError):
            self._tried(bench, trial, began)
        self._pace.ended(time.monotonic() - began)

    def _tried(self, bench: Bench, trial: Trial, began: float) -> None:
        try:
            value, rounds = bench.trial(trial.params, self._watch(trial))
        except TrialPruned:
            trial.set_user_attr("seconds", time.monotonic() - began)
            self._study.tell(trial, state=TrialState.PRUNED)
        except (WorkerDied, _OutOfTime):
            self._give_up(trial)
        except BaseException:
            with suppress(*LOST):  # why the trial ended is what is told; who comes next closes it
                self._give_up(trial)
            raise
        else:
            trial.set_user_attr("rounds", rounds)
            trial.set_user_attr("seconds", time.monotonic() - began)
            self._study.tell(trial, value, TrialState.COMPLETE)

    def _give_up(self, trial: Trial) -> None:
        """Close it and line it up as one step: in between, another thread would begin a new one in its place."""
        with self._lock:
            give_up(self._study, self._study.trials[trial.number])

    def _watch(self, trial: Trial) -> Watch:
        complete, spared = bool(_complete(self._study)), DEFAULTS in trial.user_attrs
        beaten = time.monotonic()

        def watch(round_: int, value: float) -> None:
            nonlocal beaten
            self._may_go_on()
            trial.report(value, round_)
            if time.monotonic() - beaten > BEAT_EVERY:
                beat(trial)
                beaten = time.monotonic()
            if complete and self._pace.trials_over():
                raise _OutOfTime
            if not spared and trial.should_prune():
                trial.set_user_attr("rounds", round_)
                raise TrialPruned

        return watch

    def _finals(self, bench: Bench, waiting: list[int]) -> None:
        while not self._stopped.is_set() and not self._pace.over():
            with self._lock:
                if not waiting:
                    return
                number = waiting.pop(0)
            try:
                found = bench.final(self._study.trials[number].params, self._late)
            except _OutOfTime:
                return
            except WorkerDied:
                waiting.append(number)
                continue
            keep_final(self._study, number, *found)
            self._pace.final_ended()
            self._tell_progress()

    def _late(self, round_: int, value: float) -> None:
        self._may_go_on()
        if self._pace.over():
            raise _OutOfTime

    def _may_go_on(self) -> None:
        if self._stopped.is_set():
            raise _Stopped

    def _tell_progress(self) -> None:
        with self._lock:
            best = self._study.best_value if _complete(self._study) else None
            self._progress(self._pace.standing(_finished(self._study), best))


def _silent(_: object) -> None:
    """Tell nobody."""


def _check(settings: TuningSettings) -> None:
    if settings.metric not in METRICS:
        raise UserError(f"tune.metric: {settings.metric!r} is not one of {', '.join(METRICS)}")
    if settings.trials is None and settings.seconds is None:
        raise UserError("tune: give trials, or seconds, or both: the search must know when to end")
    if settings.trials is not None and settings.trials < 1:
        raise UserError(f"tune.trials: {settings.trials} must be at least 1")
    if settings.workers < 1:
        raise UserError(f"tune: {settings.workers} workers: there must be at least 1")
    if settings.negatives is not None and settings.negatives < 1:
        raise UserError(f"tune.negatives: {settings.negatives} must be at least 1 for each positive")


def _open_study(settings: TuningSettings, name: str, storage: BaseStorage) -> Study:
    rises = METRICS[settings.metric].higher_is_better
    study = create_study(
        study_name=name,
        storage=storage,
        load_if_exists=True,
        direction=StudyDirection.MAXIMIZE if rises else StudyDirection.MINIMIZE,
        pruner=MedianPruner(UNPRUNED_TRIALS, UNPRUNED_ROUNDS, REPORT_EVERY),
    )
    # Else a search that goes on would draw the numbers of its beginning once more.
    seed = settings.seed + len(study.trials)
    # constant_liar: what others are trying is taken for bad, so that workers spread.
    study.sampler = TPESampler(seed=seed, multivariate=True, constant_liar=settings.workers > 1)
    return study


def _distribution(found: Range) -> BaseDistribution:
    if found.whole:
        return IntDistribution(int(found.low), int(found.high), log=found.log)
    return FloatDistribution(found.low, found.high, log=found.log)


def _complete(study: Study) -> list[object]:
    return list(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))


def _finished(study: Study) -> int:
    return len(study.get_trials(deepcopy=False, states=tuple(FINISHED)))
