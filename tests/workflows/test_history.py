"""Promotion and its story: answered for, refused, replaced, and which lists a version made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from leadlift.names import CHALLENGER, CHAMPION
from leadlift.specs import open_workspace
from leadlift.workflows.session import tracker_of

DAY = "2026-06-30"
SPEC = "pipelines/fund_purchase.yaml"
GATES = "gates: {min_auc: 0.55, min_positives: 20}"


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_history_tells_who_promoted_the_version_what_it_learned_from_and_its_lists(leadlift, finished):
    (one,) = leadlift("history", "fund_purchase", "--json", at=finished).json["versions"]
    assert (one["version"], one["aliases"]) == (1, ["champion"])
    (reign,) = one["reigns"]
    assert (reign["who"], reign["why"], reign["until"]) == ("tester", "the tests say so", None)
    assert reign["gates"]["auc"].startswith(("passed: AUC 0.", "suspicious: AUC 0."))
    assert set(one["rivals"]) == {"logistic", "scorecard", "rfm"}
    manifest = json.loads((finished / "leads/fund_call" / DAY / "manifest.json").read_text("utf-8"))
    assert one["lists"] == [
        {
            "list_id": manifest["list_id"],
            "campaign": "fund_call",
            "as_of": DAY,
            "leads": manifest["leads"],
            "folder": f"leads/fund_call/{DAY}",
        }
    ]
    assert [(day["as_of"], day["folder"]) for day in one["scored"]] == [(DAY, f"scores/fund_purchase/{DAY}")]
    assert one["learned"].startswith("2025-06-30 to ")
    assert one["learned"].split(" to ")[1] < one["judged"].split(" to ")[0]


def test_history_reads_well(leadlift, finished):
    said = leadlift("history", "fund_purchase", "--gates", at=finished)
    assert (said.code, said.err) == (0, "")
    assert "by tester: the tests say so" in said.out
    assert "lead lists: fund_call-20260630-" in said.out
    assert "    coin: passed: lower end of the AUC's 95 % interval 0." in said.out


def test_history_before_anything_is_trained_says_what_to_do(leadlift, starter):
    said = leadlift("history", "fund_purchase", at=starter)
    assert (said.code, said.out) == (
        0,
        "fund_purchase has no version yet; next: leadlift train fund_purchase\n",
    )
    assert leadlift("history", "fund_purchas", at=starter).code == 2


def test_folders_that_are_no_results_are_passed_over(leadlift, bank):
    (bank / "scores/fund_purchase/2026-01-31").mkdir()
    (bank / "scores/fund_purchase/2026-01-31/manifest.json").write_text("{", encoding="utf-8")
    shutil.copytree(bank / "leads/fund_call" / DAY, bank / f"leads/fund_call/{DAY}.replaced-1")
    (one,) = leadlift("history", "fund_purchase", "--json", at=bank).json["versions"]
    assert len(one["scored"]) == 1
    assert [made["folder"] for made in one["lists"]] == [
        f"leads/fund_call/{DAY}", f"leads/fund_call/{DAY}.replaced-1",
    ]  # fmt: skip


def versions(folder: Path) -> dict[int, tuple[str, ...]]:
    tracker = tracker_of(open_workspace(folder))
    return {one.version: one.aliases for one in tracker.history("fund_purchase")}


@pytest.fixture
def second(leadlift, bank) -> Path:
    """A second version, trained while the first is champion, looking at fewer features."""
    edit(bank / SPEC, "exclude: [has_fund,", "exclude: [assets, has_fund,")
    said = leadlift("train", "fund_purchase", "--json", at=bank)
    assert said.code == 0
    (champion,) = [one for one in said.json["rivals"] if one["name"] == "champion"]
    # the champion looks at a feature that this version does not: it was built for it, on the same rows
    assert champion["note"] == "version 1"
    assert champion["compared"]["own"]["auc"]["value"] > 0.5
    return bank


def test_a_no_is_answered_for_with_a_reason_and_the_story_is_told(leadlift, second):
    edit(second / SPEC, GATES, "gates: {min_auc: 0.55, min_positives: 5000}")
    said = leadlift("promote", "fund_purchase", at=second)
    assert said.code == 3
    assert "  positives: failed: responders in the test " in said.err
    assert versions(second) == {1: (CHAMPION,), 2: (CHALLENGER,)}
    said = leadlift("promote", "fund_purchase", "--accept", "positives", at=second)
    assert said.code == 2
    assert said.err == "error: --accept needs --because: who answers for a gate says why\n"
    said = leadlift("promote", "fund_purchase", "--accept", "beauty", "--because", "x", at=second)
    assert said.code == 2
    assert "--accept: there is no gate 'beauty'" in said.err
    for words in (("--accept",), ("--accept", "--because", "x")):
        said = leadlift("promote", "fund_purchase", *words, at=second)
        assert said.code == 2
        assert said.err.startswith(
            "error: --accept needs the name of a gate. The gates of this version: coin ("
        )
        assert "; positives (failed)" in said.err
    words = ("--accept", "positives", "--because", "a rare product", "--who", "ann", "--json")
    said = leadlift("promote", "fund_purchase", *words, at=second)
    assert (said.code, said.err) == (0, "")
    assert (said.json["version"], said.json["replaced"]) == (2, 1)
    newest, oldest = leadlift("history", "fund_purchase", "--json", at=second).json["versions"]
    (reign,) = newest["reigns"]
    assert (reign["who"], reign["why"], reign["replaced"]) == ("ann", "a rare product", 1)
    assert reign["gates"]["positives"].startswith("accepted: although failed: responders in the test ")
    assert "the champion, version 1: lift@10" in reign["gates"]["beats_champion"]
    assert oldest["reigns"][0]["replaced_by"] == 2
    assert oldest["reigns"][0]["until"] == reign["when"]
    assert oldest["lists"]
    assert not newest["lists"]

    # back to version 1: it was never held against version 2
    said = leadlift("promote", "fund_purchase", "--version", "1", at=second)
    assert said.code == 3
    assert (
        "beats_champion: failed: held against no champion when it was trained, but version 2 is" in said.err
    )
    words = (
        "--version",
        "1",
        "--accept",
        "beats_champion",
        "--accept",
        "positives",
        "--because",
        "2 misbehaves",
    )
    assert leadlift("promote", "fund_purchase", *words, at=second).code == 0
    oldest = leadlift("history", "fund_purchase", "--json", at=second).json["versions"][1]
    assert [reign["replaced"] for reign in oldest["reigns"]] == [None, 2]


def test_a_champion_whose_definitions_changed_is_told_as_such(leadlift, bank):
    edit(
        bank / "feature_defs/behaviour.yaml", "of: amount, where: amount > 0", "of: amount, where: amount > 1"
    )
    said = leadlift("train", "fund_purchase", "--json", at=bank)
    assert said.code == 0
    (champion,) = [one for one in said.json["rivals"] if one["name"] == "champion"]
    assert champion["compared"] is None
    assert "was trained on other features than today's: inflow_30d, inflow_90d changed" in champion["note"]
    said = leadlift("promote", "fund_purchase", "--json", at=bank)
    (gate,) = [gate for gate in said.json["gates"] if gate["name"] == "beats_champion"]
    assert gate["verdict"] == "not judged"
