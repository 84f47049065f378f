"""How much customers of a list bought, from the bank's own data, and what an offer may name as the amount."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from leadlift.specs import open_workspace
from leadlift.workflows.responses import _of_offer
from leadlift.workflows.session import opened

WORKSPACE = """
name: tiny
sources:
  customers:
    path: customers.csv
    kind: attributes
    since: joined_on
    columns: {customer_id: {type: string}, joined_on: {type: date}}
  sales:
    path: sales.csv
    kind: events
    event_time: sold_on
    complete_until: 2025-06-01
    columns:
      customer_id: {type: string}
      sold_on: {type: date}
      product: {type: string}
      price: {type: number}
      pieces: {type: integer}
"""
SALES = """customer_id,sold_on,product,price,pieces
ann,2025-02-10,fund,2.5,2
ann,2025-02-20,fund,1,3
ann,2025-02-21,card,100,1
bob,2025-03-20,fund,9,1
"""
FEATURES = """
subject: attributes
source: customers
features: {tenure: {agg: value, of: "days_between(joined_on, as_of)"}}
"""
PIPELINE = """
pipeline: fund
kind: response
population: {as_of: monthly, from: 2025-01-31}
target: {source: sales, where: product = 'fund', outcome: 30d}
"""
CAMPAIGN = """
campaign: june
offers: {fund: {label: Fund, pipeline: fund, value: 10, amount: AMOUNT}}
channels: {call: {cost: 1, consent: tenure > 0}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {
        "leadlift.yaml": WORKSPACE,
        "customers.csv": "customer_id,joined_on\nann,2024-01-01\nbob,2024-01-01\n",
        "sales.csv": SALES,
        "feature_defs/who.yaml": FEATURES,
        "pipelines/fund.yaml": PIPELINE,
        "pipelines/campaigns/june.yaml": CAMPAIGN.replace("AMOUNT", "price * pieces"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_amount_is_added_up_over_what_the_pipeline_counts_as_a_response(shop):
    ws = open_workspace(shop)
    listed = pd.DataFrame(
        {"customer_id": ["bob", "ann"], "as_of": [date(2025, 2, 1)] * 2, "treatment_code": "C"}
    )
    events = pd.DataFrame({"customer_id": [], "treatment_code": [], "event": [], "money": []})
    spec, amount = ws.pipeline("fund"), ws.campaign("june").offers["fund"].amount
    with opened(ws) as home:
        told, _ = _of_offer(spec, amount, home, listed, events)
        plain, _ = _of_offer(spec, None, home, listed, events)
    # bob bought after the window, ann's card is no response
    assert told[["customer_id", "responded", "amount"]].values.tolist() == [["bob", 0, 0.0], ["ann", 1, 8.0]]
    assert plain["amount"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("prise", "no column 'prise' in source 'sales'"),
        ("product", "must be a number, but 'product' is a text"),
    ],
)
def test_an_amount_that_is_none_is_told_at_its_line(shop, leadlift, amount, words):
    path = shop / "pipelines/campaigns/june.yaml"
    path.write_text(CAMPAIGN.replace("AMOUNT", amount), encoding="utf-8")
    said = leadlift("check", at=shop)
    assert said.code == 2
    assert words in said.err
    assert "june.yaml:" in said.err
