"""The loop closed by the real commands: a list with a control goes out, answers come back, and it is measured."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from leadlift.leads import WORDS, held_out
from leadlift.specs import open_workspace
from leadlift.workflows.session import tracker_of

DAY = "2026-06-30"
LIST = f"leads/best/{DAY}"
CAMPAIGN = """\
campaign: best
description: First funds, by call or in the app.
currency: CNY
offers:
  fund:
    label: investment fund
    pipeline: fund_purchase
    value: 800
    script: You could begin with a small fund.
channels:
  call: {cost: 20, consent: consent_call = 1, capacity: 60}
  app_push: {cost: 1, consent: consent_call = 1, response: 0.7, capacity: 90}
policy:
  - {rule: one_contact, most: 1, within: 60d}    # whom the other list of the day has
control: {share: 20%}
explore: {share: 20%}
sellers: {names: [ann, bo]}
"""


@pytest.fixture
def sent(bank: Path, leadlift) -> Path:
    """A workspace whose campaign of two channels has written its list."""
    (bank / "pipelines/campaigns/best.yaml").write_text(CAMPAIGN)
    said = leadlift("leads", "best", "--as-of", DAY, at=bank)
    assert said.code == 0, said.err
    assert "you detect a rise of" in said.out
    return bank


def kept(bank: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(bank / LIST / "kept" / f"{name}.parquet")


def test_marketing_gets_those_contacted_and_the_bank_keeps_the_rest(sent):
    assigned, control = kept(sent, "assignments"), kept(sent, "control")
    leads = pd.read_parquet(sent / LIST / "leads.parquet")
    contacted = assigned[assigned["cell"] != "control"]
    assert list(leads["customer_id"]) == list(contacted["customer_id"])
    assert set(control["customer_id"]) == set(assigned["customer_id"]) - set(leads["customer_id"])
    assert not assigned["customer_id"].duplicated().any()
    room = {"call": 60, "app_push": 90}
    assert all(count <= room[channel] for channel, count in contacted.groupby("channel").size().items())
    assert set(assigned["cell"]) == {"model", "explore", "control"}
    assert (
        leads["expected_value"] - (leads["probability"] * 800 - contacted["cost"].to_numpy())
    ).abs().max() < 1e-9
    assert leads["treatment_code"].nunique() == len(contacted[["channel", "cell"]].drop_duplicates())
    assert leads.groupby("seller").size().max() - leads.groupby("seller").size().min() <= 1
    ws = open_workspace(sent)
    import pyarrow as pa

    assert not held_out(pa.chunked_array([list(assigned["customer_id"])]), ws.file.holdout).any()


def test_whom_a_rule_removed_is_on_record_and_the_waterfall_adds_up(sent):
    removed, told = kept(sent, "suppressed"), pd.read_csv(sent / LIST / "waterfall.csv")
    # by customer, so that a page of one of them reads a part of it
    assert removed["customer_id"].is_monotonic_increasing
    wholly = removed[removed["offer"].isna()]
    assert not wholly["customer_id"].duplicated().any()
    counts = wholly.groupby("rule").size()
    for row in told.itertuples():
        assert row.removed == counts.get(row.rule, 0)
    assert told["left"].iloc[0] - told["removed"].sum() == told["left"].iloc[-1]
    assert told["left"].iloc[-1] == len(pd.read_parquet(sent / LIST / "leads.parquet"))
    assert set(removed[removed["rule"] == "one_contact"]["customer_id"]) <= set(
        pd.read_parquet(sent / "leads/fund_call" / DAY / "leads.parquet")["customer_id"]
    )
    assert (removed["rule"] == "one_contact").any()


def test_answers_come_back_once_and_the_bad_ones_are_put_aside(sent, leadlift, tmp_path):
    leads = pd.read_parquet(sent / LIST / "leads.parquet")
    answers = leads[["treatment_code", "customer_id"]].assign(event="delivered", at="2026-07-03", amount="")
    stranger = pd.DataFrame([["ZZZZZZZZZZ", "1", "bought", "2026-07-04", "5"]], columns=answers.columns)
    pd.concat([answers, stranger]).to_csv(tmp_path / "answers.csv", index=False)
    words = ("outcomes", "add", str(tmp_path / "answers.csv"), "--on", "2026-07-10", "--json")
    first = leadlift(*words, at=sent).json
    assert (first["added"], first["known"], first["quarantined"]) == (len(leads), 0, 1)
    assert first["kinds"] == {"unknown_code": 1}
    aside = pd.read_csv(first["quarantine"])
    assert aside["reason"].tolist() == ["no list has the code ZZZZZZZZZZ"]
    again = leadlift(*words, at=sent).json
    assert (again["added"], again["known"], again["quarantined"]) == (0, len(leads), 1)
    # the window is open: nobody is a case to learn from yet
    assert again["cases"] == 0


def test_an_open_window_is_never_judged(sent, leadlift):
    said = leadlift("measure", "best", "--on", "2026-07-10", at=sent)
    assert said.code == 0
    assert "No list has matured" in said.out
    assert "immature until" in said.out


def test_the_bank_answers_by_true_effects_and_the_list_is_measured(sent, leadlift):
    assigned = kept(sent, "assignments")
    place = sent / "data" / "holdings.parquet"
    holdings = pd.read_parquet(place)
    buyers = assigned[assigned["cell"] != "control"]["customer_id"].head(30)
    row = holdings.iloc[: len(buyers)]
    fund = row.assign(
        customer_id=buyers.to_numpy(), opened_on=pd.Timestamp("2026-07-20").date(), closed_on=None, product="fund",
        holding_id=[f"X{number}" for number in range(len(buyers))],
    )  # fmt: skip
    # and the data goes on until the window has closed
    late = row.iloc[:1].assign(opened_on=pd.Timestamp("2026-12-31").date(), product="card", holding_id="last")
    pd.concat([holdings, fund, late]).to_parquet(place, index=False)
    told = leadlift("measure", "best", "--on", "2026-12-31", "--json", at=sent).json
    contacted, control = (assigned["cell"] != "control").sum(), (assigned["cell"] == "control").sum()
    assert told["promised"]["customers"] == contacted
    assert told["promised"]["responded"] == 30
    assert (told["effect"]["contacted"], told["effect"]["control"]) == (contacted, control)
    assert told["effect"]["response"]["value"] == pytest.approx(30 / contacted)
    worth = 800 * 30 - assigned.loc[assigned["cell"] != "control", "cost"].sum()
    assert told["effect"]["profit"]["value"] == pytest.approx(worth)
    manifest = json.loads((sent / LIST / "manifest.json").read_text("utf-8"))
    assert told["promised"]["low"] == pytest.approx(manifest["expected_responders_low"])
    tracker = tracker_of(open_workspace(sent))
    (run, *_) = tracker.runs("fund_purchase", "measure")
    assert run.tags["leadlift.judges"] == tracker.version("fund_purchase", "champion").run_id
    assert "nobody" not in (sent / "reports/measure-best.html").read_text("utf-8")


def test_a_file_is_known_wherever_it_lies_until_it_is_changed_or_expires(sent, leadlift, tmp_path):
    copy = tmp_path / "from-marketing.csv"
    copy.write_bytes((sent / LIST / "leads.csv").read_bytes())
    said = leadlift("leads", "verify", str(copy), "--on", "2026-07-01", at=sent)
    assert said.code == 0
    assert "unchanged" in said.out
    assert leadlift("leads", "verify", str(copy), "--on", "2026-09-01", at=sent).code == 3
    copy.write_bytes(copy.read_bytes().replace(b"ann", b"bob", 1))
    said = leadlift("leads", "verify", str(copy), "--on", "2026-07-01", at=sent)
    assert said.code == 3
    assert "it was changed" in said.err


def test_a_chinese_workspace_tells_its_reasons_in_chinese(bank, leadlift):
    spec = (bank / "leadlift.yaml").read_text("utf-8")
    assert "language: en" in spec or "language" not in spec
    text = spec.replace("language: en", "language: zh") if "language: en" in spec else f"language: zh\n{spec}"
    (bank / "leadlift.yaml").write_text(text, encoding="utf-8")
    said = leadlift("leads", "fund_call", "--as-of", DAY, "--replace", at=bank)
    assert said.code == 0, said.err
    leads = pd.read_parquet(bank / f"leads/fund_call/{DAY}/leads.parquet")
    told = "".join(leads["reason_1"].fillna("")) + "".join(leads["reason_2"].fillna(""))
    assert "一般客户为" in told
    assert "usually" not in told
    assert (
        (bank / f"leads/fund_call/{DAY}/leads.csv")
        .read_text("utf-8-sig")
        .startswith("序号,客户号,产品,渠道,响应概率")
    )
    summary = openpyxl.load_workbook(bank / f"leads/fund_call/{DAY}/leads.xlsx")["概要"]
    facts = {row[0].value: str(row[1].value) for row in summary.iter_rows(min_row=2)}
    assert not any(name.isascii() for name in facts)
    assert "泊松二项分布" in facts["区间算法"]
    assert facts["百分位的参照人群"].endswith("起的时间外测试样本")
    assert facts["分配方法"] in (WORDS["zh"].sentences["exact"], WORDS["zh"].sentences["dual"])
    assert "至" in facts["等级的概率区间"]
    manifest = json.loads((bank / f"leads/fund_call/{DAY}/manifest.json").read_text("utf-8"))
    assert "Poisson-binomial" in manifest["expected_responders_method"]
