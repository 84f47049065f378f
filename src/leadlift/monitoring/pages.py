"""Monitoring as people read it: a page and a text for each pipeline, and one page of all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from leadlift.monitoring.limits import VERDICTS, MonitorLimits
from leadlift.monitoring.watched import NotWatched, Watched
from leadlift.reports.page import html_page, render

ROOM = "leadlift.monitoring"
FEATURES_SHOWN = 25
MEANINGS = {
    "retrain": "responders are no longer where the model puts them",
    "recalibrate": "the ranking holds, its chances do not",
    "look": "something to understand first",
    "nothing": "as it was at training",
}


def monitor_html(one: Watched, day: date, limits: MonitorLimits) -> str:
    """One self-contained page. limits: those the verdict was found by."""
    from leadlift.monitoring import plots

    mark, months = limits.marks["calibration"], one.judged.months
    then = one.at_training.auc if one.at_training else None
    body = render(
        "monitor.html.j2",
        ROOM,
        one=one,
        limits=limits,
        features=one.features[:FEATURES_SHOWN],
        drift=plots.drift_plot(one.features) if any(f.last.excess for f in one.features) else None,
        moving=plots.moving_plot(one.score, one.features) if one.score else None,
        responders=plots.responders_plot(months, (mark, 1 / mark)) if months else None,
        ranking=plots.ranking_plot(months, one.scorings, then) if then and one.scorings else None,
        customers=plots.customers_plot(one.scorings) if one.scorings else None,
    )
    subtitle = f"{one.model} ({one.kind}), judged on {day}"
    return html_page(one.pipeline.replace("_", " "), subtitle, Markup(body), kicker="Monitoring")


def monitor_markdown(one: Watched, day: date) -> str:
    """The same in words and tables, for the run's page and for mail."""
    return render("monitor.md.j2", ROOM, one=one, day=day, features=one.features[:FEATURES_SHOWN])


def portfolio_page(
    workspace: str, day: date, watched: Sequence[Watched], others: Sequence[NotWatched]
) -> str:
    """All pipelines on one page, what asks for most first."""
    order = sorted(watched, key=lambda one: (-VERDICTS.index(one.verdict), one.pipeline))
    counts = {name: sum(one.verdict == name for one in watched) for name in MEANINGS}
    body = render("monitors.html.j2", ROOM, watched=order, others=others, counts=counts, meanings=MEANINGS)
    return html_page(f"Models of {workspace}", f"judged on {day}", Markup(body), kicker="Monitoring")
