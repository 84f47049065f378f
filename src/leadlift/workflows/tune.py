"""leadlift tune: search LightGBM's parameters for one pipeline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from leadlift.errors import UserError
from leadlift.models import monotone_params
from leadlift.names import TRAIN, VALID
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace
from leadlift.tracking import Tracker
from leadlift.training import prepare, split_cases, training_table
from leadlift.workflows.logging import log_inputs
from leadlift.workflows.session import opened, tracker_of

BEST = "tuning/best_params.json"


@dataclass(frozen=True)
class Tuned:
    """The best parameters found, and how many trials they took."""

    pipeline: str
    run_id: str
    metric: str
    best_value: float
    trials: int
    params: Mapping[str, Any]


def tune(
    ws: Workspace,
    name: str,
    progress: Progress = SILENT,
    trials: int | None = None,
    seconds: int | None = None,
) -> Tuned:
    """Search on the training and validation cases; the test is never looked at. `train` then uses what is best."""
    from leadlift import tuning

    spec = ws.pipeline(name)
    if spec.treatment is not None:
        raise UserError(
            f"pipeline {name} is of kind uplift: `leadlift train {name}` tries learners and tree sizes itself, by "
            "cross-fitted Qini on training customers; there is nothing else to tune"
        )
    with opened(ws) as home:
        table = training_table(spec, ws.features, home, progress)
    cases = prepare(table.table, table.features, split_cases(table.table, spec.split, table.maturity))
    train, valid = (
        tuning.TuningData(cases.matrix[rows], cases.y[rows], cases.encoding)
        for rows in (cases.rows(TRAIN), cases.rows(VALID))
    )
    wanted = trials or spec.tune.trials
    settings = tuning.TuningSettings(
        trials=wanted,
        seconds=seconds or spec.tune.seconds,
        metric=spec.tune.metric,
        max_rounds=spec.model.max_rounds,
        early_stopping=spec.model.early_stopping,
        seed=spec.split.seed,
        params={**spec.model.params, **monotone_params(cases.encoding, spec.model.monotone)},
        search_space=spec.tune.space,
    )
    tracker = tracker_of(ws)
    with tracker.run(name, "tune", f"tune {datetime.now():%Y-%m-%d %H:%M}") as run:
        progress.step(f"tuning {name}")
        found = tuning.tune(
            train, valid, settings, lambda done, total, best: progress.done(done / (total or wanted))
        )
        log_inputs(run, ws, spec, table)
        own = {key: value for key, value in found.best_params.items() if key not in settings.params}
        run.json(BEST, own)
        run.table("tuning/trials.csv", [_flat(asdict(trial)) for trial in found.trials])
        run.params({f"best.{key}": value for key, value in own.items()})
        run.metrics(
            {
                f"valid.{spec.tune.metric}": found.best_value,
                "trials": len(found.trials),
                "rounds": found.best_rounds,
            }
        )
        run.note(
            f"Best of {len(found.trials)} trials: {spec.tune.metric} {found.best_value:.4f} "
            "on the validation customers."
        )
    return Tuned(name, run.id, spec.tune.metric, found.best_value, len(found.trials), own)


def tuned_params(tracker: Tracker, name: str) -> tuple[dict[str, Any], str | None]:
    """The best parameters of the pipeline's last finished tuning run and that run's id; none before there is one."""
    for run in tracker.runs(name, "tune"):
        if run.status == "FINISHED":
            return dict(json.loads(tracker.artifact(run.id, BEST))), run.id
    return {}, None


def _flat(trial: dict[str, Any]) -> dict[str, Any]:
    params = trial.pop("params")
    return {**trial, **params}
