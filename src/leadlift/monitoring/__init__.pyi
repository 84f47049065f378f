from .drift import DayDrift, Drift, drifts, score_drift
from .feeds import Emptied, Feed, daily_query, feed_of, watched_columns
from .limits import (
    LOOK,
    NOTHING,
    RECALIBRATE,
    RETRAIN,
    MonitorLimits,
    limits_of,
    usual_limits,
)
from .months import Judged, MonthJudged, Outcomes, Trend, judge_months
from .pages import monitor_html, monitor_markdown, portfolio_page
from .population import drop_of, odd_population
from .reference import Column, Population, Reference, reference_of
from .snapshot import Snapshot, snapshot_of
from .verdict import Evidence, Raised, Seen, Verdict, count_of, counts_of, verdict_of
from .watched import Monitored, NotWatched, ScoredThen, Watched

__all__ = [
    "LOOK", "NOTHING", "RECALIBRATE", "RETRAIN", "Column", "DayDrift", "Drift", "Emptied", "Evidence", "Feed",
    "Judged", "MonitorLimits", "Monitored", "MonthJudged", "NotWatched", "Outcomes", "Population", "Raised",
    "Reference", "ScoredThen", "Seen", "Snapshot", "Trend", "Verdict", "Watched", "count_of", "counts_of",
    "daily_query", "drifts", "drop_of", "feed_of", "judge_months", "limits_of", "monitor_html",
    "monitor_markdown", "odd_population", "portfolio_page", "reference_of", "score_drift", "snapshot_of",
    "usual_limits", "verdict_of", "watched_columns",
]  # fmt: skip
