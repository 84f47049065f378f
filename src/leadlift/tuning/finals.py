"""The best trials again, on all rows and at the final learning rate: what was searched on a sample is decided here."""

from __future__ import annotations

from dataclasses import dataclass

from leadlift.tuning._optuna import Study, StudyDirection, TrialState

# How many of the best trials; the defaults come on top.
FINALISTS = 2
# A trial that tries the defaults says so: the first of a study, and those in its place when it was interrupted.
DEFAULTS = "defaults"
PREFIX = "final."


@dataclass(frozen=True)
class Final:
    """What a trial's parameters reached on all rows."""

    value: float
    rounds: int


def finalists(study: Study) -> list[int]:
    """Return the numbers of the trials that go on: the best, the best first, and the defaults."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    falls = study.direction == StudyDirection.MAXIMIZE
    ranked = sorted(complete, key=lambda trial: (-trial.value if falls else trial.value, trial.number))  # type: ignore[operator]  # complete: there is a value
    best = [trial.number for trial in ranked[:FINALISTS]]
    # Number 0 tries them in studies, too, whose trials do not say so.
    defaults = [trial.number for trial in complete if DEFAULTS in trial.user_attrs or trial.number == 0]
    return best if set(best) & set(defaults) else best + defaults[:1]


def keep_final(study: Study, number: int, value: float, rounds: int) -> None:
    """Write down what a finalist reached. A trial that has ended takes no notes, so the study does."""
    study.set_user_attr(f"{PREFIX}{number}", {"value": value, "rounds": rounds})


def finals_kept(study: Study) -> dict[int, Final]:
    """Return what finalists reached, those of earlier runs included, by the number of the trial."""
    attrs = study.user_attrs
    return {int(k.removeprefix(PREFIX)): Final(**v) for k, v in attrs.items() if k.startswith(PREFIX)}


def winner(study: Study) -> tuple[int, Final | None]:
    """Return the number of the trial that won, and what it reached in the finals; None when there were none.

    Only finalists of now are compared: a trial that was among the best before more were run may no longer be.
    """
    kept = finals_kept(study)
    reached = {number: kept[number] for number in finalists(study) if number in kept}
    if not reached:
        return study.best_trial.number, None
    sign = 1.0 if study.direction == StudyDirection.MAXIMIZE else -1.0
    number = max(reached, key=lambda one: (sign * reached[one].value, -one))
    return number, reached[number]
