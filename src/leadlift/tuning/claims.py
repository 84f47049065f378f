"""Who runs which trial, and what becomes of the trials of those who died.

A trial carries the process that runs it, and a beat, the time at which it was last seen to grow. A trial whose
process is gone, or of another machine and without a beat for long, is closed and its parameters are tried again.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime

from leadlift.tracking.processes import is_dead, this_process
from leadlift.tuning._optuna import FrozenTrial, Study, Trial, TrialState, UpdateFinishedTrialError
from leadlift.tuning.finals import DEFAULTS
from leadlift.tuning.history import FINISHED

OWNER, BEAT, TRIED = "owner", "beat", "tried"
BEAT_EVERY = 30.0
# Seconds without a beat after which the process of another machine is taken for dead: clocks differ a little.
SILENCE = 900.0
# Between the moment a trial begins and the moment its owner is written lie milliseconds, on a far database seconds.
UNCLAIMED = 60.0
# Databases keep when a trial began by the writer's clock on the wall, and time zones lie so many seconds apart.
ZONES = 900.0
# Parameters that killed a process so often are not tried again: they may be what kills it.
MOST_TRIES = 3


def claim(trial: Trial) -> None:
    """Write down that this process runs the trial. The beat comes first: who sees an owner must see a beat."""
    beat(trial)
    trial.set_user_attr(OWNER, this_process())


def beat(trial: Trial) -> None:
    """Write down that the trial is alive now."""
    trial.set_user_attr(BEAT, time.time())


def begun(study: Study) -> list[FrozenTrial]:
    """Return the trials that are finished or that somebody runs.

    Read at once: one that ended between two readings would be in neither, and another be tried in its place. A running
    one without an owner may have been born to a killed process.
    """
    found = study.get_trials(deepcopy=False, states=(*FINISHED, TrialState.RUNNING))
    return [trial for trial in found if trial.state != TrialState.RUNNING or OWNER in trial.user_attrs]


def close_abandoned(study: Study, ours: Collection[int] = ()) -> None:
    """Close trials whose process is gone and line up their parameters. ours: numbers that this process runs."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if trial.number not in ours and abandoned(trial, datetime.now()):
            give_up(study, trial)


def give_up(study: Study, trial: FrozenTrial) -> None:
    """Close a running trial as failed and line up its parameters, unless somebody else did so first.

    Of one that was lined up they are known before it has written them down.
    """
    try:
        study.tell(trial.number, state=TrialState.FAIL)
    except (ValueError, UpdateFinishedTrialError):
        return
    tried = int(trial.user_attrs.get(TRIED, 0)) + 1
    params = {**trial.system_attrs.get("fixed_params", {}), **trial.params}
    if params and tried < MOST_TRIES:
        kept = {name: value for name, value in trial.user_attrs.items() if name == DEFAULTS}
        study.enqueue_trial(params, user_attrs={**kept, TRIED: tried})


def line_up_defaults(study: Study, params: Mapping[str, float]) -> None:
    """Line the defaults up where nobody tried them, and again where a kill fell between their end and the next try."""
    trials = study.get_trials(deepcopy=False)
    own = [trial for trial in trials if DEFAULTS in trial.user_attrs]
    failed = [trial for trial in own if trial.state == TrialState.FAIL]
    if any(_known(trial) for trial in own if trial not in failed):
        return
    tried = max((int(trial.user_attrs.get(TRIED, 0)) + 1 for trial in failed), default=0)
    if tried < MOST_TRIES and (failed or not any(_known(trial) for trial in trials)):
        study.enqueue_trial(dict(params), user_attrs={DEFAULTS: True, **({TRIED: tried} if tried else {})})


def _known(trial: FrozenTrial) -> bool:
    """Whether somebody runs it, ran it or will: a running one without an owner may be born to a killed process."""
    return trial.state != TrialState.RUNNING or OWNER in trial.user_attrs


def abandoned(trial: FrozenTrial, now: datetime) -> bool:
    """Whether nobody runs a running trial any more. now: by this machine's clock on the wall."""
    owner = trial.user_attrs.get(OWNER)
    if owner is None:
        began = trial.datetime_start
        # so one born dead may be closed a minute later, and none that is being born in another zone
        return began is None or (now - began).total_seconds() % ZONES > UNCLAIMED
    return is_dead(owner) or time.time() - float(trial.user_attrs.get(BEAT, 0.0)) > SILENCE
