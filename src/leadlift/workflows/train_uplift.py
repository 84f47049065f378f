"""leadlift train for a pipeline of kind uplift: what the contact adds, learned from randomised contacts."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from leadlift.evaluation import ArmEffect, Estimate, UpliftDecile, arm_effects
from leadlift.features import Home
from leadlift.models.trial import Proxy
from leadlift.names import TEST, TREATMENT
from leadlift.progress import Progress
from leadlift.specs import Pipeline, Split, Workspace
from leadlift.specs.treatment import Treatment
from leadlift.training import (
    Acceptance,
    Audit,
    Cases,
    Experiment,
    Finding,
    FittedUplift,
    Parts,
    Randomisation,
    TrainingTable,
    UpliftChoice,
    UpliftJudgement,
    audit_amounts,
    check_randomised,
    choose,
    fit_uplift,
    judge_uplift,
    prepare,
    propensity_of,
    proxy_cases,
    refuse_small_parts,
    response_too_good,
    split_cases,
    training_table,
    treated_of,
    verdict,
)
from leadlift.training.groups import Levels, protected_levels
from leadlift.training.randomised import arms_drawn, with_day
from leadlift.workflows.audited import stop_at_leaks
from leadlift.workflows.champion import catalogue_of
from leadlift.workflows.meta import reference_name, with_meta
from leadlift.workflows.outsider import champion_of_kind
from leadlift.workflows.references import with_reference
from leadlift.workflows.report import version_lines
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.uplift_log import QINI_FIGURES, log_uplift


@dataclass(frozen=True)
class TrainedUplift:
    """The registered version and what it is worth on the test. verdict: in words; may be that no effect was found."""

    pipeline: str
    version: int
    run_id: str
    cases: dict[str, int]
    treated: int
    test_from: str | None
    verdict: str
    metrics: dict[str, Estimate]
    response: dict[str, Estimate]
    qini_gain: Estimate
    deciles: tuple[UpliftDecile, ...]
    learners: tuple[str, ...]
    chosen_because: str
    randomisation: str
    arms: tuple[ArmEffect, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class UpliftRun:
    """All that a training run of an uplift pipeline came to, before it is told.

    protected: each case's group, by column. champion: the version that its ranking was held against.
    """

    table: TrainingTable
    experiment: Experiment
    fitted: FittedUplift
    result: UpliftJudgement
    randomisation: Randomisation
    drawn: str
    verdict: str
    audit: Audit
    arms: tuple[ArmEffect, ...]
    protected: Mapping[str, Levels]
    champion: int | None


def train_uplift(
    ws: Workspace,
    spec: Pipeline,
    treatment: Treatment,
    split: Split,
    progress: Progress,
    accepted: Acceptance,
) -> TrainedUplift:
    """Learn the effect, judge it on the test beside the response model, log the run and register the version last.

    The leak audit reads whether there is an outcome, or a large one, in either group. Raises GateError when a suspect
    stands open, and when treatment was not randomised, unless the pipeline says to warn or to weight.
    """
    name = spec.pipeline
    with opened(ws) as home:
        table = training_table(spec, ws.features, home, progress)
        parts = split_cases(table.table, split, table.maturity)
        progress.step("audit")
        cases = prepare(table.table, table.features, parts)
        protected = protected_levels(spec, ws.features, home, table, progress)
        audit = audit_amounts(spec, table, cases, catalogue_of(ws, spec), home, split.seed, accepted)
        proxy = proxy_of(ws, spec, treatment, table, cases, home, progress)
    progress.step("was it a draw")
    experiment, randomisation, drawn = experiment_of(table, cases, treatment, split.seed, name)
    experiment = replace(experiment, proxy=proxy)
    tracker = tracker_of(ws)
    with tracker.run(name, "train", f"train {datetime.now():%Y-%m-%d %H:%M}") as run:
        stop_at_leaks(run, ws, spec, table, audit)
        fitted = _learned(ws, spec, treatment, table, parts, experiment, split.seed, progress)
        progress.step("judging")
        champion, scores = champion_of_kind(ws, tracker, spec, table, cases, split.seed)
        result = judge_uplift(fitted, experiment, champion=scores)
        audit = audit.plus(response_too_good(*experiment.answered(TEST, fitted.response)))
        told = verdict(result, not spec.target.amount)
        arms, mixed = _arms(table, experiment, treatment, split.seed)
        progress.step("logging")
        with tempfile.TemporaryDirectory() as folder:
            saved = fitted.model.save(Path(folder) / "model")
            drawn += mixed
            made = UpliftRun(
                table,
                experiment,
                fitted,
                result,
                randomisation,
                drawn,
                told,
                audit,
                arms,
                protected,
                champion,
            )
            versions = version_lines(tracker, name, QINI_FIGURES)
            log_uplift(run, ws, spec, made, split.seed, saved, versions)
        audit.refuse_open(name)  # of a response too good to be true; the run is whole, and marked as failed
    version = tracker.register(run.id, name, {"leadlift.data": table.key}, spec.description)
    return _told(name, version.version, run.id, parts, made)


def _learned(
    ws: Workspace,
    spec: Pipeline,
    treatment: Treatment,
    table: TrainingTable,
    parts: Parts,
    experiment: Experiment,
    seed: int,
    progress: Progress,
) -> FittedUplift:
    """Choose the way of learning and fit it, with all that a registered model carries."""
    progress.step("choosing the learner")
    choice = chosen_for(experiment, treatment, seed, progress)
    progress.step("boosting")
    fitted = fit_uplift(experiment, choice, seed, reference_name(parts))
    model = with_meta(fitted.model, ws, spec, table, parts)
    return replace(fitted, model=with_reference(model, ws, spec, table, parts))


def _told(name: str, version: int, run_id: str, parts: Parts, made: UpliftRun) -> TrainedUplift:
    result, choice = made.result, made.fitted.choice
    return TrainedUplift(
        pipeline=name,
        version=version,
        run_id=run_id,
        cases={part: len(rows) for part, rows in parts.rows.items()},
        treated=int(made.experiment.treated.sum()),
        test_from=str(parts.test_from) if parts.test_from else None,
        verdict=made.verdict,
        metrics=dict(result.metrics),
        response=dict(result.response),
        qini_gain=result.gain["qini"],
        deciles=tuple(result.deciles),
        learners=tuple(str(one) for one in choice.chosen),
        chosen_because=choice.why,
        randomisation=made.drawn,
        arms=made.arms,
        findings=made.audit.findings,
        notes=(*made.table.notes, *made.audit.unneeded()),
    )


def experiment_of(
    table: TrainingTable, cases: Cases, treatment: Treatment, seed: int, name: str
) -> tuple[Experiment, Randomisation, str]:
    """The cases with their groups and chances of treatment, how the draw looks, and what is said of it."""
    treated = treated_of(table.table)
    plain = Experiment(cases, treated, np.full(len(treated), treated.mean()))
    refuse_small_parts(cases, treated)
    matrix, encoding = with_day(cases)
    found = check_randomised(matrix, treated, cases.customer, encoding, plain.before, seed)
    propensity, drawn = propensity_of(found, treated, treatment.not_randomised, name)
    return Experiment(cases, treated, propensity), found, drawn


def _arms(
    table: TrainingTable, experiment: Experiment, treatment: Treatment, seed: int
) -> tuple[tuple[ArmEffect, ...], str]:
    """Each arm's effect by itself; none, and why, where who got which arm was not drawn."""
    if len(treatment.contacted) < 2:
        return (), ""
    cases, groups = experiment.cases, table.table[TREATMENT].to_numpy()
    if told := arms_drawn(cases, groups, treatment.contacted, experiment.before, seed):
        return (), (
            f"; who got which arm was not drawn ({told[0]} beside the others: AUC {told[1].auc.value:.3f} from "
            f"{told[1].auc.low:.3f}; {', '.join(told[1].told_by)}), so no effect of an arm by itself is told"
        )
    return tuple(arm_effects(cases.y, groups, treatment.contacted, cases.customer, experiment.uneven)), ""


def proxy_of(
    ws: Workspace,
    spec: Pipeline,
    treatment: Treatment,
    table: TrainingTable,
    cases: Cases,
    home: Home,
    progress: Progress,
) -> Proxy | None:
    """The cases of the pipeline that `treatment.proxy` names, with the experiment's features; None where none is."""
    if treatment.proxy is None:
        return None
    other = ws.pipeline(treatment.proxy).model_copy(update={"features": spec.features})
    found = training_table(other, ws.features, home, progress)
    return proxy_cases(found, table.table, cases)


def chosen_for(experiment: Experiment, treatment: Treatment, seed: int, progress: Progress) -> UpliftChoice:
    """The way of learning that ranks training customers best whom it had not seen."""
    rows = experiment.learned
    trial, weight = experiment.trial(rows), experiment.weight[rows]
    return choose(trial, weight, treatment.ways, treatment.folds, seed, progress.done)
