"""leadlift train for a pipeline of kind value: how much each customer will bring."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leadlift.evaluation import Estimate, ValueDecile
from leadlift.names import TEST
from leadlift.progress import Progress
from leadlift.specs import Pipeline, Split, Workspace
from leadlift.training import (
    Acceptance,
    Audit,
    Cases,
    Finding,
    FittedValue,
    Parts,
    TrainingTable,
    ValueJudgement,
    amount_too_good,
    audit_amounts,
    choose_way,
    fit_value,
    judge_value,
    prepare,
    split_cases,
    training_table,
    value_verdict,
)
from leadlift.training.groups import Levels, protected_levels
from leadlift.workflows.audited import stop_at_leaks
from leadlift.workflows.champion import catalogue_of
from leadlift.workflows.meta import reference_name, with_meta
from leadlift.workflows.outsider import champion_of_kind
from leadlift.workflows.references import with_reference
from leadlift.workflows.report import version_lines
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.value_log import GINI_FIGURES, log_value


@dataclass(frozen=True)
class TrainedValue:
    """The registered version and what it is worth on the test. chosen: the way of learning, with its reason."""

    pipeline: str
    version: int
    run_id: str
    cases: dict[str, int]
    test_from: str | None
    verdict: str
    metrics: dict[str, Estimate]
    baseline: dict[str, Estimate]
    gini_gain: Estimate
    over_chance: Estimate
    predicted: float
    actual: float
    deciles: tuple[ValueDecile, ...]
    chosen: str
    chosen_because: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ValueRun:
    """All that a training run of a value pipeline came to, before it is told.

    protected: each case's group, by column. champion: the version that its ranking was held against.
    """

    table: TrainingTable
    cases: Cases
    fitted: FittedValue
    result: ValueJudgement
    audit: Audit
    verdict: str
    protected: Mapping[str, Levels]
    champion: int | None


def train_value(
    ws: Workspace, spec: Pipeline, split: Split, progress: Progress, accepted: Acceptance
) -> TrainedValue:
    """Learn the amount, judge it on the test beside a linear model, log the run and register the version last.

    The leak audit reads whether there is any amount, or a large one. Raises GateError when a suspect stands open.
    """
    name = spec.pipeline
    with opened(ws) as home:
        table = training_table(spec, ws.features, home, progress)
        parts = split_cases(table.table, split, table.maturity)
        cases = prepare(table.table, table.features, parts)
        progress.step("audit")
        catalogue = catalogue_of(ws, spec)
        protected = protected_levels(spec, ws.features, home, table, progress)
        audit = audit_amounts(spec, table, cases, catalogue, home, split.seed, accepted)
    tracker = tracker_of(ws)
    with tracker.run(name, "train", f"train {datetime.now():%Y-%m-%d %H:%M}") as run:
        stop_at_leaks(run, ws, spec, table, audit)
        progress.step("choosing the way")
        choice = choose_way(cases, spec.model, progress.done)
        progress.step("boosting")
        fitted = fit_value(cases, choice, spec.model, split.seed, reference_name(parts))
        model = with_meta(fitted.model, ws, spec, table, parts)
        fitted = replace(fitted, model=with_reference(model, ws, spec, table, parts))
        progress.step("judging")
        champion, scores = champion_of_kind(ws, tracker, spec, table, cases, split.seed)
        result = judge_value(fitted, cases, champion=scores)
        test = cases.rows(TEST)
        audit = audit.plus(amount_too_good(cases.y[test], fitted.chance[test], cases.customer[test]))
        progress.step("logging")
        made = ValueRun(table, cases, fitted, result, audit, value_verdict(result), protected, champion)
        with tempfile.TemporaryDirectory() as folder:
            saved = fitted.model.save(Path(folder) / "model")
            log_value(run, ws, spec, made, split.seed, saved, version_lines(tracker, name, GINI_FIGURES))
    version = tracker.register(run.id, name, {"leadlift.data": table.key}, spec.description)
    return _told(name, version.version, run.id, parts, made)


def _told(name: str, version: int, run_id: str, parts: Parts, made: ValueRun) -> TrainedValue:
    result, choice = made.result, made.fitted.choice
    return TrainedValue(
        pipeline=name,
        version=version,
        run_id=run_id,
        cases={part: len(rows) for part, rows in parts.rows.items()},
        test_from=str(parts.test_from) if parts.test_from else None,
        verdict=made.verdict,
        metrics=dict(result.metrics),
        baseline=dict(result.baseline),
        gini_gain=result.gain["gini"],
        over_chance=result.over_chance["gini"],
        predicted=result.predicted,
        actual=result.actual,
        deciles=tuple(result.deciles),
        chosen=str(choice.chosen),
        chosen_because=f"{choice.why}; on {choice.judged_on}",
        findings=made.audit.findings,
        notes=(*made.table.notes, *made.audit.unneeded()),
    )
