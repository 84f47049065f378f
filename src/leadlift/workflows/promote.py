"""leadlift promote: the challenger becomes champion when every gate says yes."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from leadlift.errors import GateError, UserError
from leadlift.names import CHALLENGER, CHAMPION
from leadlift.specs import Gates, Workspace
from leadlift.tracking import ModelVersion, RunRecord, Tracker
from leadlift.training import Gate, Sitting, accept, judge_gates
from leadlift.workflows.outsider import train_run
from leadlift.workflows.session import tracker_of
from leadlift.workflows.uplift_gates import QINI, judge_uplift_gates
from leadlift.workflows.value_gates import GINI, judge_value_gates


@dataclass(frozen=True)
class Promoted:
    """The new champion, the version it replaced, and what each gate found."""

    pipeline: str
    version: int
    replaced: int | None
    gates: tuple[Gate, ...]
    who: str
    why: str


def promote(
    ws: Workspace,
    name: str,
    why: str = "",
    who: str = "",
    version: str = CHALLENGER,
    accepted: Sequence[str] = (),
) -> Promoted:
    """Judge the version by the pipeline's gates and make it champion.

    accepted: gates whose no somebody answers for, by name; `why` must then be given, and all of it is written down.
    Raises GateError naming every gate that says no.
    """
    spec = ws.pipeline(name)
    if any(accepted) and not why.strip():
        raise UserError("--accept needs --because: who answers for a gate says why")
    tracker = tracker_of(ws)
    new = tracker.version(name, version)
    if new is None:
        raise UserError(f"pipeline {name} has no {version}. Run `leadlift train {name}` first")
    old = tracker.version(name, CHAMPION)
    if old is not None and old.version == new.version:
        raise UserError(f"{new.name} v{new.version} is the champion already")
    run = _run_of(tracker, new)
    sitting = None
    if old is not None:
        before = train_run(tracker, old)
        sitting = Sitting(old.version, before.metrics if before else None)
    gates = _answered(_judged(spec.gates, run, sitting), accepted)
    if any(gate.stops for gate in gates):
        raise GateError(_refusal(new, gates))
    who = who or _user()
    found = {gate.name: str(gate) for gate in gates}
    tracker.promote(name, new.version, who=who, when=datetime.now(UTC), why=why, gates=found)
    return Promoted(name, new.version, old.version if old else None, tuple(gates), who, why)


def _judged(gates: Gates, run: RunRecord, sitting: Sitting | None) -> list[Gate]:
    """By the gates of what the version is, whatever its pipeline is now."""
    if QINI.of(run.metrics):
        return judge_uplift_gates(gates, run.metrics, run.tags, sitting)
    if GINI.of(run.metrics):
        return judge_value_gates(gates, run.metrics, run.tags, sitting)
    return judge_gates(gates, run.metrics, run.tags, sitting)


def _answered(gates: list[Gate], accepted: Sequence[str]) -> list[Gate]:
    if "" in accepted:
        told = "; ".join(f"{gate.name} ({gate.verdict})" for gate in gates)
        raise UserError(f"--accept needs the name of a gate. The gates of this version: {told}")
    try:
        return accept(gates, accepted)
    except ValueError as error:
        raise UserError(f"--accept: {error}") from error


def _refusal(version: ModelVersion, gates: Sequence[Gate]) -> str:
    refused = [gate for gate in gates if gate.stops]
    told = "\n".join(f"  {gate.name}: {gate}" for gate in refused)
    return (
        f"{version.name} v{version.version} is not promoted: {len(refused)} of {len(gates)} gates say no\n{told}\n"
        "what each gate asks, and how to answer for one: docs/promotion.md"
    )


def _run_of(tracker: Tracker, version: ModelVersion) -> RunRecord:
    run = train_run(tracker, version)
    if run is None:
        raise UserError(
            f"the training run {version.run_id} of {version.name} v{version.version} is gone; train anew"
        )
    return run


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
