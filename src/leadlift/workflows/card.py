"""The model card of a training run: what was found, put into words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
from scipy.stats import rankdata

from leadlift import __version__
from leadlift.evaluation import limits
from leadlift.models import Model
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.reports import FeatureLine, ModelCard, PartLine
from leadlift.specs import FeatureDef, Pipeline
from leadlift.training import NOT_LEARNED, Cases, TrainingTable
from leadlift.workflows.audited import audit_lines, suspects
from leadlift.workflows.contributions import title
from leadlift.workflows.fitted import Fitted
from leadlift.workflows.rivals_log import rival_lines, scorecard_lines

PURPOSE = {
    TRAIN: "the trees learn from these",
    VALID: "parameters and the number of trees are chosen on these",
    CALIBRATION: "scores become chances on these; the trees never saw them",
    TEST: "the model is judged on these, later than all others",
}
OF_AN_ENSEMBLE = "each member learns from all of these but its fold, and tells the chances of that"
AT_RANDOM = (
    "Measured on cases drawn at random, of customers that the model did not learn from. Later customers may differ: "
    "a test in time is harder."
)
LIBRARIES = ("lightgbm", "scikit-learn", "numpy", "pyarrow")
SAMPLE = 20_000


def card_of(spec: Pipeline, fitted: Fitted) -> ModelCard:
    """Everything a reader of the model needs, without its pictures."""
    table, cases, model, result = fitted.table, fitted.cases, fitted.model, fitted.result
    return ModelCard(
        title=title(spec.pipeline),
        purpose=spec.description or f"A {spec.kind} model.",
        pipeline=spec.pipeline,
        kind=spec.kind,
        population=population_text(spec),
        target=target_text(spec),
        made_on=datetime.now(UTC).strftime("%Y-%m-%d"),
        parts=[_part(part, cases, _purpose(spec, part)) for part in (TRAIN, VALID, CALIBRATION, TEST)],
        metrics=result.metrics,
        baseline=result.baseline,
        gain=result.gain,
        deciles=result.deciles,
        features=feature_lines(model, cases, table.features),
        calibration=calibration_text(spec, fitted),
        bands=model.bands.describe(),
        judged_on=TEST,
        judged_how=judged_how(spec),
        dates=dates_of(table, cases),
        suspects=suspects(fitted.audit),
        audit=audit_lines(fitted.audit),
        limits=[*table.notes, *not_learned(model), *_limits(cases)],
        fingerprints={"data": table.key},
        versions=software(),
        rivals=rival_lines(fitted.rivals),
        scorecard=scorecard_lines(fitted.rivals, cases, {f.name: f.label for f in table.features}),
    )


def judged_how(spec: Pipeline) -> str:
    """On which cases: later ones, or others drawn at random."""
    return AT_RANDOM if spec.split.random else ModelCard.judged_how


def software() -> dict[str, str]:
    """What made the model, with versions."""
    libraries = {lib: version(lib) for lib in LIBRARIES}
    return {"leadlift": __version__, "python": sys.version.split()[0], **libraries}


def calibration_text(spec: Pipeline, fitted: Fitted) -> str:
    """Which calibration, and on which cases."""
    parts: tuple[str, ...] = (CALIBRATION,)
    whose = "that the trees never saw"
    if spec.model.ensemble > 1:
        parts, whose = (TRAIN, VALID, CALIBRATION), "each by trees that did not learn from its customer"
    cases = sum(len(fitted.cases.rows(part)) for part in parts)
    return f"{fitted.model.calibrator.kind}, on {cases:,} cases {whose}"


def population_text(spec: Pipeline) -> str:
    """Who is eligible, in words."""
    one = spec.population
    if one.table:
        text = f"each row of {one.table}"
    elif one.source:
        text = f"each row of {one.source}, as of its own day"
    else:
        when = (
            one.as_of
            if isinstance(one.as_of, str)
            else "as of " + ", ".join(str(day) for day in one.as_of or ())
        )
        text = f"customers, {when}"
    wheres = [part for part in (one.where, one.eligible) if part]
    return text + (f", where {' and '.join(wheres)}" if wheres else "")


def target_text(spec: Pipeline) -> str:
    """What is predicted, in words."""
    one = spec.target
    if one.amount and one.column:
        return f"the amount in {one.column}"
    if one.column:
        return f"{one.column} is {' or '.join(one.positives)}"
    what = f"a row of {one.source}" + (f" where {one.where}" if one.where else "")
    gap = f", from day {one.gap} on," if one.gap else ""
    if one.added is not None:
        return f"the sum of {one.added} over {what.replace('a row', 'rows')}{gap} within {one.outcome} days"
    return f"{'no ' + what[2:] if one.absent else what}{gap} within {one.outcome} days"


def feature_lines(
    model: Model, cases: Cases, features: Sequence[FeatureDef], what: str = "chance"
) -> list[FeatureLine]:
    """The features that the trees used, the strongest first, and which way each pushes what is predicted."""
    gains = model.importance()
    total = sum(gains.values()) or 1.0
    labels = {feature.name: feature.label for feature in features}
    rows = cases.rows(TEST)[:: max(1, len(cases.rows(TEST)) // SAMPLE)]
    raw = model.raw(cases.matrix[rows])
    lines = []
    for index, name in enumerate(cases.encoding.features):
        if gains.get(name, 0.0) > 0:
            direction = (
                "" if name in cases.encoding.categories else _direction(cases.matrix[rows, index], raw, what)
            )
            lines.append(FeatureLine(name, labels[name], gains[name] / total, direction))
    return sorted(lines, key=lambda line: -line.share)


def _direction(values: np.ndarray, raw: np.ndarray, what: str) -> str:
    """Spearman's correlation of the feature with the score, in a word; equal values share a rank."""
    known = ~np.isnan(values)
    if known.sum() < 30 or values[known].min() == values[known].max() or raw[known].min() == raw[known].max():
        return ""
    agreement = float(np.corrcoef(rankdata(values[known]), rankdata(raw[known]))[0, 1])
    if abs(agreement) <= 0.1:
        return "mixed"
    return f"more {'raises' if agreement > 0 else 'lowers'} the {what}"


def _purpose(spec: Pipeline, part: str) -> str:
    if part == TEST and spec.split.random:
        return "the model is judged on these, drawn at random"
    return PURPOSE[part] if part == TEST or spec.model.ensemble == 1 else OF_AN_ENSEMBLE


def _part(part: str, cases: Cases, purpose: str) -> PartLine:
    rows = cases.rows(part)
    first, last = days_of(part, cases)
    return PartLine(part, purpose, len(rows), int(cases.y[rows].sum()), first, last)


def days_of(part: str, cases: Cases) -> tuple[str, str]:
    """The first and the last as-of date of a part; empty without dates."""
    days = cases.as_of[cases.rows(part)]
    dated = len(days) and not np.isnat(days).any()
    return (str(days.min()), str(days.max())) if dated else ("", "")


def between(part: str, cases: Cases) -> str:
    """From when to when a part is, as people read it; empty without dates."""
    return " to ".join(filter(None, days_of(part, cases)))


def dates_of(table: TrainingTable, cases: Cases) -> dict[str, str]:
    """Until when outcomes are known, and where the test begins."""
    told = {}
    if table.maturity is not None:
        told["outcomes known until"] = str(table.maturity.ends)
        told["last mature as-of date"] = str(table.maturity.last)
    if cases.parts.test_from is not None:
        told["test begins"] = str(cases.parts.test_from)
        told["cases set aside before the test"] = (
            f"{cases.parts.embargoed:,} (their outcomes were not yet known on its first day)"
        )
    return told


def not_learned(model: Model) -> list[str]:
    """Which features the model was not shown, and why; nothing where it was shown all."""
    return [told] if (told := model.meta.get(NOT_LEARNED)) else []


def _limits(cases: Cases) -> list[str]:
    few = int(cases.y[cases.rows(TEST)].sum())
    enough = few >= limits()["positives"].minimum
    return [] if enough else [f"only {few} responders in the test: read every number with its interval"]
