"""leadlift report: every model's page, and all models of the workspace on one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.evaluation.state import RULES, state_of
from leadlift.names import CHAMPION
from leadlift.reports.portfolio import PortfolioLine, portfolio_html
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import ModelVersion, RunRecord, Tracker
from leadlift.workflows.session import tracker_of

PAGE = "models.html"


@dataclass(frozen=True)
class ModelState:
    """One pipeline's model: its state, why, and the numbers behind."""

    pipeline: str
    state: str
    reasons: tuple[str, ...]
    version: int | None
    card: str


@dataclass(frozen=True)
class Portfolio:
    """The page, and what stands on it."""

    page: Path
    models: tuple[ModelState, ...]


def portfolio(ws: Workspace) -> Portfolio:
    """Write reports/models.html, and beside it the report of each pipeline's champion, or of its latest version."""
    tracker = tracker_of(ws)
    folder = ws.root / "reports"
    lines, models = [], []
    for name in sorted(ws.pipelines):
        line, number = _line(ws, tracker, ws.pipelines[name], folder)
        lines.append(line)
        models.append(ModelState(name, line.state, tuple(line.reasons), number, line.card))
    made_on = datetime.now(UTC).strftime("%Y-%m-%d")
    page = write_text(folder / PAGE, portfolio_html(ws.file.name, made_on, lines, RULES))
    return Portfolio(page, tuple(models))


def _line(ws: Workspace, tracker: Tracker, spec: Pipeline, folder: Path) -> tuple[PortfolioLine, int | None]:
    name = spec.pipeline
    history = tracker.history(name)
    champion = tracker.version(name, CHAMPION)
    shown = champion or (history[0] if history else None)
    runs = [run for run in tracker.runs(name, "train") if run.status == "FINISHED"]
    metrics = {run.id: run.metrics for run in (*runs, *tracker.runs(name, "recalibrate"))}
    of_champion = metrics.get(champion.run_id) if champion else None
    scored = _scorings(tracker.runs(name, "score"), champion)
    total = "expected_responders"
    chances = [run.metrics[total] / run.metrics["customers"] for run in scored if total in run.metrics]
    why_none = _why_none(champion, history)
    state, reasons = state_of(of_champion, _after(runs, champion), chances, why_none)
    found: Mapping[str, float] = metrics.get(shown.run_id, {}) if shown else {}
    promotions = [one for one in tracker.promotions(name) if champion and one.version == champion.version]
    line = PortfolioLine(
        pipeline=name,
        kind=spec.kind,
        purpose=spec.description,
        state=state,
        reasons=reasons,
        version=f"{shown.version}" if shown else "",
        promoted=f"{promotions[-1].when:%Y-%m-%d} by {promotions[-1].who}" if promotions else "",
        auc=_told(found, "oot.auc", ".3f")
        or _named(found, "Gini", "oot.gini")
        or _named(found, "Qini", "oot.qini"),
        lift=_told(found, "oot.lift_at_10", ".2f") or _told(found, "oot.value_lift_at_10", ".2f"),
        baseline_auc=_told(found, "baseline.oot.auc", ".3f")
        or _told(found, "baseline.oot.gini", ".3f")
        or _told(found, "response.oot.qini", ".4f"),
        scored=scored[-1].tags.get("leadlift.as_of", "") if scored else "",
        audit=_audit(tracker, shown),
        card=_card(tracker, shown, folder) if shown else "",
    )
    return line, shown.version if shown else None


def _why_none(champion: ModelVersion | None, history: Sequence[ModelVersion]) -> str:
    """Why there are no numbers of a champion."""
    if champion is not None:
        return f"the training run of version {champion.version} is gone"
    return "trained, never promoted" if history else "nothing is trained yet"


def _after(runs: Sequence[RunRecord], champion: ModelVersion | None) -> list[Mapping[str, float]]:
    """Metrics of the training runs that began after the champion was registered, newest first."""
    return [run.metrics for run in runs if champion is not None and run.started > champion.created]


def _scorings(runs: Sequence[RunRecord], champion: ModelVersion | None) -> list[RunRecord]:
    """The champion's own scorings in the order of their days, of each day the last."""
    if champion is None:
        return []
    called = f"{champion.name} v{champion.version}"
    kept = [run for run in runs if run.tags.get("leadlift.model") == called and run.metrics.get("customers")]
    by_day = {run.tags.get("leadlift.as_of", ""): run for run in reversed(kept)}  # they come newest first
    return [by_day[day] for day in sorted(by_day)]


def _told(metrics: Mapping[str, float], name: str, style: str) -> str:
    return format(metrics[name], style) if name in metrics else ""


def _named(metrics: Mapping[str, float], called: str, name: str) -> str:
    """A measure that stands in AUC's place, by its name."""
    return f"{called} {metrics[name]:.4g}" if name in metrics else ""


def _audit(tracker: Tracker, version: ModelVersion | None) -> str:
    """How many findings the audit of the training run left, by weight; empty where no audit was kept."""
    if version is None:
        return ""
    try:
        kept = json.loads(tracker.artifact(version.run_id, "audit.json"))
    except (UserError, ValueError):
        return ""
    findings = kept.get("findings", []) if isinstance(kept, dict) else kept
    counts: dict[str, int] = {}
    for one in findings:
        weight = str(one.get("severity", "note")) if isinstance(one, dict) else "note"
        counts[weight] = counts.get(weight, 0) + 1
    return ", ".join(f"{count} {weight}" for weight, count in sorted(counts.items()))


def _card(tracker: Tracker, version: ModelVersion, folder: Path) -> str:
    """Copy the model's report beside the page; empty when its run holds none, and then none of another stays."""
    name = f"model-{version.pipeline}.html"
    try:
        text = tracker.artifact(version.run_id, "model_card.html").decode()
    except UserError:
        (folder / name).unlink(missing_ok=True)
        return ""
    write_text(folder / name, text)
    return name
