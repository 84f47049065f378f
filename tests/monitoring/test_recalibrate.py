"""Recalibration: later outcomes mend the chances, a challenger is registered, and the order of customers stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leadlift.cli.main import main
from leadlift.errors import GateError
from leadlift.evaluation import bin_counts, binned, frozen_edges, psi
from leadlift.models import Model, fit_calibrator
from leadlift.specs import open_workspace
from leadlift.training.recalibrating import LaterCases, recalibrate
from leadlift.workflows.recalibrate import stability
from leadlift.workflows.session import tracker_of

from .world import Plan, build, month_end

pytestmark = pytest.mark.slow

FEWER = 18


def did(*words: str, at: Path) -> int:
    return main([*words, "--workspace", str(at)])


@pytest.fixture(scope="module")
def fewer(tmp_path_factory) -> Path:
    """A bank where half as many buy from month 18 on, scored up to month 22."""
    folder = tmp_path_factory.mktemp("fewer") / "bank"
    build(folder, Plan(customers=1_500, odds=lambda month: -0.8 if month >= FEWER else 0.0))
    for words in (["train", "buyers"], ["promote", "buyers"]):
        assert did(*words, at=folder) == 0
    for month in range(FEWER, FEWER + 5):
        assert did("score", "buyers", "--as-of", str(month_end(month)), at=folder) == 0
    return folder


def model_of(folder: Path, version: int, to: Path) -> Model:
    tracker = tracker_of(open_workspace(folder))
    return Model.load(tracker.download(tracker.version("buyers", str(version)), to))


def test_the_chances_are_mended_and_nothing_else_is(fewer, leadlift, tmp_path):
    day = str(month_end(FEWER + 5))
    said = leadlift("recalibrate", "buyers", "--as-of", day, "--json", at=fewer)
    assert said.code == 0, said.err
    told = said.json
    assert (told["version"], told["instead_of"]) == (2, 1)
    assert told["expected_before"] > 1.5 * told["responders"]
    assert told["expected_after"] == pytest.approx(told["responders"], rel=0.02)
    assert told["error_after"] < told["error_before"] / 2
    assert told["scored"] == [str(month_end(month)) for month in range(FEWER, FEWER + 5)]
    old, new = (model_of(fewer, version, tmp_path / str(version)) for version in (1, 2))
    assert new.booster.model_to_string() == old.booster.model_to_string()
    assert (new.bands, new.percentiles, new.encoding) == (old.bands, old.percentiles, old.encoding)
    assert new.meta["reference"] == old.meta["reference"]
    raw = np.linspace(0.02, 0.5, 50)
    assert (np.diff(new.calibrator(raw)) >= 0).all()
    assert new.calibrator(raw).mean() < 0.75 * old.calibrator(raw).mean()
    # a challenger, and never a silent replacement
    tracker = tracker_of(open_workspace(fewer))
    assert tracker.version("buyers", "champion").version == 1
    assert tracker.version("buyers", "challenger").version == 2
    assert tracker.version("buyers", "2").tags["leadlift.recalibrates"] == "1"


def test_promotion_holds_it_against_the_gates_and_the_record_of_its_chances_begins_anew(
    fewer, leadlift, tmp_path
):
    from ..workspaces import copied

    bank = copied(fewer, tmp_path / "bank")
    day = str(month_end(FEWER + 5))
    assert leadlift("monitor", "buyers", "--as-of", day, at=bank).code == 3
    assert leadlift("recalibrate", "buyers", "--as-of", day, at=bank).code == 0
    said = leadlift("promote", "buyers", "--because", "monitor said so", "--json", at=bank)
    assert said.code == 0, said.err
    gates = {gate["name"]: gate for gate in said.json["gates"]}
    assert {"calibration_error", "beats_champion", "beats_logistic", "open_suspects", "score_psi"} <= set(
        gates
    )
    assert gates["beats_champion"]["value"] == 0
    assert leadlift("report", at=bank).code == 0
    page = (bank / "reports" / "model-buyers.html").read_text("utf-8")
    assert "<main>\n<header>" in page
    told = page[page.index("</header>") : page.index("</header>") + 600]
    assert '<p class="warn">The trees of ' in told
    assert "What follows is of the training of " in told
    assert gates["calibration_error"]["value"] < 0.03
    # until it has scored, nothing is held against what its chances make expect
    (unscored,) = leadlift("monitor", "buyers", "--as-of", day, "--json", at=bank).json["watched"]
    assert unscored["counts"]["estimate_drops"] == 0
    assert not any(one["badly_calibrated"] for one in unscored["judged"]["months"])
    month = FEWER + 5
    assert leadlift("score", "buyers", "--as-of", str(month_end(month)), at=bank).code == 0
    watched = leadlift("monitor", "buyers", "--as-of", str(month_end(month + 1)), "--json", at=bank)
    assert watched.code in (0, 3), watched.err
    (found,) = watched.json["watched"]
    *before, judged = found["judged"]["months"]
    assert found["version"] == said.json["version"]
    # how the same trees ranked before is counted on, what they promised is not
    assert [one["as_of"] for one in before] == [str(month_end(one)) for one in range(FEWER, month)]
    assert all(one["superseded"] and not one["badly_calibrated"] for one in before)
    assert found["judged"]["calibration"] is None
    assert not judged["badly_calibrated"]
    assert 0.75 < judged["responders"] / judged["expected"] < 1.25
    # and a second recalibration may use what the same trees scored before
    again = leadlift("recalibrate", "buyers", "--as-of", str(month_end(month + 1)), "--json", at=bank)
    assert again.code == 0, again.err
    assert again.json["scored"] == [str(month_end(one)) for one in range(FEWER, month + 1)]


def test_cases_the_trees_learned_from_are_not_used(fewer, leadlift, tmp_path):
    from ..workspaces import copied

    bank = copied(fewer, tmp_path / "bank")
    assert leadlift("score", "buyers", "--as-of", "2024-05-31", at=bank).code == 0
    said = leadlift("recalibrate", "buyers", "--as-of", "2024-12-31", at=bank)
    assert said.code == 3
    assert "of 0 cases with known outcomes that the model was not trained on 0 responded" in said.err
    assert leadlift("history", "buyers", "--json", at=bank).json["versions"][0]["version"] in (1, 2, 3)


def test_too_few_responders_are_refused(fewer, leadlift):
    said = leadlift("recalibrate", "buyers", "--as-of", str(month_end(FEWER + 1)), at=fewer)
    assert said.code == 3
    assert "100 responders, and as many others, are needed" in said.err


def test_a_score_is_stable_when_everyones_is_and_not_when_everyones_moved():
    draw = np.random.default_rng(1)
    alike, moved = draw.beta(2, 20, (3, 4_000)), draw.beta(5, 20, 4_000)
    assert stability(list(alike))["oot.score_psi"] < 0.02
    assert stability([*alike, moved])["oot.score_psi"] > 0.5
    assert stability([moved, *alike])["oot.score_psi"] < stability([moved, alike[0]])["oot.score_psi"] / 2
    # the plain way, with all months in memory
    edges = frozen_edges(alike[0])
    before, now = (bin_counts(binned(raw, edges), len(edges) + 2) for raw in (np.concatenate(alike), moved))
    assert stability(iter([*alike, moved]))["oot.score_psi"] == psi(before, now)
    alone = stability([moved])
    assert alone["oot.score_psi"] < 0.02
    assert 0 < alone["oot.score_psi_by_chance"] < 0.02


def cases(draw, n=4_000, odds=-0.7):
    raw = 1 / (1 + np.exp(-draw.normal(-2.0, 1.0, n)))
    truth = 1 / (1 + np.exp(-(np.log(raw / (1 - raw)) + odds)))
    when = np.repeat(np.array(["2025-01-31", "2025-02-28"], dtype="datetime64[D]"), n // 2)
    return LaterCases(raw, (draw.random(n) < truth).astype(float), when)


@pytest.mark.parametrize("kind", ["auto", "platt", "isotonic", "none"])
def test_the_level_is_learned_by_whatever_calibration_the_pipeline_has(kind):
    draw = np.random.default_rng(1)
    found = recalibrate(cases(draw), fit_calibrator("none", [], []), kind)
    fresh = cases(draw, 40_000)
    assert found.calibrator(fresh.raw).sum() == pytest.approx(fresh.y.sum(), rel=0.12)
    assert found.error_before > 3 * found.error_after
    assert found.metrics["auc"].value > 0.7


def test_ninety_nine_responders_are_too_few():
    few = replace(cases(np.random.default_rng(2)), y=np.r_[np.ones(99), np.zeros(3_901)])
    with pytest.raises(GateError, match=r"of 4,000 cases .* 99 responded"):
        recalibrate(few, fit_calibrator("none", [], []), "auto")
