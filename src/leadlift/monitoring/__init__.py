"""Whether a champion is still what it was promoted as: its inputs, its sources, its chances, its ranking."""

from leadlift.monitoring.drift import DayDrift, Drift, drifts, score_drift
from leadlift.monitoring.feeds import Emptied, Feed, daily_query, feed_of, watched_columns
from leadlift.monitoring.limits import (
    LOOK,
    NOTHING,
    RECALIBRATE,
    RETRAIN,
    MonitorLimits,
    limits_of,
    usual_limits,
)
from leadlift.monitoring.months import Judged, MonthJudged, Outcomes, Trend, judge_months
from leadlift.monitoring.pages import monitor_html, monitor_markdown, portfolio_page
from leadlift.monitoring.population import drop_of, odd_population
from leadlift.monitoring.reference import Column, Population, Reference, reference_of
from leadlift.monitoring.snapshot import Snapshot, snapshot_of
from leadlift.monitoring.verdict import Evidence, Raised, Seen, Verdict, count_of, counts_of, verdict_of
from leadlift.monitoring.watched import Monitored, NotWatched, ScoredThen, Watched

__all__ = [
    "LOOK", "NOTHING", "RECALIBRATE", "RETRAIN", "Column", "DayDrift", "Drift", "Emptied", "Evidence", "Feed",
    "Judged", "MonitorLimits", "Monitored", "MonthJudged", "NotWatched", "Outcomes", "Population", "Raised",
    "Reference", "ScoredThen", "Seen", "Snapshot", "Trend", "Verdict", "Watched", "count_of", "counts_of",
    "daily_query", "drifts", "drop_of", "feed_of", "judge_months", "limits_of", "monitor_html",
    "monitor_markdown", "odd_population", "portfolio_page", "reference_of", "score_drift", "snapshot_of",
    "usual_limits", "verdict_of", "watched_columns",
]  # fmt: skip
