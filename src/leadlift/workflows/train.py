"""leadlift train: fit, calibrate, judge out of time, log, register."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadlift.evaluation import Estimate
from leadlift.names import TEST
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace
from leadlift.training import (
    Judgement,
    Parts,
    Suspect,
    TrainingTable,
    find_leaks,
    fit_baseline,
    fit_calibrated,
    judge,
    prepare,
    split_cases,
    training_table,
)
from leadlift.workflows.fitted import Fitted
from leadlift.workflows.meta import reference_name, with_meta
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.train_log import log_training
from leadlift.workflows.train_uplift import TrainedUplift, train_uplift
from leadlift.workflows.tune import tuned_params


@dataclass(frozen=True)
class Trained:
    """The registered version and what it is worth on the out-of-time test."""

    pipeline: str
    version: int
    run_id: str
    cases: dict[str, int]
    test_from: str | None
    metrics: dict[str, Estimate]
    baseline: dict[str, Estimate]
    auc_gain: Estimate
    expected: float
    actual: float
    suspects: tuple[str, ...]
    notes: tuple[str, ...]
    tuned_by: str | None


def train(
    ws: Workspace, name: str, progress: Progress = SILENT, seed: int | None = None
) -> Trained | TrainedUplift:
    """Train the pipeline's model and its baseline on the same cases and register the model as challenger.

    seed: of the split, instead of the pipeline's own. Registered last: what a killed run leaves is never used.
    """
    spec = ws.pipeline(name)
    split = spec.split if seed is None else spec.split.model_copy(update={"seed": seed})
    if spec.treatment is not None:
        return train_uplift(ws, spec, spec.treatment, split, progress)
    with opened(ws) as home:
        table = training_table(spec, ws.features, home, progress)
    parts = split_cases(table.table, split, table.maturity)
    cases = prepare(table.table, table.features, parts)
    suspects = find_leaks(cases)
    tracker = tracker_of(ws)
    params, tuned_by = tuned_params(tracker, name)
    with tracker.run(name, "train", f"train {datetime.now():%Y-%m-%d %H:%M}") as run:
        progress.step("boosting")
        model = fit_calibrated(cases, params, spec.model, reference_name(parts))
        model = with_meta(model, ws, spec, table, parts)
        progress.step("baseline")
        baseline = fit_baseline(cases, split.seed)
        progress.step("judging")
        result = judge(model, baseline, cases)
        progress.step("logging")
        facts = {
            "tuned_by": tuned_by or "",
            "split.seed": split.seed,
            **{f"param.{k}": v for k, v in params.items()},
        }
        with tempfile.TemporaryDirectory() as folder:
            saved = model.save(Path(folder) / "model")
            fitted = Fitted(table, cases, model, baseline, result, suspects)
            log_training(run, ws, spec, fitted, facts, saved)
    version = tracker.register(run.id, name, {"leadlift.data": table.key}, spec.description)
    return _told(name, version.version, run.id, table, parts, result, suspects, tuned_by)


def _told(
    name: str,
    version: int,
    run_id: str,
    table: TrainingTable,
    parts: Parts,
    result: Judgement,
    suspects: list[Suspect],
    tuned_by: str | None,
) -> Trained:
    return Trained(
        pipeline=name,
        version=version,
        run_id=run_id,
        cases={part: len(rows) for part, rows in parts.rows.items()},
        test_from=str(parts.test_from) if parts.test_from else None,
        metrics=dict(result.metrics[TEST]),
        baseline=dict(result.baseline),
        auc_gain=result.gain["auc"],
        expected=result.expected,
        actual=result.actual,
        suspects=tuple(str(suspect) for suspect in suspects),
        notes=table.notes,
        tuned_by=tuned_by,
    )
