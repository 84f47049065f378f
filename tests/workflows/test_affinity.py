"""leadlift affinity by the real command: files that agree, nothing of the future, features that say the same."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from leadlift.features import feature_query
from leadlift.simulate import BankPlan, simulate
from leadlift.specs import open_workspace
from leadlift.training import everyone_spine
from leadlift.workflows.affinity import FROZEN
from leadlift.workflows.manifest import read_manifest
from leadlift.workflows.session import opened

ROOT = Path(__file__).parents[2]
DAY = "2026-01-15"


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Path:
    """The root's specs without the frozen rules, over 2,000 customers."""
    folder = tmp_path_factory.mktemp("affinity")
    shutil.copy(ROOT / "leadlift.yaml", folder)
    for part in ("feature_defs", "pipelines"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / FROZEN).unlink()
    simulate(BankPlan(customers=2_000, months=15), folder / "data")
    return folder


def rules(folder: Path) -> dict:
    return json.loads((folder / "affinity" / DAY / "rules.json").read_text(encoding="utf-8"))


def test_files_agree_and_every_number_has_its_interval(bank, leadlift):
    said = leadlift("affinity", "--as-of", DAY, at=bank)
    assert said.code == 0, said.err
    told = rules(bank)
    for row in [*told["together"], *told["next"]]:
        assert row["lift_low"] <= row["lift"] <= row["lift_high"]
    for row in [*told["next"], *told["bases"]]:
        assert row["chance_low"] <= row["chance"] <= row["chance_high"]
    book = load_workbook(bank / "affinity" / DAY / "affinity.xlsx")
    assert {name: book[name].max_row - 1 for name in book.sheetnames} == {
        name: len(told[name]) for name in ("together", "bases", "next", "order")
    }
    manifest = read_manifest(bank / "affinity" / DAY, "")
    suggested = pd.read_parquet(bank / "affinity" / DAY / "next_product.parquet")
    assert len(suggested) == manifest["customers"] == suggested["customer_id"].nunique()
    page = (bank / "reports/affinity.html").read_text(encoding="utf-8")
    assert "What comes next" in page
    assert "95 % interval" in page


def test_holdings_known_later_change_nothing(bank, leadlift, tmp_path):
    leadlift("affinity", "--as-of", DAY, at=bank)
    folder = tmp_path / "cut"
    shutil.copytree(bank, folder, ignore=shutil.ignore_patterns(".leadlift", "affinity", "reports"))
    path = folder / "data/holdings.parquet"
    holdings = pd.read_parquet(path)
    day = date(2026, 1, 15)
    cut = holdings[holdings["opened_on"] < day].copy()
    cut.loc[cut["closed_on"].notna() & (cut["closed_on"] >= day), "closed_on"] = None
    assert len(cut) < len(holdings)
    cut.to_parquet(path, index=False)
    assert leadlift("affinity", "--as-of", DAY, at=folder).code == 0
    one, two = rules(bank), rules(folder)
    assert {key: one[key] for key in ("together", "next", "order", "bases")} == {
        key: two[key] for key in ("together", "next", "order", "bases")
    }


def test_frozen_rules_are_features_that_say_the_same_as_the_suggestions(bank, leadlift, tmp_path):
    folder = tmp_path / "frozen"
    shutil.copytree(bank, folder, ignore=shutil.ignore_patterns(".leadlift", "affinity", "reports"))
    said = leadlift("affinity", "--as-of", DAY, "--freeze", at=folder)
    assert said.code == 0, said.err
    assert "note: fund_propensity learns from 2025-01-31 on" in said.out
    ws = open_workspace(folder)
    names = ["next_product", "next_product_chance", "next_product_lift"]
    with opened(ws) as home:
        query, _ = feature_query(home, ws.features, names, everyone_spine(home, [date(2026, 1, 15)]))
        built = home.engine.table(query).to_pandas().set_index("customer_id")
    suggested = pd.read_parquet(folder / "affinity" / DAY / "next_product.parquet").set_index("customer_id")
    both = built.join(
        suggested.drop(columns="as_of").rename(columns={"next_product": "next_product_rule"}), how="inner"
    )
    assert len(both) > 1_900
    alike = both["next_product"] == both["next_product_rule"].fillna("none")
    # chances are frozen to five digits, and near ties may fall otherwise
    assert alike.mean() > 0.995
    both = both[alike & both["chance"].notna()]
    assert (both["next_product_chance"] / 100 - both["chance"]).abs().max() < 1e-4
    assert (both["next_product_lift"] - both["lift"]).abs().max() < 2e-3
    assert "lift" in ws.features["next_fund"].spec.description


def test_a_frozen_file_is_not_replaced_unasked(bank, leadlift, tmp_path):
    folder = tmp_path / "again"
    shutil.copytree(bank, folder, ignore=shutil.ignore_patterns(".leadlift", "affinity", "reports"))
    assert leadlift("affinity", "--as-of", DAY, "--freeze", at=folder).code == 0
    before = (folder / FROZEN).read_bytes()
    said = leadlift("affinity", "--as-of", "2026-03-01", "--freeze", at=folder)
    assert said.code == 2
    assert "is frozen already" in said.err
    assert (folder / FROZEN).read_bytes() == before
    assert leadlift("affinity", "--as-of", "2026-03-01", "--freeze", "--replace", at=folder).code == 0
    assert (folder / FROZEN).read_bytes() != before
    (folder / FROZEN).write_text("subject: needs\nsource: holdings\nfeatures: {a: {agg: holds}}\n")
    said = leadlift("affinity", "--as-of", DAY, "--freeze", "--replace", at=folder)
    assert said.code == 2
    assert "was not written by --freeze" in said.err


def test_a_workspace_that_names_no_holdings_is_told_what_to_write(leadlift, starter):
    said = leadlift("affinity", at=starter)
    assert said.code == 2
    assert "`affinity` is missing" in said.err
