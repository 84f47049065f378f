"""What a training run of a value pipeline records, so that a reviewer can judge it from the MLflow pages alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leadlift.evaluation import mean_amount
from leadlift.evaluation.depth import gains_band
from leadlift.names import TEST
from leadlift.reports.report import RankedReport, VersionLine
from leadlift.reports.value_card import ValueCard, value_html, value_markdown
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import Run
from leadlift.training.gates import CHAMPION_TAG
from leadlift.workflows.audited import accepted_params, audit_lines, log_audit, suspects
from leadlift.workflows.card import (
    between,
    dates_of,
    feature_lines,
    judged_how,
    population_text,
    software,
    target_text,
)
from leadlift.workflows.contributions import explanation, title
from leadlift.workflows.logging import log_inputs
from leadlift.workflows.ranked_report import Ranked, ranked_report
from leadlift.workflows.report import log_report
from leadlift.workflows.rivals_log import judged_between
from leadlift.workflows.train_log import interval_metrics, spec_params

if TYPE_CHECKING:
    from leadlift.workflows.train_value import ValueRun


GINI_FIGURES = ((f"{TEST}.gini", ".3f"), (f"{TEST}.value_lift_at_10", ".2f"))


def log_value(
    run: Run,
    ws: Workspace,
    spec: Pipeline,
    made: ValueRun,
    seed: int,
    saved: Path,
    versions: Sequence[VersionLine],
) -> None:
    """Log inputs, parameters, metrics, tables, the card, the explanation, and last the model.

    versions: those registered before.
    """
    log_inputs(run, ws, spec, made.table)
    choice = made.fitted.choice
    run.params(
        {
            **spec_params(spec),
            **judged_between(made.cases),
            "split.seed": seed,
            **accepted_params(made.audit),
            "way": str(choice.chosen),
            "way_because": choice.why,
        }
    )
    run.metrics(value_metrics(made))
    log_audit(run, made.audit)
    if made.champion is not None:
        run.tags({CHAMPION_TAG: str(made.champion)})
    report = ranked_report(spec, _ranked(made), list(ws.campaigns.values()), versions)
    card = card_of_value(spec, made, report)
    tables = {"groups": (*report.segments, *report.fairness), "months": report.months}
    log_report(run, card.plots, report.money, tables)
    run.table("tables/deciles.csv", [asdict(row) for row in made.result.deciles])
    run.table("tables/ways.csv", [asdict(row) for row in choice.tried])
    run.table("tables/importance.csv", [asdict(line) for line in card.features])
    weights = [{"input": name, "weight": weight} for name, weight in made.fitted.baseline.coefficients()]
    run.table("tables/baseline_coefficients.csv", weights)
    run.text("model_card.html", value_html(card))
    run.text("model_card.md", value_markdown(card))
    run.text("explanation.html", explanation(spec, made.fitted.model, made.table, made.cases))
    run.note(f"**{made.verdict}**\n\nChosen: {choice.why}; on {choice.judged_on}.")
    run.model(made.fitted.model.booster, saved, made.cases.encoding.features)


def value_metrics(made: ValueRun) -> dict[str, float]:
    """`oot.gini` with `.low` and `.high`, the same of the linear model and of the differences, and the totals."""
    result, cases = made.result, made.cases
    told: dict[str, float] = {}
    for name, one in result.metrics.items():
        told |= interval_metrics(f"{TEST}.{name}", one)
    for name, one in result.baseline.items():
        told |= interval_metrics(f"baseline.{TEST}.{name}", one)
    for name, one in result.gain.items():
        told |= interval_metrics(f"{TEST}.{name}_gain_over_baseline", one)
    for rival, gain in (("chance", result.over_chance), ("champion", result.over_champion)):
        for name, one in gain.items():
            told |= interval_metrics(f"{TEST}.{name}_gain_over_{rival}", one)
    ratio = result.metrics["total_ratio"]
    told[f"{TEST}.total_error"] = max(0.0, ratio.low - 1.0, 1.0 - ratio.high)
    told[f"{TEST}.predicted_total"], told[f"{TEST}.actual_total"] = result.predicted, result.actual
    for part, rows in cases.parts.rows.items():
        told[f"{part}.cases"], told[f"{part}.positives"] = len(rows), float((cases.y[rows] > 0).sum())
    for part, found in result.elsewhere.items():
        told |= {f"{part}.{name}": value for name, value in found.items()}
    return told


def _ranked(made: ValueRun) -> Ranked:
    """What the report needs: what a group's mean amount is, and how much of all money the best bring."""
    cases, model = made.cases, made.fitted.model
    rows = cases.rows(TEST)
    y, customer = cases.y[rows], cases.customer[rows]
    return Ranked(
        model=model,
        cases=cases,
        table=made.table,
        protected=made.protected,
        found=lambda here: mean_amount(y[here], customer[here]),
        band=lambda: gains_band(y, model.raw(cases.matrix[rows]), customer),
        base=float(y.mean()),
        figures=("Gini", "Lift of money in the best 10 %"),
    )


def card_of_value(spec: Pipeline, made: ValueRun, report: RankedReport) -> ValueCard:
    """Everything a reader of the model needs."""
    from leadlift.reports.value_plots import money_plot, value_deciles_plot

    result, cases, fitted = made.result, made.cases, made.fitted
    return ValueCard(
        title=title(spec.pipeline),
        pipeline=spec.pipeline,
        purpose=spec.description or "How much each customer will bring.",
        verdict=made.verdict,
        made_on=datetime.now(UTC).strftime("%Y-%m-%d"),
        population=population_text(spec),
        target=target_text(spec),
        judged_how=judged_how(spec),
        chosen=str(fitted.choice.chosen),
        because=f"{fitted.choice.why}; on {fitted.choice.judged_on}",
        tried=fitted.choice.tried,
        metrics=result.metrics,
        baseline=result.baseline,
        gain=result.gain,
        over_chance=result.over_chance,
        totals=(result.predicted, result.actual),
        deciles=result.deciles,
        features=feature_lines(fitted.model, cases, made.table.features, "amount"),
        bands=fitted.model.bands.describe(),
        parts=[
            (
                part,
                len(rows),
                int((cases.y[rows] > 0).sum()),
                float(cases.y[rows].sum()),
                between(part, cases),
            )
            for part, rows in cases.parts.rows.items()
        ],
        suspects=suspects(made.audit),
        audit=audit_lines(made.audit),
        limits=made.table.notes,
        dates=dates_of(made.table, cases),
        origin={"data": made.table.key, **software()},
        report=report,
        plots={"money": money_plot(*result.curves), "deciles": value_deciles_plot(result.deciles)},
    )
