"""What a training run of an uplift pipeline records, so that a reviewer can judge it from the MLflow pages alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leadlift.evaluation import Estimate, evaluate_uplift, uplift_band
from leadlift.names import TEST
from leadlift.reports.report import RankedReport, VersionLine
from leadlift.reports.uplift_card import UpliftCard, uplift_html, uplift_markdown
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
from leadlift.workflows.ranked_report import Ranked, Rows, ranked_report
from leadlift.workflows.report import log_report
from leadlift.workflows.rivals_log import judged_between
from leadlift.workflows.train_log import interval_metrics, spec_params

if TYPE_CHECKING:
    from leadlift.workflows.train_uplift import UpliftRun


QINI_FIGURES = ((f"{TEST}.qini", ".4f"), (f"{TEST}.qini.low", ".4f"))


FEWEST_OF_A_GROUP = 20
"""Of fewer treated cases or controls no effect is told: it would speak of persons."""


def log_uplift(
    run: Run,
    ws: Workspace,
    spec: Pipeline,
    made: UpliftRun,
    seed: int,
    saved: Path,
    versions: Sequence[VersionLine],
) -> None:
    """Log inputs, parameters, metrics, tables, the card, the explanation, and last the model.

    versions: those registered before.
    """
    log_inputs(run, ws, spec, made.table)
    choice = made.fitted.choice
    chosen = "; ".join(str(one) for one in choice.chosen)
    proxy = made.experiment.proxy
    run.params(
        {
            **spec_params(spec),
            **judged_between(made.experiment.cases),
            "split.seed": seed,
            **accepted_params(made.audit),
            "learners": chosen,
            "learners_because": choice.why,
            **({"proxy.cases": len(proxy.y)} if proxy else {}),
        }
    )
    run.metrics(uplift_metrics(made))
    log_audit(run, made.audit)
    if made.champion is not None:
        run.tags({CHAMPION_TAG: str(made.champion)})
    if len(made.arms) > 1:
        run.table("tables/arms.csv", [asdict(arm) for arm in made.arms])
    report = ranked_report(spec, _ranked(made), list(ws.campaigns.values()), versions)
    card = card_of_uplift(spec, made, report)
    tables = {"groups": (*report.segments, *report.fairness), "months": report.months}
    log_report(run, card.plots, report.money, tables)
    run.table("tables/deciles.csv", [asdict(row) for row in made.result.deciles])
    run.table("tables/learners.csv", [asdict(row) for row in choice.tried])
    run.table("tables/importance.csv", [asdict(line) for line in card.features])
    run.text("model_card.html", uplift_html(card))
    run.text("model_card.md", uplift_markdown(card))
    run.text("explanation.html", explanation(spec, made.fitted.model, made.table, made.experiment.cases))
    run.note(f"**{made.verdict}**\n\n{made.drawn}. Chosen: {choice.why}.")
    run.model(made.fitted.model.booster, saved, made.experiment.cases.encoding.features)


def uplift_metrics(made: UpliftRun) -> dict[str, float]:
    """`oot.qini` with `.low` and `.high`, the same of the response model's ranking and of the difference."""
    result, cases = made.result, made.experiment.cases
    told: dict[str, float] = {}
    for name, one in result.metrics.items():
        told |= interval_metrics(f"{TEST}.{name}", one)
    for rival, gain in (("response", result.gain), ("champion", result.over_champion)):
        for name, one in gain.items():
            told |= interval_metrics(f"{TEST}.{name}_gain_over_{rival}", one)
    for name, one in result.response.items():
        told |= interval_metrics(f"response.{TEST}.{name}", one)
    told |= interval_metrics("treatment.auc", made.randomisation.auc)
    told |= interval_metrics("crossfitted.qini", result.crossfitted)
    told[f"{TEST}.qini_of_best"], told[f"{TEST}.predicted_effect"] = result.of_best, result.predicted
    differs = made.fitted.differs
    told |= {
        "effect.slope": differs.slope,
        "effect.slope.low": differs.low,
        "effect.slope.high": differs.high,
    }
    for part, rows in cases.parts.rows.items():
        told[f"{part}.cases"], told[f"{part}.treated"] = len(rows), float(made.experiment.treated[rows].sum())
        told[f"{part}.positives"] = float((cases.y[rows] > 0).sum())
    for part, found in result.elsewhere.items():
        told |= {f"{part}.{name}": value for name, value in found.items()}
    return told


def _ranked(made: UpliftRun) -> Ranked:
    """What the report needs: what a group's effect is, and what the best gain."""
    cases, experiment = made.experiment.cases, made.experiment
    rows = cases.rows(TEST)
    y, treated, customer = cases.y[rows], experiment.treated[rows], cases.customer[rows]
    weight = experiment.weight[rows]

    def effect(here: Rows) -> Estimate:
        if min(treated[here].sum(), len(here) - treated[here].sum()) < FEWEST_OF_A_GROUP:
            raise ValueError("too few treated customers or controls")
        of_group = (y[here], treated[here], np.zeros(len(here)), customer[here], weight[here])
        return evaluate_uplift(*of_group, resamples=100, shares=())["average_effect"]

    score = made.fitted.model.raw(cases.matrix[rows])
    return Ranked(
        model=made.fitted.model,
        cases=cases,
        table=made.table,
        protected=made.protected,
        found=effect,
        band=lambda: uplift_band(y, treated, score, customer, weight),
        base=1.0,
        figures=("Qini", "Lower end of its interval"),
    )


def card_of_uplift(spec: Pipeline, made: UpliftRun, report: RankedReport) -> UpliftCard:
    """Everything a reader of the model needs."""
    from leadlift.reports.uplift_plots import qini_plot, uplift_deciles_plot

    result, cases, fitted = made.result, made.experiment.cases, made.fitted
    share = not spec.target.amount
    return UpliftCard(
        title=title(spec.pipeline),
        pipeline=spec.pipeline,
        purpose=spec.description or "What the contact adds.",
        verdict=made.verdict,
        made_on=datetime.now(UTC).strftime("%Y-%m-%d"),
        share=share,
        population=population_text(spec),
        target=target_text(spec),
        judged_how=judged_how(spec),
        drawn=made.drawn,
        chosen=[str(one) for one in fitted.choice.chosen],
        because=fitted.choice.why,
        metrics=result.metrics,
        response=result.response,
        gain=result.gain,
        of_best=result.of_best,
        slope=(fitted.differs.slope, fitted.differs.low, fitted.differs.high),
        deciles=result.deciles,
        features=feature_lines(fitted.model, cases, made.table.features, "effect"),
        bands=fitted.model.bands.describe(),
        parts=[
            (
                part,
                len(rows),
                int(made.experiment.treated[rows].sum()),
                int((cases.y[rows] > 0).sum()),
                between(part, cases),
            )
            for part, rows in cases.parts.rows.items()
        ],
        arms=made.arms if len(made.arms) > 1 else (),
        suspects=suspects(made.audit),
        audit=audit_lines(made.audit),
        limits=made.table.notes,
        dates=dates_of(made.table, cases),
        origin={"data": made.table.key, **software()},
        report=report,
        plots={
            "qini": qini_plot(*result.curves, share=share),
            "deciles": uplift_deciles_plot(result.deciles, share=share),
        },
    )
