"""Which rows are cases of an experiment, which group they belong to, and what their outcome is."""

from __future__ import annotations

from datetime import date

import pytest

from leadlift.errors import UserError
from leadlift.names import TREATMENT

WORKSPACE = """
name: tiny
sources:
  customers:
    path: customers.csv
    kind: attributes
    since: joined_on
    columns:
      customer_id: {type: string}
      joined_on: {type: date}
  contacts:
    path: contacts.csv
    kind: events
    event_time: day
    columns:
      customer_id: {type: string}
      day: {type: date}
      offer: {type: string}
      randomised: {type: boolean}
  sales:
    path: sales.csv
    kind: events
    event_time: sold_on
    complete_until: 2025-05-01
    columns:
      customer_id: {type: string}
      sold_on: {type: date}
  trial:
    path: trial.csv
    kind: flat
    customer_key: id
    columns:
      id: {type: string}
      arm: {type: string}
      age: {type: integer}
      spend: {type: number}
"""
FILES = {
    "leadlift.yaml": WORKSPACE,
    "customers.csv": "customer_id,joined_on\nann,2024-01-01\nbob,2024-01-01\ncat,2024-01-01\n",
    "contacts.csv": """customer_id,day,offer,randomised
ann,2025-02-01,deposit,true
bob,2025-02-01,fund,true
cat,2025-02-01,deposit,false
cat,2025-02-05,loan,true
""",
    "sales.csv": "customer_id,sold_on\nann,2025-02-10\nbob,2025-03-20\n",
    "trial.csv": "id,arm,age,spend\n1,a,30,0\n2,none,40,12.5\n3,b,50,7\n4,c,60,9\n",
    "feature_defs/who.yaml": """
subject: attributes
source: customers
features:
  tenure: {agg: value, of: "days_between(joined_on, as_of)"}
""",
}
CONTACTS = """
pipeline: deposit
kind: uplift
population: {source: contacts, where: randomised}
treatment: {column: offer, control: [fund, card], arms: deposit}
target: {source: sales, outcome: 30d}
"""
TRIAL = """
pipeline: spend
kind: uplift
population: {table: trial}
treatment: {column: arm, control: none, arms: [a, b]}
target: {column: spend, amount: true}
split: {random: 30%}
"""


def test_randomised_contacts_become_cases_of_their_group_with_the_outcome_that_followed(table_of):
    found = table_of({**FILES, "pipelines/deposit.yaml": CONTACTS})
    day = date(2025, 2, 1)
    # cat's contacts were chosen, or about an offer of neither group; bob bought after the window
    rows = found.table.select(["customer_id", "as_of", TREATMENT, "target"]).to_pylist()
    assert rows == [
        {"customer_id": "ann", "as_of": day, TREATMENT: 1, "target": 1},
        {"customer_id": "bob", "as_of": day, TREATMENT: 0, "target": 0},
    ]
    assert [feature.name for feature in found.features] == ["tenure"]


def test_rows_of_a_flat_experiment_keep_their_amount_and_the_arm_is_no_feature(table_of):
    found = table_of({**FILES, "pipelines/spend.yaml": TRIAL})
    rows = found.table.select(["customer_id", "age", TREATMENT, "target"]).to_pylist()
    assert rows == [
        {"customer_id": "1", "age": 30, TREATMENT: 1, "target": 0.0},
        {"customer_id": "2", "age": 40, TREATMENT: 0, "target": 12.5},
        {"customer_id": "3", "age": 50, TREATMENT: 2, "target": 7.0},
    ]
    assert [feature.name for feature in found.features] == ["age"]


def test_amounts_of_the_window_are_added_up_and_0_where_there_are_none(table_of):
    spend = CONTACTS.replace("outcome: 30d", "outcome: 30d, amount: price * pieces")
    priced = "      sold_on: {type: date}\n      price: {type: number}\n      pieces: {type: integer}\n"
    files = {
        **FILES,
        "leadlift.yaml": WORKSPACE.replace("      sold_on: {type: date}\n", priced),
        "sales.csv": "customer_id,sold_on,price,pieces\n"
        "ann,2025-02-10,2.5,2\nann,2025-02-20,1,3\nbob,2025-03-20,9,1\n",
    }
    found = table_of({**files, "pipelines/deposit.yaml": spend}).table
    told = dict(zip(found["customer_id"].to_pylist(), found["target"].to_pylist(), strict=True))
    assert told == {"ann": 8.0, "bob": 0.0}


def test_stated_values_that_no_row_has_and_rows_in_no_group_are_told(table_of):
    found = table_of({**FILES, "pipelines/deposit.yaml": CONTACTS})
    assert found.notes[-2:] == (
        "no row of 'contacts' that `population.where` keeps has 'card' of `treatment.control`",
        "in no group of the experiment and left out: rows of 'contacts' with 'loan' (1) in `offer`",
    )


def test_rows_of_another_arm_are_told_and_a_group_that_no_row_is_in_is_refused(table_of):
    found = table_of({**FILES, "pipelines/spend.yaml": TRIAL})
    assert found.notes[-1].endswith("left out: rows of 'trial' with 'c' (1) in `arm`")
    with pytest.raises(
        UserError, match=r"has 'A' and 'B' of `treatment.arms`. There are: 'a' \(1\), 'b' \(1\)"
    ):
        table_of({**FILES, "pipelines/spend.yaml": TRIAL.replace("[a, b]", "[A, B]")})
