"""leadlift tune: search LightGBM's parameters for one pipeline."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leadlift import tuning
from leadlift.errors import UserError
from leadlift.models import check_params, constraint_params
from leadlift.names import TRAIN, VALID
from leadlift.progress import SILENT, Progress
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import Tracker
from leadlift.tracking.places import whole_uri
from leadlift.training import Cases, learned_from, prepare, split_cases, training_table
from leadlift.training.growing import decayed
from leadlift.workflows.logging import log_inputs
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.tune_log import BEST, log_standing, log_tuning

STUDIES = ".leadlift/tuning"
URL_VARIABLE = "LEADLIFT_TUNING"


@dataclass(frozen=True)
class Tuned:
    """The best parameters found, and how many trials they took.

    measured_on: whose cases best_value is of. trials: of the study; earlier: those that were there when the command
    began; pruned: those that ended early.
    """

    pipeline: str
    run_id: str
    study: str
    metric: str
    best_value: float
    measured_on: str
    trials: int
    earlier: int
    pruned: int
    params: Mapping[str, Any]
    importances: Mapping[str, float]


def tune(
    ws: Workspace,
    name: str,
    progress: Progress = SILENT,
    trials: int | None = None,
    seconds: int | None = None,
    workers: int = 1,
) -> Tuned:
    """Search on the training and validation cases; the test is never looked at. `train` then uses what is best."""
    spec = ws.pipeline(name)
    if spec.treatment is not None:
        raise UserError(
            f"pipeline {name} is of kind uplift: `leadlift train {name}` tries learners and tree sizes itself, by "
            "cross-fitted Qini on training customers; there is nothing else to tune"
        )
    if spec.kind == "value":
        raise UserError(
            f"pipeline {name} is of kind value: `leadlift train {name}` tries two parts and Tweedie with trees of two "
            "sizes itself, on later customers; there is nothing else to tune"
        )
    check_params(spec.model.params)
    with opened(ws) as home:
        table = training_table(spec, ws.features, home, progress)
    parts = split_cases(table.table, spec.split, table.maturity, table.days_of_all)
    cases, _ = learned_from(prepare(table.table, table.features, parts), spec.model)
    train, valid = _searched(cases, spec.model.time_decay)
    settings = _settings(ws, spec, cases, trials, seconds, workers)
    tracker = tracker_of(ws)
    with tracker.run(name, "tune", f"tune {datetime.now():%Y-%m-%d %H:%M}") as run:
        progress.step(f"tuning {name}")
        log_inputs(run, ws, spec, table)

        def told(standing: tuning.Standing) -> None:
            progress.note(_words(settings.metric, standing))
            progress.done(standing.share)
            log_standing(run, settings.metric, standing)

        found = tuning.tune(train, valid, settings, told)
        searched = len(train.y) + (len(valid.y) if found.folds > 1 else 0)
        own = log_tuning(run, settings, found, searched)
    return Tuned(
        pipeline=name,
        run_id=run.id,
        study=found.study,
        metric=settings.metric,
        best_value=found.best_value,
        measured_on=found.measured_on,
        trials=len(found.trials),
        earlier=found.earlier,
        pruned=sum(trial.state == "pruned" for trial in found.trials),
        params=own,
        importances=found.importances,
    )


def tuned_params(tracker: Tracker, name: str) -> tuple[dict[str, Any], str | None]:
    """The best parameters of the pipeline's last finished tuning run and that run's id; none before there is one."""
    for run in tracker.runs(name, "tune"):
        if run.status == "FINISHED":
            return dict(json.loads(tracker.artifact(run.id, BEST))), run.id
    return {}, None


def study_place(ws: Workspace, name: str) -> Path | str:
    """Where the studies of a pipeline are kept: LEADLIFT_TUNING, `tuning` of leadlift.yaml, or a journal file."""
    url = os.environ.get(URL_VARIABLE) or ws.file.tuning
    return whole_uri(url, ws.root) if url else ws.root / STUDIES / f"{name}.journal"


def _searched(cases: Cases, half_life: int | None) -> tuple[tuning.TuningData, tuning.TuningData]:
    """The training and the validation cases, each counted by its age as `train` counts it."""
    weight = None if half_life is None else decayed(cases, half_life)
    train, valid = (
        tuning.TuningData(
            cases.matrix[rows],
            cases.y[rows],
            cases.encoding,
            cases.customer[rows],
            None if weight is None else weight[rows],
        )
        for rows in (cases.rows(TRAIN), cases.rows(VALID))
    )
    return train, valid


def _settings(
    ws: Workspace, spec: Pipeline, cases: Cases, trials: int | None, seconds: int | None, workers: int
) -> tuning.TuningSettings:
    return tuning.TuningSettings(
        trials=trials or spec.tune.trials,
        seconds=seconds or spec.tune.seconds,
        metric=spec.tune.metric,
        max_rounds=spec.model.max_rounds,
        early_stopping=spec.model.early_stopping,
        seed=spec.split.seed,
        params={
            **spec.model.params,
            **constraint_params(cases.encoding, spec.model.monotone, spec.model.interactions),
        },
        search_space=spec.tune.space,
        negatives=spec.tune.negatives,
        folds=spec.tune.folds,
        workers=workers,
        storage=study_place(ws, spec.pipeline),
        study=f"{ws.file.name}/{spec.pipeline}",
        folder=ws.root / STUDIES,
    )


def _words(metric: str, standing: tuning.Standing) -> str:
    """Such as `12 of 50 trials, best average precision 0.1234, about 3 min left`."""
    words = [
        f"{standing.done:,} of {standing.wanted:,} trials" if standing.wanted else f"{standing.done:,} trials"
    ]
    if standing.best is not None:
        words.append(f"best {metric.replace('_', ' ')} {standing.best:.4f}")
    if standing.left is not None:
        minutes, seconds = divmod(round(standing.left), 60)
        words.append(f"about {minutes} min left" if minutes else f"about {seconds} s left")
    return ", ".join(words)
