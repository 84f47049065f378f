"""The one file of limits, what a pipeline says instead, and how alerts become a verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadlift.monitoring import (
    LOOK,
    NOTHING,
    RETRAIN,
    Emptied,
    Feed,
    Judged,
    Seen,
    Trend,
    counts_of,
    limits_of,
    usual_limits,
    verdict_of,
)
from leadlift.specs.alerts import COUNTS
from leadlift.specs.monitor import Monitor

NO_MONTHS = Judged((), None, None, ())
WORSE = Judged((), None, Trend(date(2025, 7, 31), -0.08, True), ())
BROKEN = Feed("payments", date(2025, 9, 1), 30, 7, "usual", 0, None, "28 days", False, ())


def seen(**changed):
    usual = {
        "features": (), "score": None, "feeds": (), "broken": (), "judged": NO_MONTHS, "population": None,
        "dropped": None, "scored_ago": 0, "has_reference": True,
    }  # fmt: skip
    return Seen(**(usual | changed))


def test_nothing_seen_is_nothing_to_do():
    found = verdict_of(seen(), usual_limits(), "buyers")
    assert (found.verdict, found.says, found.raised) == (NOTHING, "nothing to do", ())


def test_the_worst_alert_decides_and_says_what_to_run():
    found = verdict_of(seen(judged=WORSE, scored_ago=90), usual_limits(), "buyers")
    assert (found.verdict, found.says) == (RETRAIN, "the ranking is worse than it was: leadlift train buyers")
    assert [one.name for one in found.raised] == ["ranking", "scoring"]
    assert found.raised[0].evidence[0].since == date(2025, 7, 31)


def test_nothing_is_fitted_to_a_broken_feed():
    found = verdict_of(seen(judged=WORSE, feeds=(BROKEN,)), usual_limits(), "buyers")
    assert found.verdict == LOOK
    assert found.says.startswith("mend the feed first")
    assert "leadlift train buyers" in found.says


def test_a_pipeline_may_say_otherwise():
    own = Monitor.model_validate(
        {"alerts": {"ranking": "never", "feeds": "stale_sources > 1"}, "marks": {"ranking": 0.2}}
    )
    limits = limits_of(own)
    assert limits.marks["ranking"] == 0.2
    assert limits.marks["volume"] == usual_limits().marks["volume"]
    assert verdict_of(seen(judged=WORSE, feeds=(BROKEN,)), limits, "buyers").verdict == NOTHING


def test_every_count_can_be_counted():
    feed = Feed(
        "p", None, None, 7, "usual", 0, 90.0, "28 days", True, (Emptied("c", 0.0, 1.0, date(2025, 1, 1)),)
    )
    assert set(counts_of(seen(feeds=(feed, BROKEN)))) == set(COUNTS)
    assert counts_of(seen(feeds=(feed, BROKEN)))["stale_sources"] == 2
    assert counts_of(seen(scored_ago=None))["unscored"] == 1


@pytest.mark.parametrize("rule", usual_limits().rules, ids=lambda rule: rule.name)
def test_every_alert_and_its_condition_stand_in_the_docs(rule):
    page = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text("utf-8")
    assert f"| `{rule.name}` | {rule.verdict} | `{rule.when.text}` |" in page


@pytest.mark.parametrize("name", usual_limits().marks)
def test_every_mark_stands_in_the_docs(name):
    page = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text("utf-8")
    assert f"| `{name}` | {usual_limits().marks[name]:g} |" in page


@pytest.mark.parametrize("name", COUNTS)
def test_every_count_stands_in_the_docs(name):
    assert f"| `{name}` |" in (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text("utf-8")
