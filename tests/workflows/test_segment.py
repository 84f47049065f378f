"""leadlift segment and leadlift segment profile by the real commands, on the starter workspace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

DAY = "2026-06-30"
PIPELINE = "fund_purchase"
SEGMENTS = {
    "who": """\
segment: who
kind: rules
value: assets
groups:
  young: {when: age < 30, label: young people, strategy: By app., offers: [card]}
  rich: {when: assets > 100000}
""",
    "interest": """\
segment: interest
kind: rules
match: many
groups:
  saver: {when: savings > 20000}
  user: {when: app_count_30d > 3}
""",
    "tier": """\
segment: tier
kind: tiers
of: assets
value: assets
groups:
  low: {}
  high: {from: 80%}
""",
    "life": """\
segment: life
kind: lifecycle
groups:
  dormant: {when: txn_count_90d < 5}
  declining: {when: assets_change < -10000}
  growing: {when: assets_change > 10000}
""",
    "activity": """\
segment: activity
kind: rfm
recency: days_since_txn
frequency: txn_count_90d
monetary: inflow_90d
bins: 3
""",
    "kinds": """\
segment: kinds
kind: clusters
over: [age, {name: assets, scale: log}, {name: app, expr: app_count_30d > 3, label: uses the app}]
clusters: {from: 2, to: 3}
""",
}


@pytest.fixture
def bare(starter: Path) -> Path:
    """The starter without its own segmentation."""
    shutil.rmtree(starter / "pipelines/segments")
    return starter


@pytest.fixture
def home(bare: Path) -> Path:
    (bare / "pipelines/segments").mkdir()
    for name, text in SEGMENTS.items():
        (bare / f"pipelines/segments/{name}.yaml").write_text(text, encoding="utf-8")
    return bare


def groups(folder: Path, name: str, day: str = DAY) -> dict[str, str]:
    table = pq.read_table(folder / f"segments/{name}/as_of={day}/segments.parquet")
    return dict(zip(table["customer_id"].to_pylist(), table[name].to_pylist(), strict=True))


def frozen(folder: Path, name: str) -> dict:
    return yaml.safe_load((folder / f"pipelines/segments/frozen/{name}.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def built(home, leadlift) -> Path:
    said = leadlift("segment", "--as-of", DAY, at=home)
    assert said.code == 0, said.err
    return home


def test_every_customer_is_in_one_group_of_each_and_the_counts_are_told(built, leadlift):
    said = leadlift("segment", "--as-of", DAY, "--json", at=built)
    assert said.code == 0
    told = {one["segment"]: one for one in said.json}
    assert set(told) == set(SEGMENTS)
    for name, one in told.items():
        manifest = json.loads((built / f"segments/{name}/as_of={DAY}/manifest.json").read_text())
        assert manifest["groups"] == one["groups"]
        if name != "interest":
            assert sum(one["groups"].values()) == one["customers"] == len(groups(built, name))
    table = pq.read_table(built / f"segments/interest/as_of={DAY}/segments.parquet")
    assert table.column_names == ["customer_id", "as_of", "interest_saver", "interest_user"]


def test_what_is_frozen_is_written_once_and_another_day_is_put_into_the_same_groups(built, leadlift):
    before = {name: frozen(built, name) for name in ("tier", "activity", "kinds")}
    said = leadlift("segment", "--as-of", "2026-03-31", "--json", at=built)
    assert said.code == 0
    assert {name: frozen(built, name) for name in before} == before
    told = {one["segment"]: one for one in said.json}
    assert told["tier"]["drift"]["psi"] < 0.1
    assert told["who"]["drift"] is None
    assert not (built / "pipelines/segments/frozen/who.yaml").exists()


def test_frozen_cuts_give_the_same_group_however_much_others_change(built, leadlift):
    before = groups(built, "tier")
    path = built / "data/balances.parquet"
    table = pq.read_table(path).to_pandas()
    others = table.customer_id.isin(sorted(before)[::2])
    for column in ("savings_balance", "total_assets"):
        table.loc[others, column] = table.loc[others, column] * 50
    pq.write_table(
        pq.read_table(path).schema.empty_table().from_pandas(table, schema=pq.read_schema(path)), path
    )
    assert leadlift("segment", "tier", "--as-of", DAY, at=built).code == 0
    after = groups(built, "tier")
    untouched = sorted(before)[1::2]
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert after != before


def test_frozen_anew_it_says_what_changed(built, leadlift):
    text = SEGMENTS["tier"].replace("80%", "60%")
    (built / "pipelines/segments/tier.yaml").write_text(text, encoding="utf-8")
    said = leadlift("segment", "tier", "--as-of", DAY, at=built)
    assert said.code == 2
    assert "run: leadlift segment tier --refreeze" in said.err
    said = leadlift("segment", "tier", "--as-of", DAY, "--refreeze", at=built)
    assert said.code == 0
    assert sum(group == "high" for group in groups(built, "tier").values()) == pytest.approx(
        0.4 * len(groups(built, "tier")), rel=0.02
    )
    assert len(frozen(built, "tier")["history"]) == 2
    said = leadlift("segment", "kinds", "--as-of", "2026-03-31", "--refreeze", "--json", at=built)
    assert said.code == 0
    refrozen = said.json[0]["refrozen"]
    assert refrozen["moved"] < 0.2 * refrozen["customers"]


def test_a_feature_that_means_something_else_stops_a_frozen_definition(built, leadlift):
    path = built / "feature_defs/value.yaml"
    path.write_text(
        path.read_text().replace(
            "assets: {agg: last, of: total_assets", "assets: {agg: last, of: 2 * total_assets"
        )
    )
    said = leadlift("segment", "tier", "--as-of", DAY, at=built)
    assert said.code == 2
    assert "was frozen when assets meant something else" in said.err


def test_changed_words_change_no_definition(built, leadlift):
    path = built / "pipelines/segments/tier.yaml"
    path.write_text(
        SEGMENTS["tier"].replace("high: {from: 80%}", "high: {from: 80%, label: 高, strategy: call}")
    )
    assert leadlift("segment", "tier", "--as-of", DAY, at=built).code == 0


def test_a_model_learns_from_segments_and_a_campaign_chooses_by_them(built, leadlift):
    change(built / "pipelines/fund_purchase.yaml", 'include: ["*"]', 'include: ["*", tier, interest_saver]')
    change(
        built / "pipelines/fund_purchase.yaml",
        "where: has_fund = 0",
        "where: has_fund = 0 and life <> 'dormant'",
    )
    campaign = built / "pipelines/campaigns/fund_call.yaml"
    change(campaign, "eligible: ", "eligible: who in ('rich', 'other') and interest_saver = 1 and ")
    for words in (
        ["train", "fund_purchase"],
        ["promote", "fund_purchase", "--because", "the tests say so", "--who", "tester"],
        ["score", "fund_purchase", "--as-of", DAY],
        ["leads", "fund_call", "--as-of", DAY],
    ):
        said = leadlift(*words, at=built)
        assert said.code == 0, said.err
    assert leadlift("features", "show", "tier", at=built).out.count("fund_purchase")
    leads = pq.read_table(built / f"leads/fund_call/{DAY}/leads.parquet")["customer_id"].to_pylist()
    who, life = groups(built, "who"), groups(built, "life")
    assert leads
    assert {who[one] for one in leads} <= {"rich", "other"}
    assert "dormant" not in {life[one] for one in leads}
    scored = pq.read_table(built / f"scores/fund_purchase/{DAY}/scores.parquet")["customer_id"].to_pylist()
    assert "dormant" not in {life[one] for one in scored}


def test_the_profile_tells_what_came_of_a_list_contacted_beside_held_back(bank, leadlift):
    shutil.rmtree(bank / "pipelines/segments")
    (bank / "pipelines/segments").mkdir()
    (bank / "pipelines/segments/who.yaml").write_text(SEGMENTS["who"], encoding="utf-8")
    change(bank / "pipelines/campaigns/fund_call.yaml", "size: 100", "size: 300\ncontrol: {share: 30%}")
    early = "2026-03-31"
    for words in (["score", PIPELINE, "--as-of", early], ["leads", "fund_call", "--as-of", early]):
        assert leadlift(*words, at=bank).code == 0
    said = leadlift("segment", "profile", "who", "--as-of", DAY, "--months", "0", "--json", at=bank)
    assert said.code == 0, said.err
    (who,) = said.json
    answers = {one["group"]: one["answers"] for one in who["groups"]}
    assert leadlift("segment", "who", "--as-of", early, at=bank).code == 0
    then = groups(bank, "who", early)
    listed = pq.read_table(bank / f"leads/fund_call/{early}/kept/assignments.parquet").to_pandas()
    for name in ("young", "rich", "other"):
        mine = listed[listed.customer_id.map(then) == name]
        told = answers[name][0] if answers[name] else {"contacted": 0, "control": 0}
        assert told["contacted"] == (mine.cell != "control").sum()
        assert told["control"] == (mine.cell == "control").sum()
    held = pd.read_parquet(bank / "data/holdings.parquet")
    opened = pd.to_datetime(held[held["product"] == "fund"].opened_on)
    bought = set(held.loc[opened[(opened >= early) & (opened < "2026-06-29")].index, "customer_id"])
    yes = sum(one["responded"] + one["control_responded"] for told in answers.values() for one in told)
    assert yes == listed.customer_id.isin(bought).sum() > 0
    # the list of the day itself is still open, and that is said
    assert any("its window closes on" in note for note in who["notes"])


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_segments_are_proved_as_features_are(built, leadlift):
    names = ["who", "tier", "tier_rank", "kinds", "activity", "activity_score", "interest_user", "life"]
    said = leadlift("features", "verify", *names, "--sample", "60", "--as-of", DAY, at=built)
    assert said.code == 0, said.err + said.out


def test_the_profile_is_a_page_and_a_workbook_that_name_no_customer(built, leadlift):
    said = leadlift("segment", "profile", "--as-of", DAY, "--months", "2", "--json", at=built)
    assert said.code == 0, said.err
    told = {one["segment"]: one for one in said.json}
    who = told["who"]
    assert [one["group"] for one in who["groups"]] == ["young", "rich", "other"]
    assert who["covered"]["taken"] == sum(one["customers"] for one in who["groups"][:2])
    assert sum(one["worth"]["share"] for one in who["groups"]) == pytest.approx(1)
    assert {m["feature"] for m in who["groups"][0]["under"][:3]} & {"age"}
    step = told["tier"]["moves"]["steps"][-1]
    before, after = groups_of_moves(built, leadlift, step)
    assert step["moves"][0][1] == sum(before.get(c) == "low" and after[c] == "high" for c in after)
    assert {one["pipeline"] for g in told["tier"]["groups"] for one in g["responses"]} == {"fund_purchase"}
    ids = set(groups(built, "who"))
    for name in SEGMENTS:
        page = (built / f"reports/segment-{name}.html").read_text(encoding="utf-8")
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert not any(f">{one}<" in page for one in ids)
        book = openpyxl.load_workbook(built / f"reports/segment-{name}.xlsx")
        assert book.sheetnames[0] == "Groups"
    row = [cell.value for cell in openpyxl.load_workbook(built / "reports/segment-who.xlsx")["Groups"][2]]
    assert row[:3] == ["young people", "young", who["groups"][0]["customers"]]


def groups_of_moves(folder, leadlift, step):
    for day in (step["before"], step["after"]):
        assert leadlift("segment", "tier", "--as-of", day, at=folder).code == 0
    return groups(folder, "tier", step["before"]), groups(folder, "tier", step["after"])


def test_the_page_speaks_chinese_where_the_workspace_does(home, leadlift):
    change(home / "leadlift.yaml", "sources:", "language: zh\nsources:")
    assert leadlift("segment", "profile", "life", "--as-of", DAY, "--months", "1", at=home).code == 0
    page = (home / "reports/segment-life.html").read_text(encoding="utf-8")
    assert "客群迁移" in page
    assert "Movement between groups" not in page
    assert openpyxl.load_workbook(home / "reports/segment-life.xlsx").sheetnames[0] == "客群"


def test_a_name_that_is_none_names_the_nearest(home, leadlift):
    said = leadlift("segment", "tiers", at=home)
    assert said.code == 2
    assert "no segmentation 'tiers'. Did you mean 'tier'?" in said.err


def test_without_segment_files_it_says_what_to_write(bare, leadlift):
    said = leadlift("segment", at=bare)
    assert said.code == 2
    assert "describe one in pipelines/segments/NAME.yaml" in said.err


def test_a_build_that_breaks_off_leaves_the_old_one(built, leadlift, monkeypatch):
    before = groups(built, "who")

    def planted(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("leadlift.workflows.segment.write_manifest", planted)
    with pytest.raises(ZeroDivisionError):
        leadlift("segment", "who", "--as-of", DAY, at=built)
    assert groups(built, "who") == before
    assert [one.name for one in (built / "segments/who").iterdir()] == [f"as_of={DAY}"]


def test_the_cache_may_be_thrown_away(built, leadlift):
    before = {name: groups(built, name) for name in SEGMENTS if name != "interest"}
    shutil.rmtree(built / ".leadlift")
    assert leadlift("segment", "--as-of", DAY, at=built).code == 0
    assert {name: groups(built, name) for name in before} == before
