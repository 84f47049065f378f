"""leadlift promote: the challenger becomes champion when every gate says yes."""

from __future__ import annotations

import getpass
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from leadlift.errors import GateError, UserError
from leadlift.names import CHALLENGER, CHAMPION
from leadlift.specs import Gates, Workspace
from leadlift.tracking import ModelVersion, RunRecord, Tracker
from leadlift.workflows.session import tracker_of
from leadlift.workflows.uplift_gates import is_uplift, uplift_findings


@dataclass(frozen=True)
class Gate:
    """One rule of the pipeline's `gates`, what was found, and whether that is enough."""

    name: str
    found: str
    limit: str
    passed: bool


@dataclass(frozen=True)
class Promoted:
    """The new champion, the version it replaced, and what each gate found."""

    pipeline: str
    version: int
    replaced: int | None
    gates: tuple[Gate, ...]
    who: str
    why: str


def promote(ws: Workspace, name: str, why: str = "", who: str = "", version: str = CHALLENGER) -> Promoted:
    """Judge the version by the pipeline's gates and make it champion.

    Raises GateError naming every gate that says no.
    """
    spec = ws.pipeline(name)
    tracker = tracker_of(ws)
    new = tracker.version(name, version)
    if new is None:
        raise UserError(f"pipeline {name} has no {version}. Run `leadlift train {name}` first")
    old = tracker.version(name, CHAMPION)
    if old is not None and old.version == new.version:
        raise UserError(f"{new.name} v{new.version} is the champion already")
    gates = judge(spec.gates, _run_of(tracker, name, new), _run_of(tracker, name, old) if old else None)
    refused = [gate for gate in gates if not gate.passed]
    if refused:
        told = "\n".join(f"  {gate.name}: {gate.found}; the limit is {gate.limit}" for gate in refused)
        raise GateError(f"{new.name} v{new.version} is not promoted:\n{told}")
    who = who or _user()
    found = {gate.name: f"{gate.found} ({gate.limit})" for gate in gates}
    tracker.promote(name, new.version, who=who, when=datetime.now(UTC), why=why, gates=found)
    return Promoted(name, new.version, old.version if old else None, tuple(gates), who, why)


def judge(gates: Gates, new: RunRecord, old: RunRecord | None) -> list[Gate]:
    """Hold a training run's out-of-time numbers against the gates; the champion's, when there is one."""
    m = new.metrics
    if is_uplift(m):
        return [Gate(*one) for one in uplift_findings(gates, m, old.metrics if old else None)]
    found = [
        _at_least("min_auc", m, "oot.auc", gates.min_auc),
        _at_least("min_lift_at_10", m, "oot.lift_at_10", gates.min_lift_at_10),
        _at_least("min_positives", m, "oot.positives", gates.min_positives),
        _at_most("max_calibration_error", m, "oot.calibration_error", gates.max_calibration_error),
    ]
    if gates.beats_baseline:
        # not worse beyond luck: the paired interval of the difference may reach above 0
        found.append(_at_least("beats_baseline", m, "oot.auc_gain_over_baseline.high", 0.0))
    if gates.beats_champion and old is not None:
        found.append(_at_least("beats_champion", m, "oot.auc", old.metrics.get("oot.auc.low", 0.0)))
    return found


def _at_least(name: str, metrics: Mapping[str, float], metric: str, limit: float) -> Gate:
    value = metrics.get(metric, math.nan)
    return Gate(name, f"{metric} {value:.4g}", f"at least {limit:.4g}", value >= limit)


def _at_most(name: str, metrics: Mapping[str, float], metric: str, limit: float) -> Gate:
    value = metrics.get(metric, math.nan)
    return Gate(name, f"{metric} {value:.4g}", f"at most {limit:.4g}", value <= limit)


def _run_of(tracker: Tracker, name: str, version: ModelVersion) -> RunRecord:
    run = next((run for run in tracker.runs(name, "train") if run.id == version.run_id), None)
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
