"""The parts of a model report that the card alone does not know: groups, money, and the versions before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from leadlift.evaluation.depth import GainsBand, gains_band
from leadlift.evaluation.groups import GroupFacts, by_group
from leadlift.models import Model
from leadlift.names import CHAMPION, TEST
from leadlift.reports.report import ModelReport, MoneyLine, VersionLine
from leadlift.specs import Campaign, Pipeline
from leadlift.tracking import MAKES_MODELS, Run, Tracker
from leadlift.training import Cases, TrainingTable
from leadlift.training.groups import Levels, grouped
from leadlift.workflows.fitted import Fitted
from leadlift.workflows.money import money_lines, prices_of

MOST_SEGMENTS = 4
MOST_VERSIONS = 12
FIGURES = ((f"{TEST}.auc", ".3f"), (f"{TEST}.lift_at_10", ".2f"))


def report_of(
    spec: Pipeline,
    fitted: Fitted,
    band: GainsBand,
    campaigns: Sequence[Campaign],
    versions: Sequence[VersionLine],
) -> ModelReport:
    """Everything, measured on the test cases. band: as `band_of` gives it."""
    prices, unpriced = prices_of(spec, campaigns)
    y = fitted.result.test_y
    return ModelReport(
        segments=segments_of(fitted),
        fairness=[
            line for name, levels in fitted.protected.items() for line in _groups(fitted, name, levels)
        ],
        money=money_lines(prices, lambda: band, float(y.mean())),
        versions=versions,
        unpriced=unpriced,
    )


def band_of(fitted: Fitted) -> GainsBand:
    """Responders found by share contacted, with intervals."""
    rows = fitted.cases.rows(TEST)
    raw = fitted.model.raw(fitted.cases.matrix[rows])
    return gains_band(fitted.result.test_y, raw, fitted.cases.customer[rows])


def log_report(
    run: Run, plots: Mapping[str, bytes], money: Sequence[MoneyLine], tables: Mapping[str, Sequence[Any]]
) -> None:
    """The pictures of the card and of the money, and tables of dataclasses; what is empty is left out."""
    for name, picture in plots.items():
        run.data(f"plots/{name}.svg", picture)
    for line in money:
        run.data(f"plots/profit_{line.name}.svg", line.plot)
    for name, rows in tables.items():
        if rows:
            run.table(f"tables/{name}.csv", [asdict(row) for row in rows])


def segments_of(fitted: Fitted) -> list[GroupFacts]:
    """The levels of the categories that the model looks at most."""
    levels = looked_at(fitted.model, fitted.cases, fitted.table)
    return [line for name, of_cases in levels.items() for line in _groups(fitted, name, of_cases)]


def looked_at(model: Model, cases: Cases, table: TrainingTable) -> dict[str, Levels]:
    """The categories that the model looks at most, and each case's level of them."""
    gains = model.importance()
    first = sorted(cases.encoding.categories, key=lambda name: -gains.get(name, 0.0))[:MOST_SEGMENTS]
    return {name: grouped(table.table[name].to_pylist()) for name in first}


def version_lines(
    tracker: Tracker, name: str, figures: Sequence[tuple[str, str]] = FIGURES
) -> list[VersionLine]:
    """Every version so far, newest first, with who promoted it and why. figures: metrics, and how each is written."""
    runs = {run.id: run.metrics for stage in MAKES_MODELS for run in tracker.runs(name, stage)}
    stories: dict[int, list[str]] = {}
    for one in tracker.promotions(name):
        why = f": {one.why}" if one.why else ""
        stories.setdefault(one.version, []).append(f"champion from {one.when:%Y-%m-%d}, by {one.who}{why}")
    lines = []
    for version in tracker.history(name)[:MOST_VERSIONS]:
        metrics = runs.get(version.run_id, {})
        now = ["champion now"] if CHAMPION in version.aliases else []
        lines.append(
            VersionLine(
                version=f"{version.version}",
                made_on=f"{version.created:%Y-%m-%d}",
                figures=tuple(_told(metrics, metric, style) for metric, style in figures),
                story="; ".join([*now, *stories.get(version.version, [])]) or "never champion",
            )
        )
    return lines


def _told(metrics: Mapping[str, float], name: str, style: str) -> str:
    return format(metrics[name], style) if name in metrics else ""


def _groups(fitted: Fitted, name: str, levels: Levels) -> list[GroupFacts]:
    rows = fitted.cases.rows(TEST)
    result = fitted.result
    score = fitted.model.raw(fitted.cases.matrix[rows])
    return by_group(
        name, [levels[row] for row in rows], result.test_y, result.test_probability, np.asarray(score)
    )
