"""A small workspace of past contacts, quick to build on a cluster: who answered, and what was known of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PIPELINE = "answers"
FILE = """
name: contacts
timezone: UTC
customer_key: customer_id
sources:
  customers:
    path: data/customers.parquet
    kind: attributes
    columns:
      customer_id: {type: string, required: true}
      wealth: {type: number}
      distance: {type: number}
      calm: {type: number}
      region: {type: string}
      gender: {type: string, protected: true}
  contacts:
    path: data/contacts.parquet
    kind: events
    event_time: contacted_at
    columns:
      customer_id: {type: string, required: true}
      contacted_at: {type: timestamp, required: true}
      answer: {type: string}
"""
FEATURES = """
subject: attributes
source: customers
features:
  wealth: {agg: value, of: wealth, label: wealth}
  distance: {agg: value, of: distance, label: distance}
  calm: {agg: value, of: calm, label: calm}
  region: {agg: value, of: region, label: region}
  gender: {agg: value, of: gender, label: gender}
"""
SPEC = """
pipeline: answers
kind: response
population: {source: contacts}
target: {column: answer, positive: "yes"}
split: {out_of_time: 25%, valid: 15%, calibration: 15%}
"""


def make_contacts(folder: Path, customers: int = 5_000, each: int = 4, seed: int = 4) -> None:
    """Customers contacted `each` times over eight months; a tenth of the contacts is answered."""
    draw = np.random.default_rng(seed)
    for name in ("data", "feature_defs", "pipelines"):
        (folder / name).mkdir(parents=True)
    (folder / "leadlift.yaml").write_text(FILE, encoding="utf-8")
    (folder / "feature_defs/attributes.yaml").write_text(FEATURES, encoding="utf-8")
    (folder / "pipelines/answers.yaml").write_text(SPEC, encoding="utf-8")
    names = [f"c{place:06d}" for place in range(customers)]
    wealth, distance, calm = draw.normal(size=(3, customers))
    region = draw.integers(0, 6, customers)
    known = {"customer_id": names, "wealth": wealth, "distance": distance, "calm": calm}
    known["region"] = [f"region {place}" for place in region]
    known["gender"] = [("F", "M")[place % 2] for place in range(customers)]
    pq.write_table(pa.table(known), folder / "data/customers.parquet")
    odds = -2.9 + 1.1 * wealth - 0.9 * distance * calm + 0.8 * (region == 3)
    who = np.repeat(np.arange(customers), each)
    days = draw.integers(0, 240, len(who))
    order = np.argsort(days, kind="stable")
    who, days = who[order], days[order]
    answered = draw.random(len(who)) < 1 / (1 + np.exp(-odds[who]))
    contacts = {
        "customer_id": [names[place] for place in who],
        "contacted_at": pa.array(
            [date(2025, 3, 1) + timedelta(days=int(day)) for day in days], pa.date32()
        ).cast(pa.timestamp("us")),
        "answer": ["yes" if one else "no" for one in answered],
    }
    pq.write_table(pa.table(contacts), folder / "data/contacts.parquet")


def model_stanza(folder: Path, stanza: str) -> None:
    """Let the pipeline's `model` say this."""
    (folder / "pipelines/answers.yaml").write_text(f"{SPEC}model: {stanza}\n", encoding="utf-8")
