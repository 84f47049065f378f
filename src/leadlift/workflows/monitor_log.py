"""What a monitoring run leaves: pages on disk, and a run that points at the training run it judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from math import isfinite
from pathlib import Path

from leadlift.engines.files import write_text
from leadlift.monitoring import (
    MonitorLimits,
    NotWatched,
    Watched,
    monitor_html,
    monitor_markdown,
    portfolio_page,
)
from leadlift.specs import Workspace
from leadlift.tracking import Tracker

PAGE = "monitor.html"


def log_watched(tracker: Tracker, one: Watched, day: date, limits: MonitorLimits) -> None:
    """Write the pipeline's page and text, and log both with all numbers."""
    page, text = monitor_html(one, day, limits), monitor_markdown(one, day)
    write_text(one.page, page)
    write_text(one.page.with_suffix(".md"), text)
    tags = {
        "leadlift.model": one.model,
        "leadlift.judges": one.run_id,
        "leadlift.as_of": day.isoformat(),
        "leadlift.verdict": one.verdict,
    }
    with tracker.run(one.pipeline, "monitor", f"monitor {day}", tags) as run:
        run.metrics(_metrics(one))
        run.text("monitor.html", page)
        run.text("monitor.md", text)
        run.json("monitor.json", asdict(one))
        run.note(text)


def write_portfolio(
    ws: Workspace, day: date, watched: Sequence[Watched], others: Sequence[NotWatched]
) -> Path:
    """The page of all pipelines."""
    return write_text(ws.root / "reports" / PAGE, portfolio_page(ws.file.name, day, watched, others))


def _metrics(one: Watched) -> dict[str, float]:
    told = {f"count.{name}": value for name, value in one.counts.items()}
    if one.scorings:
        last = one.scorings[-1]
        told |= {"customers": float(last.customers), "mean_chance": last.mean_chance}
        if last.estimate:
            told |= {"estimated.auc": last.estimate.auc, "estimated.lift_at_10": last.estimate.lift_at_10}
        if one.features:
            told["psi.largest_beyond_chance"] = one.features[0].last.excess
        if one.score:
            told["psi.score"] = one.score.last.psi
    if one.judged.months:
        month = one.judged.months[-1]
        told |= {"judged.responders": float(month.responders), "judged.expected": month.expected}
        told |= {"judged.auc": month.auc} if month.auc is not None else {}
    return {name: value for name, value in told.items() if isfinite(value)}
