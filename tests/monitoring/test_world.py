"""The commands over a bank that lives: quiet months raise nothing, and each planted fault is named in its month."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadlift.cli.main import main
from leadlift.specs import open_workspace
from leadlift.workflows.session import tracker_of

from ..workspaces import copied
from .world import Plan, build, month_end, tables

pytestmark = pytest.mark.slow

PLAN = Plan(customers=1_500)
BEGINS = 20
QUIET_FROM, QUIET_TO = 13, 25


def did(*words: str, at: Path) -> int:
    return main([*words, "--workspace", str(at)])


def score(at: Path, *months: int) -> None:
    for month in months:
        assert did("score", "buyers", "--as-of", str(month_end(month)), at=at) == 0


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """The bank with a champion trained on its first year."""
    folder = tmp_path_factory.mktemp("world") / "bank"
    build(folder, PLAN)
    assert did("train", "buyers", at=folder) == 0
    assert did("promote", "buyers", at=folder) == 0
    return folder


@pytest.fixture(scope="module")
def lived(trained, tmp_path_factory) -> Path:
    """The same, scored every month up to where faults begin."""
    folder = copied(trained, tmp_path_factory.mktemp("lived") / "bank")
    score(folder, *range(12, BEGINS))
    return folder


@pytest.fixture
def faulty(lived, tmp_path):
    """A copy of the lived bank whose later data is as planned."""

    def make(plan: Plan) -> Path:
        folder = copied(lived, tmp_path / "bank")
        for name, table in tables(plan).items():
            pq.write_table(table, folder / "data" / f"{name}.parquet")
        return folder

    return make


@pytest.fixture
def watch(leadlift):
    def run(at: Path, month: int):
        said = leadlift("monitor", "buyers", "--as-of", str(month_end(month)), "--json", at=at)
        assert said.code in (0, 3), said.err
        (found,) = said.json["watched"]
        assert (said.code == 3) == bool(found["raised"])
        return found

    return run


def evidence(found, alert):
    """about -> (since, says) of an alert that was raised; nothing where it was not."""
    told = next((one["evidence"] for one in found["raised"] if one["name"] == alert), [])
    return {one["about"]: (one["since"], one["says"]) for one in told}


def test_twelve_quiet_months_raise_no_alert(trained, tmp_path, watch):
    bank = copied(trained, tmp_path / "bank")
    score(bank, QUIET_FROM - 1)
    for month in range(QUIET_FROM, QUIET_TO):
        score(bank, month)
        found = watch(bank, month)
        assert (found["verdict"], found["raised"]) == ("nothing", []), month_end(month)
    # they were judged, too
    assert len(found["judged"]["months"]) == 12
    assert found["counts"]["days_since_scoring"] == 0


def test_a_shift_in_one_feature_is_named_in_the_month_it_begins(faulty, watch):
    bank = faulty(replace(PLAN, balance=lambda month: 0.8 if month >= BEGINS else 0.0))
    assert watch(bank, BEGINS - 1)["verdict"] == "nothing"
    score(bank, BEGINS)
    found = watch(bank, BEGINS)
    assert found["verdict"] == "look"
    moved = evidence(found, "features")
    assert list(moved) == ["balance"]
    since, says = moved["balance"]
    assert since == str(month_end(BEGINS))
    assert says.startswith("PSI 0.")
    assert "of the model's gain" in says


def test_a_source_that_stops_is_named_in_the_month_it_stops(faulty, watch):
    bank = faulty(replace(PLAN, payments_until=BEGINS))
    assert watch(bank, BEGINS - 1)["verdict"] == "nothing"
    score(bank, BEGINS)
    found = watch(bank, BEGINS)
    assert found["verdict"] == "look"
    ((source, (since, says)),) = evidence(found, "feeds").items()
    assert source == "payments"
    assert since[:7] == str(month_end(BEGINS - 1))[:7]  # its last row
    assert says.startswith(f"no row since {since}")


def test_a_column_gone_empty_is_named_in_the_month_it_empties(faulty, watch):
    bank = faulty(replace(PLAN, empty=lambda month: month >= BEGINS))
    score(bank, BEGINS)
    found = watch(bank, BEGINS)
    assert found["verdict"] == "look"
    ((column, (since, says)),) = evidence(found, "feeds").items()
    assert column == "balances.balance"
    assert since[:7] == str(month_end(BEGINS))[:7]
    assert says == "100% of rows without a value, 0% before"


def until_raised(bank, watch, verdict):
    for month in range(BEGINS, BEGINS + 9):
        score(bank, month)
        found = watch(bank, month)
        if found["verdict"] == verdict:
            return month, found
    pytest.fail(f"never {verdict}")


def test_fewer_and_fewer_responders_are_dated_to_the_month_they_begin(faulty, watch):
    # who is scored at the end of month 17 buys less in the month after, and each month less
    bank = faulty(replace(PLAN, odds=lambda month: -0.25 * max(0, month - 16)))
    for month in range(17, BEGINS):
        score(bank, month)
    month, found = until_raised(bank, watch, "recalibrate")
    assert month <= 21
    since, says = evidence(found, "calibration")["calibration"]
    assert since == str(month_end(17))
    assert says.endswith("fewer responders than expected by now, growing month by month")
    assert found["says"] == "the ranking holds, its chances do not: leadlift recalibrate buyers"


def test_a_ranking_that_fades_asks_for_training_and_is_dated(faulty, watch):
    bank = faulty(replace(PLAN, slope=lambda month: max(0.0, 1 - 0.25 * max(0, month - 16))))
    for month in range(17, BEGINS):
        score(bank, month)
    month, found = until_raised(bank, watch, "retrain")
    assert month <= 21
    assert evidence(found, "ranking")["ranking"][0] == str(month_end(17))


def test_pages_and_the_run_point_at_the_version_that_is_judged(lived, leadlift, tmp_path):
    bank = copied(lived, tmp_path / "bank")
    said = leadlift("monitor", "--as-of", str(month_end(BEGINS - 1)), at=bank)
    assert (said.code, said.err) == (0, "")
    assert "nothing to do" in said.out
    page = (bank / "reports/monitor-buyers.html").read_text("utf-8")
    assert "nothing to do" in page
    assert "data:image/svg+xml" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert (bank / "reports/monitor-buyers.md").read_text("utf-8").startswith("# buyers: nothing\n")
    assert 'href="monitor-buyers.html"' in (bank / "reports/monitor.html").read_text("utf-8")
    tracker = tracker_of(open_workspace(bank))
    (run, *_) = tracker.runs("buyers", "monitor")
    assert run.tags["leadlift.judges"] == tracker.version("buyers", "champion").run_id
    assert run.tags["leadlift.verdict"] == "nothing"
    assert run.metrics["count.stale_sources"] == 0
    assert json.loads(tracker.artifact(run.id, "monitor.json"))["verdict"] == "nothing"


def test_a_version_without_reference_gets_it_back_from_the_same_table_and_else_says_so(
    trained, leadlift, tmp_path, watch, monkeypatch
):
    from leadlift.workflows import monitor

    monkeypatch.setattr(monitor, "kept_reference", lambda model: None)
    bank = copied(trained, tmp_path / "bank")
    for words in (["train", "buyers"], ["promote", "buyers"]):
        assert did(*words, at=bank) == 0
    score(bank, 12)
    found = watch(bank, 12)
    assert found["verdict"] == "nothing"
    assert "it was made again from the training table" in found["notes"]
    assert found["reference"].startswith("the cases of training and test")
    found = watch(copied(bank, tmp_path / "moved"), 12)  # other files, as far as anybody can tell
    assert (found["verdict"], found["features"]) == ("look", [])
    assert "train anew" in evidence(found, "scoring")["reference"][1]


def test_a_pipeline_without_champion_is_refused_alone_and_told_among_all(trained, leadlift, tmp_path):
    bank = copied(trained, tmp_path / "bank")
    spec = (bank / "pipelines/buyers.yaml").read_text("utf-8").replace("pipeline: buyers", "pipeline: others")
    (bank / "pipelines/others.yaml").write_text(spec, encoding="utf-8")
    said = leadlift("monitor", "others", at=bank)
    assert said.code == 2
    assert "has no champion yet" in said.err
    said = leadlift("monitor", "--as-of", "2025-01-31", at=bank)
    assert said.code == 3  # the champion has scored nobody yet
    assert "not watched: others: pipeline others has no champion yet" in said.out
    assert "buyers: look" in said.err
    assert "others" not in said.err
