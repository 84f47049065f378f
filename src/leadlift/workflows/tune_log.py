"""What a tuning run leaves for a reviewer: one run for a study, whatever the number of its trials."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from leadlift.tracking import Run
from leadlift.tuning import Standing, TrialRow, TuningResult, TuningSettings

BEST = "tuning/best_params.json"


def log_standing(run: Run, metric: str, standing: Standing) -> None:
    """The best so far as a curve over trials, while the search goes on."""
    if standing.best is not None:
        run.metrics({f"best.{metric}": standing.best}, step=standing.done)


def log_tuning(run: Run, settings: TuningSettings, found: TuningResult, cases: int) -> dict[str, Any]:
    """The winner, all trials as a table and a plot, importances. Return the winner's own parameters.

    cases: that the search learned from.
    """
    own = {key: value for key, value in found.best_params.items() if key not in settings.params}
    run.json(BEST, own)
    run.table("tuning/trials.csv", [_flat(trial) for trial in found.trials])
    run.params({f"best.{key}": value for key, value in own.items()})
    run.params({"study": found.study, "negatives": settings.negatives, "seed": settings.seed})
    states = [trial.state for trial in found.trials]
    run.metrics(
        {
            f"valid.{settings.metric}": found.best_value,
            "trials": len(states),
            "trials.pruned": states.count("pruned"),
            "trials.interrupted": states.count("interrupted"),
            "rounds": found.best_rounds,
            "cases.trial": found.learned_from,
            "cases.final": cases,
            "folds": found.folds,
        }
    )
    _log_plots(run, settings, found)
    if found.importances:
        shares = [{"parameter": name, "importance": share} for name, share in found.importances.items()]
        run.table("tuning/importances.csv", shares)
    run.note(_note(settings, found, cases))
    return own


def _log_plots(run: Run, settings: TuningSettings, found: TuningResult) -> None:
    from leadlift.reports.tuning_plots import TrialPoint, history_plot, importances_plot

    points = [
        TrialPoint(trial.number, trial.value, trial.state == "complete", trial.final)
        for trial in found.trials
        if trial.value is not None and trial.state != "interrupted"
    ]
    run.data("tuning/trials.png", history_plot(points, settings.metric, settings.metric != "log_loss"))
    if found.importances:
        run.data("tuning/importances.png", importances_plot(found.importances))


def _note(settings: TuningSettings, found: TuningResult, cases: int) -> str:
    pruned = sum(trial.state == "pruned" for trial in found.trials)
    lines = [
        f"Best of {len(found.trials)} trials ({pruned} ended early): {settings.metric} {found.best_value:.4f} "
        f"on {found.measured_on}.",
        f"Trials learned from {found.learned_from:,} of {cases:,} cases{' in each fold' * (found.folds > 1)}; the best "
        "of them and the defaults were then fitted to all, and the best of these is told.",
    ]
    if found.importances:
        leading = [f"{name} {share:.0%}" for name, share in list(found.importances.items())[:3]]
        lines.append(f"What decides most: {', '.join(leading)}.")
    lines.append("All trials: `tuning/trials.csv`, `tuning/trials.png`.")
    return "\n\n".join(lines)


def _flat(trial: TrialRow) -> dict[str, Any]:
    told = asdict(trial)
    params = told.pop("params")
    return {**told, **params}
