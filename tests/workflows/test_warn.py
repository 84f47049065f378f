"""Early warning by the real commands on the demo bank: flags that are true, files whole, campaigns that heed it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from leadlift.cli.main import main
from leadlift.features import feature_query
from leadlift.simulate import BankPlan, simulate
from leadlift.specs import open_workspace
from leadlift.training import everyone_spine
from leadlift.workflows.session import opened, tracker_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
BEFORE, DAY = "2026-03-20", "2026-06-30"
CAMPAIGN = """\
campaign: NAME
pipeline: arrears_warning
offer: {name: talk, label: a talk about money}
channel: call
without_consent: a test asks nobody for it
size: 40
policy:
  - {rule: falls_behind, pipeline: arrears_warning, above: 0.03COUNTS}
"""


@pytest.fixture(scope="module")
def warned(tmp_path_factory) -> Path:
    """The root's specs over 3,000 customers: trained, promoted, and warned of on two days."""
    folder = tmp_path_factory.mktemp("warned")
    shutil.copy(ROOT / "leadlift.yaml", folder)
    shutil.copytree(ROOT / "feature_defs", folder / "feature_defs")
    (folder / "pipelines/campaigns").mkdir(parents=True)
    text = (ROOT / "pipelines/arrears_warning.yaml").read_text(encoding="utf-8")
    gates = "gates: {min_auc: 0.7, min_lift_at_10: 2.0, min_positives: 60, max_calibration_error: 0.02}"
    assert gates in text
    text = text.replace(
        gates,
        "gates: {min_auc: 0.5, min_positives: 5, beats_baseline: false, max_relative_calibration_error: 5}",
    )
    (folder / "pipelines/arrears_warning.yaml").write_text(text, encoding="utf-8")
    for name, counts in (("hard", ""), ("soft", ", counts: 60%")):
        campaign = CAMPAIGN.replace("NAME", name).replace("COUNTS", counts)
        (folder / f"pipelines/campaigns/{name}.yaml").write_text(campaign, encoding="utf-8")
    simulate(BankPlan(customers=3_000), folder / "data")
    for words in (
        ["train", "arrears_warning"],
        ["promote", "arrears_warning", "--because", "the tests say so", "--who", "tester"],
        ["warn", "--as-of", BEFORE],
        ["warn", "arrears_warning", "--as-of", DAY],
    ):
        assert main([*words, "--workspace", str(folder)]) == 0, words
    return folder


def listed(folder: Path, day: str = DAY) -> pd.DataFrame:
    return pd.read_parquet(folder / "warnings/arrears_warning" / day / "warnings.parquet")


def features_on(folder: Path, names: list[str], day: date) -> pd.DataFrame:
    ws = open_workspace(folder)
    with opened(ws) as home:
        query, _ = feature_query(home, ws.features, names, everyone_spine(home, [day]))
        return home.engine.table(query).to_pandas().set_index("customer_id")


def test_every_indicator_is_broken_by_those_named_and_by_nobody_else(warned):
    told = listed(warned)
    spec = open_workspace(warned).pipeline("arrears_warning").warning
    now = features_on(warned, [one.feature for one in spec.indicators], date(2026, 6, 30))
    then = features_on(warned, [one.feature for one in spec.indicators], date(2026, 4, 1))
    scored = pd.read_parquet(warned / "scores/arrears_warning" / DAY / "scores.parquet")["customer_id"]
    for one in spec.indicators:
        value = now[one.feature].astype(float).reindex(scored)
        before = then[one.feature].astype(float).reindex(scored)
        hit = pd.Series(False, index=value.index)
        hit |= value > one.above if one.above is not None else False
        hit |= value < one.below if one.below is not None else False
        hit |= value - before > one.rises if one.rises is not None else False
        named = told.loc[
            told["indicators"].str.split("; ").map(lambda names, n=one.indicator: n in names), "customer_id"
        ]
        assert set(named) == set(hit.index[hit]), one.indicator
    assert told["indicators"].ne("").any()


def test_what_is_unusual_is_far_from_the_customers_own_months(warned):
    told = listed(warned)
    row = told[told["unusual"].ne("")].iloc[0]
    name = row["unusual"].split("; ")[0]
    days = [date(2026, month, day) for month, day in ((6, 30), (5, 31), (4, 30), (3, 31), (2, 28), (1, 31))]
    days += [
        date(2025, month, day)
        for month, day in ((12, 31), (11, 30), (10, 31), (9, 30), (8, 31), (7, 31), (6, 30))
    ]
    values = [features_on(warned, [name], day)[name].get(row["customer_id"], np.nan) for day in days]
    past = np.array(values[1:], dtype=float)
    past = past[~np.isnan(past)]
    apart = np.abs(past - np.median(past))
    spread = 1.4826 * np.median(apart) or 1.2533 * apart.mean()
    # a spread counts at least a quarter of everybody's, which can only bring the value nearer
    assert spread == 0 or abs(float(values[0]) - np.median(past)) / spread >= row["farthest"] - 1e-6
    assert row["farthest"] > 5


def test_the_list_has_its_reasons_and_leads_with_most_signs(warned):
    told = listed(warned)
    assert told["signs"].between(1, 3).all()
    assert (told["signs"].diff().dropna() <= 0).all()
    for row in told.itertuples():
        assert row.signs > 0
        assert row.says != "" or row.probability > 0.06
        assert len(row.flags) >= (row.indicators != "") + (row.unusual != "")
    assert told["reason_1"].notna().mean() > 0.95


def test_files_agree_and_the_manifest_holds_them(warned, leadlift):
    folder = warned / "warnings/arrears_warning" / DAY
    told = listed(warned)
    csv = pd.read_csv(folder / "warnings.csv", dtype={"customer_id": str}, encoding="utf-8-sig")
    assert csv["customer_id"].tolist() == told["customer_id"].tolist()
    sheet = load_workbook(folder / "warnings.xlsx")["Warnings"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == told["customer_id"].tolist()
    from leadlift.workflows.manifest import read_manifest

    manifest = read_manifest(folder, "")
    assert manifest["warned"] == len(told)
    everyone = pd.read_parquet(folder / "signs.parquet")
    assert len(everyone) == manifest["customers"]
    assert everyone["told_of"].sum() == len(told)
    page = (warned / "reports/warnings-arrears_warning.html").read_text(encoding="utf-8")
    assert "What became of earlier lists" in page
    assert all(word not in page for word in ("birth_date", "gender"))


def test_the_run_keeps_counts_and_a_page_without_customers(warned):
    ws = open_workspace(warned)
    run = tracker_of(ws).runs("arrears_warning", "warn")[0]
    page = tracker_of(ws).artifact(run.id, "warnings.html").decode()
    assert run.metrics["warned"] == len(listed(warned))
    assert "Indicators" in page
    assert not [customer for customer in listed(warned)["customer_id"] if customer in page]


def test_what_became_of_an_earlier_list_is_counted_from_the_arrears(warned, leadlift):
    said = leadlift("warn", "--as-of", DAY, "--json", at=warned)
    assert said.code == 0, said.err
    (one,) = said.json["became"]
    assert one["as_of"] == BEFORE
    signs = pd.read_parquet(warned / "warnings/arrears_warning" / BEFORE / "signs.parquet")
    late = pd.read_parquet(warned / "data/arrears.parquet")
    days = pd.to_datetime(late["recorded_on"]) - pd.Timestamp(BEFORE)
    behind = set(late.loc[(days.dt.days >= 3) & (days.dt.days < 93), "customer_id"].astype(str))
    rows = {row["sign"]: row for row in one["rows"]}
    for sign, flag in (("chance", "by_chance"), ("indicator", "by_indicator"), ("told of", "told_of")):
        who = set(signs.loc[signs[flag], "customer_id"])
        assert (rows[sign]["customers"], rows[sign]["fell_behind"]) == (len(who), len(who & behind))
        assert "to" in rows[sign]["share"]


def test_the_future_changes_no_warning(warned, leadlift, tmp_path):
    """Rows from the day on are taken away: the list of the day stays, row by row."""
    folder = tmp_path / "cut"
    shutil.copytree(warned, folder, ignore=shutil.ignore_patterns("data", "warnings", ".leadlift", "scores"))
    shutil.copytree(warned / "data", folder / "data")
    path = folder / "data/channel_events.parquet"
    events = pd.read_parquet(path)
    events[events["happened_at"] < BEFORE].to_parquet(path, index=False)
    path = folder / "data/balances.parquet"
    balances = pd.read_parquet(path)
    balances[balances["month_end"] < date(2026, 3, 20)].to_parquet(path, index=False)
    said = leadlift("warn", "--as-of", BEFORE, at=folder)
    assert said.code == 0, said.err
    pd.testing.assert_frame_equal(
        listed(folder, BEFORE).drop(columns="flags"), listed(warned, BEFORE).drop(columns="flags")
    )


def test_a_campaign_excludes_or_softens_by_the_warning(warned, leadlift):
    scores = pd.read_parquet(warned / "scores/arrears_warning" / DAY / "scores.parquet").set_index(
        "customer_id"
    )
    risky = set(scores.index[scores["probability"] > 0.03])
    lists = {}
    for name in ("hard", "soft"):
        said = leadlift("leads", name, "--as-of", DAY, "--replace", at=warned)
        assert said.code == 0, said.err
        lists[name] = pd.read_parquet(warned / "leads" / name / DAY / "leads.parquet")
    assert not set(lists["hard"]["customer_id"]) & risky
    assert set(lists["soft"]["customer_id"]) & risky
    worth = [
        p * (0.6 if who in risky else 1)
        for who, p in lists["soft"][["customer_id", "probability"]].to_numpy()
    ]
    assert worth == sorted(worth, reverse=True)
    manifest = pd.read_json(warned / "leads/soft" / DAY / "manifest.json", typ="series")
    assert manifest["softened"] == {"falls_behind": len(risky)}


def test_another_kind_is_refused_with_the_names_that_fit(leadlift, starter):
    said = leadlift("warn", "fund_purchase", "--as-of", DAY, at=starter)
    assert said.code == 2
    assert "pipeline fund_purchase is of kind propensity, and warnings need early_warning" in said.err
    assert leadlift("warn", at=starter).code == 2
