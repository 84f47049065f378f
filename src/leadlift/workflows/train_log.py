"""What a training run records, so that a reviewer can judge it from the MLflow pages alone."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from leadlift.evaluation import Estimate
from leadlift.evaluation.depth import GainsBand
from leadlift.names import TEST
from leadlift.reports import ModelCard, card_html, card_markdown, run_note
from leadlift.reports.report import VersionLine
from leadlift.specs import Pipeline, Workspace
from leadlift.specs.pipelines import MODEL_UNREAD
from leadlift.tracking import Run
from leadlift.training import Cases, Judgement
from leadlift.workflows.audited import log_audit
from leadlift.workflows.card import card_of
from leadlift.workflows.contributions import explanation
from leadlift.workflows.fitted import Fitted
from leadlift.workflows.logging import log_inputs
from leadlift.workflows.report import band_of, log_report, report_of
from leadlift.workflows.rivals_log import log_rivals

TIMED = 20_000


def log_training(
    run: Run,
    ws: Workspace,
    spec: Pipeline,
    fitted: Fitted,
    facts: Mapping[str, object],
    saved: Path,
    versions: Sequence[VersionLine] = (),
) -> None:
    """Log inputs, parameters, metrics, tables, plots, the card, the explanation, and last the model.

    facts: further parameters of the run. saved: the folder of the saved model. versions: those registered before.
    """
    log_inputs(run, ws, spec, fitted.table)
    trees, micros = fitted.model.booster.num_trees(), microseconds(fitted)
    parts = fitted.model.meta["parts"]
    run.params({**spec_params(spec), **facts, "trees": trees, "parts": parts})
    run.metrics({**_metrics(fitted.result, fitted.cases), "scoring.microseconds": micros})
    log_audit(run, fitted.audit)
    log_rivals(run, fitted.rivals, fitted.cases, fitted.champion)
    card = card_of(spec, fitted)
    band = band_of(fitted)
    report = report_of(spec, fitted, band, list(ws.campaigns.values()), versions)
    made = {"trees": f"{trees:,}", "made of": parts, "scoring": f"{micros:,.3g} microseconds a customer"}
    card = dataclasses.replace(
        card, plots=draw(card, fitted, band), report=report, versions={**made, **card.versions}
    )
    tables = {"groups": (*report.segments, *report.fairness), "months": fitted.result.months}
    log_report(run, card.plots, report.money, tables)
    _log_tables(run, card, fitted)
    run.text("model_card.html", card_html(card))
    run.text("model_card.md", card_markdown(card))
    run.text("explanation.html", explanation(spec, fitted.model, fitted.table, fitted.cases))
    run.note(run_note(card))
    run.model(fitted.model.booster, saved, fitted.cases.encoding.features)


def microseconds(fitted: Fitted) -> float:
    """How long this machine takes for a customer's raw score, of at most 20,000 test cases at once."""
    rows = fitted.cases.matrix[fitted.cases.rows(TEST)[:TIMED]]
    began = time.perf_counter()
    fitted.model.raw(rows)
    return (time.perf_counter() - began) / len(rows) * 1e6


def _log_tables(run: Run, card: ModelCard, fitted: Fitted) -> None:
    result = fitted.result
    weights = [{"input": name, "weight": weight} for name, weight in fitted.baseline.coefficients()]
    run.table("tables/deciles.csv", [asdict(row) for row in result.deciles])
    run.table("tables/importance.csv", [asdict(line) for line in card.features])
    run.table("tables/baseline_coefficients.csv", weights)
    measured = {
        part: {name: asdict(one) for name, one in found.items()} for part, found in result.metrics.items()
    }
    run.json("tables/metrics.json", measured)


def draw(card: ModelCard, fitted: Fitted, band: GainsBand) -> dict[str, bytes]:
    """The pictures of a card. band: as `band_of` gives it."""
    from leadlift.reports import plots

    result = fitted.result
    shares, found, simple = result.gains
    drawn = {
        "gains": plots.gains_plot(shares, found, simple, (band.shares, band.low, band.high)),
        "lift": plots.lift_plot(result.deciles),
        "reliability": plots.reliability_plot(result.reliability),
        "scores": plots.score_plot(result.test_probability, result.test_y),
    }
    if result.months:
        drawn["months"] = plots.months_plot(result.months)
    if card.features:
        drawn["importance"] = plots.importance_plot(card.features)
    return drawn


def spec_params(spec: Pipeline) -> dict[str, object]:
    """The pipeline as it was read, one line each."""
    told: dict[str, object] = {}
    for part in ("population", "target", "split", "model", "treatment"):
        stanza = getattr(spec, part)
        if stanza is None:
            continue
        unread = MODEL_UNREAD.get(spec.kind, frozenset()) if part == "model" else frozenset()
        for name, value in stanza.model_dump(exclude_none=True, by_alias=True, exclude=unread).items():
            told[f"{part}.{name}"] = (
                json.dumps(value, default=str) if isinstance(value, dict | tuple | list) else value
            )
    return told


def _metrics(result: Judgement, cases: Cases) -> dict[str, float]:
    """`oot.auc` with `oot.auc.low` and `.high`; the same of the baseline and of the difference; points elsewhere."""
    told: dict[str, float] = {}
    # the test first: the run's page shows metrics in this order
    for part, found in sorted(result.metrics.items(), key=lambda item: item[0] != TEST):
        for name, estimate in found.items():
            told |= (
                interval_metrics(f"{part}.{name}", estimate)
                if part == TEST
                else {f"{part}.{name}": estimate.value}
            )
        told[f"{part}.cases"] = len(cases.rows(part))
        told[f"{part}.positives"] = float(cases.y[cases.rows(part)].sum())
    for name, estimate in result.baseline.items():
        told |= interval_metrics(f"baseline.{TEST}.{name}", estimate)
    for name, estimate in result.gain.items():
        told |= interval_metrics(f"{TEST}.{name}_gain_over_baseline", estimate)
    told[f"{TEST}.predicted_responders"] = result.expected
    for end in ("low", "high"):
        if (limit := getattr(result.limits, end, None)) is not None:
            told[f"{TEST}.predicted_responders.{end}"] = limit
    told[f"{TEST}.actual_responders"] = result.actual
    return told


def interval_metrics(name: str, estimate: Estimate) -> dict[str, float]:
    """A metric and the ends of its interval, as the store names them."""
    return {name: estimate.value, f"{name}.low": estimate.low, f"{name}.high": estimate.high}
