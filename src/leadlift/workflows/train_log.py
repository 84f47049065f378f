"""What a training run records, so that a reviewer can judge it from the MLflow pages alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from leadlift.evaluation import Estimate
from leadlift.models import LogisticBaseline, Model
from leadlift.names import TEST
from leadlift.reports import ModelCard, card_html, card_markdown, run_note
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import Run
from leadlift.training import Cases, Judgement, Suspect, TrainingTable
from leadlift.workflows.card import card_of
from leadlift.workflows.logging import log_inputs


def log_training(
    run: Run,
    ws: Workspace,
    spec: Pipeline,
    table: TrainingTable,
    cases: Cases,
    model: Model,
    baseline: LogisticBaseline,
    result: Judgement,
    suspects: Sequence[Suspect],
    facts: Mapping[str, object],
    saved: Path,
) -> None:
    """Log inputs, parameters, metrics, tables, plots, the card, and last the model."""
    log_inputs(run, ws, spec, table)
    run.params({**_params(spec), **facts})
    run.metrics(_metrics(result, cases))
    card = card_of(spec, table, cases, model, result, suspects, {"data": table.key})
    card = dataclasses.replace(card, plots=draw(card, result))
    for name, png in card.plots.items():
        run.data(f"plots/{name}.png", png)
    run.table("tables/deciles.csv", [asdict(row) for row in result.deciles])
    run.table("tables/importance.csv", [asdict(line) for line in card.features])
    run.table(
        "tables/baseline_coefficients.csv",
        [{"input": name, "weight": weight} for name, weight in baseline.coefficients()],
    )
    run.json(
        "tables/metrics.json",
        {part: {k: asdict(v) for k, v in found.items()} for part, found in result.metrics.items()},
    )
    run.text("model_card.html", card_html(card))
    run.text("model_card.md", card_markdown(card))
    run.note(run_note(card))
    run.model(model.booster, saved, cases.encoding.features)


def draw(card: ModelCard, result: Judgement) -> dict[str, bytes]:
    """The pictures of a card."""
    from leadlift.reports import plots

    shares, found, simple = result.gains
    drawn = {
        "gains": plots.gains_plot(shares, found, simple),
        "lift": plots.lift_plot(result.deciles),
        "reliability": plots.reliability_plot(result.reliability),
        "scores": plots.score_plot(result.test_probability, result.test_y),
    }
    if result.months:
        drawn["months"] = plots.months_plot(result.months)
    if card.features:
        drawn["importance"] = plots.importance_plot(card.features)
    return drawn


def _params(spec: Pipeline) -> dict[str, object]:
    """The pipeline as it was read, one line each."""
    told: dict[str, object] = {}
    for part in ("population", "target", "split", "model"):
        for name, value in getattr(spec, part).model_dump(exclude_none=True, by_alias=True).items():
            told[f"{part}.{name}"] = (
                json.dumps(value, default=str) if isinstance(value, dict | tuple | list) else value
            )
    return told


def _metrics(result: Judgement, cases: Cases) -> dict[str, float]:
    """`oot.auc` with `oot.auc.low` and `.high`; the same of the baseline and of the difference; points elsewhere."""
    told: dict[str, float] = {}
    for part, found in result.metrics.items():
        for name, estimate in found.items():
            told |= (
                _interval(f"{part}.{name}", estimate) if part == TEST else {f"{part}.{name}": estimate.value}
            )
        told[f"{part}.cases"] = len(cases.rows(part))
        told[f"{part}.positives"] = float(cases.y[cases.rows(part)].sum())
    for name, estimate in result.baseline.items():
        told |= _interval(f"baseline.{TEST}.{name}", estimate)
    for name, estimate in result.gain.items():
        told |= _interval(f"{TEST}.{name}_gain_over_baseline", estimate)
    told[f"{TEST}.predicted_responders"] = result.expected
    told[f"{TEST}.actual_responders"] = result.actual
    return told


def _interval(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}.low": estimate.low, f"{name}.high": estimate.high}
