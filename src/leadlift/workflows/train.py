"""leadlift train: fit, calibrate, judge out of time, log, register."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadlift.evaluation import Estimate
from leadlift.models import check_params
from leadlift.names import TEST
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace
from leadlift.training import (
    NOTHING,
    Acceptance,
    Audit,
    Cases,
    Finding,
    Judgement,
    Parts,
    Rival,
    audit_cases,
    fit_baseline,
    fit_calibrated,
    judge,
    judge_rivals,
    model_too_good,
    prepare,
    split_cases,
    training_table,
)
from leadlift.training.groups import protected_levels
from leadlift.workflows.audited import accepted_params, stop_at_leaks
from leadlift.workflows.away import kept_open
from leadlift.workflows.card import not_learned
from leadlift.workflows.champion import catalogue_of
from leadlift.workflows.fitted import Fitted
from leadlift.workflows.meta import reference_name, with_meta
from leadlift.workflows.outsider import champion_on_test
from leadlift.workflows.references import judged_on, with_reference
from leadlift.workflows.report import version_lines
from leadlift.workflows.rivals_log import judged_between
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.train_log import log_training
from leadlift.workflows.train_uplift import TrainedUplift, train_uplift
from leadlift.workflows.train_value import TrainedValue, train_value
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
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    tuned_by: str | None
    rivals: tuple[Rival, ...]


def train(
    ws: Workspace,
    name: str,
    progress: Progress = SILENT,
    seed: int | None = None,
    accepted: Acceptance = NOTHING,
) -> Trained | TrainedUplift | TrainedValue:
    """Train the pipeline's model and its baseline on the same cases and register the model as challenger.

    seed: of the split, instead of the pipeline's own. accepted: suspects of the audit that somebody answers for.
    Raises GateError when another stands open: then nothing is registered, and the run keeps the findings.
    Registered last: what a killed run leaves is never used.
    """
    spec = ws.pipeline(name)
    check_params(spec.model.params)
    split = spec.split if seed is None else spec.split.model_copy(update={"seed": seed})
    if spec.treatment is not None:
        return train_uplift(ws, spec, spec.treatment, split, progress, accepted)
    if spec.kind == "value":
        return train_value(ws, spec, split, progress, accepted)
    with ExitStack() as engine:
        home = engine.enter_context(opened(ws))
        table = training_table(spec, ws.features, home, progress)
        parts = split_cases(table.table, split, table.maturity, table.days_of_all)
        cases = prepare(table.table, table.features, parts)
        protected = protected_levels(spec, ws.features, home, table, progress)
        progress.step("audit")
        audit = audit_cases(spec, table, cases, catalogue_of(ws, spec), home, split.seed, accepted)
        tracker = tracker_of(ws)
        params, tuned_by = tuned_params(tracker, name)
        still_open, away = kept_open(engine, home, table, parts, split)
    with still_open, tracker.run(name, "train", f"train {datetime.now():%Y-%m-%d %H:%M}") as run:
        stop_at_leaks(run, ws, spec, table, audit)
        progress.step("boosting")
        model = fit_calibrated(cases, params, spec.model, reference_name(parts), away)
        still_open.close()
        model = with_meta(model, ws, spec, table, parts)
        progress.step("baseline")
        baseline = fit_baseline(cases, split.seed, spec.model.ensemble)
        progress.step("judging")
        result = judge(model, baseline, cases)
        model = with_reference(model, ws, spec, table, parts, judged_on(result))
        audit = audit.plus(model_too_good(result.metrics[TEST]["auc"], int(result.actual)))
        progress.step("models to beat")
        champion, outsider = champion_on_test(ws, tracker, spec, table, cases, split.seed)
        events = [source for source, one in ws.sources.items() if one.kind == "events"]
        members = spec.model.ensemble
        rivals = judge_rivals(
            model, baseline, cases, table.features, events, outsider, split.seed, ensemble=members
        )
        progress.step("logging")
        facts = _facts(tuned_by, split.seed, audit, cases, params)
        with tempfile.TemporaryDirectory() as folder:
            saved = model.save(Path(folder) / "model")
            number = champion.version if champion else None
            fitted = Fitted(table, cases, model, baseline, result, audit, rivals, number, protected)
            log_training(run, ws, spec, fitted, facts, saved, version_lines(tracker, name))
        audit.refuse_open(name)  # of a model too good to be true; its run is whole, and marked as failed
    version = tracker.register(run.id, name, {"leadlift.data": table.key}, spec.description)
    notes = (*table.notes, *not_learned(model), *audit.unneeded())
    return _told(name, version.version, run.id, notes, parts, result, audit, tuned_by, rivals.all)


def _facts(
    tuned_by: str | None, seed: int, audit: Audit, cases: Cases, params: Mapping[str, object]
) -> dict[str, object]:
    """What the run records beside the pipeline as it was read."""
    return {
        "tuned_by": tuned_by or "",
        "split.seed": seed,
        **accepted_params(audit),
        **judged_between(cases),
        **{f"param.{k}": v for k, v in params.items()},
    }


def _told(
    name: str,
    version: int,
    run_id: str,
    notes: tuple[str, ...],
    parts: Parts,
    result: Judgement,
    audit: Audit,
    tuned_by: str | None,
    rivals: tuple[Rival, ...],
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
        findings=audit.findings,
        notes=notes,
        tuned_by=tuned_by,
        rivals=rivals,
    )
