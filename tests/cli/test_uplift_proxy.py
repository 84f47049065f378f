"""An uplift pipeline that learns from another pipeline's cases too, by the real command, on tables with days."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from leadlift.specs import open_workspace
from leadlift.workflows.session import tracker_of

CUSTOMERS, START = 3_000, date(2025, 1, 1)
WORKSPACE = """
name: shop
sources:
  customers:
    path: customers.csv
    kind: attributes
    since: joined_on
    columns:
      customer_id: {type: string, required: true}
      joined_on: {type: date}
      wealth: {type: number}
      age: {type: number}
  draws:
    path: draws.csv
    kind: events
    event_time: day
    columns: {customer_id: {type: string}, day: {type: date}, arm: {type: string}}
  contacts:
    path: contacts.csv
    kind: events
    event_time: day
    columns: {customer_id: {type: string}, day: {type: date}}
  sales:
    path: sales.csv
    kind: events
    event_time: day
    complete_until: 2025-12-31
    columns: {customer_id: {type: string}, day: {type: date}, credited: {type: boolean}}
"""
PIPELINES = {
    "credited": """
pipeline: credited
kind: response
population: {source: contacts}
target: {source: sales, where: credited, outcome: 30d}
features: {include: [age]}
""",
    "effect": """
pipeline: effect
kind: uplift
population: {source: draws}
treatment: {column: arm, control: none, arms: mail, learners: [t], folds: 2, proxy: credited}
target: {source: sales, outcome: 30d}
features: {include: [wealth, age]}
split: {random: 30%, valid: 15%, calibration: 20%}
""",
}
FEATURES = """
subject: attributes
source: customers
features:
  wealth: {agg: value, of: wealth}
  age: {agg: value, of: age}
"""


def written(path: Path, head: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mail that brings sales of the wealthy, credited to it; others buy by age, whoever is mailed.

    Each customer is drawn once, and those mailed are contacted once more later in the year.
    """
    folder, draw = tmp_path_factory.mktemp("shop"), np.random.default_rng(0)
    wealth, age, mailed = (
        draw.normal(size=CUSTOMERS),
        draw.normal(size=CUSTOMERS),
        draw.random(CUSTOMERS) < 0.5,
    )
    people, draws, contacts, sales = [], [], [], []
    for i in range(CUSTOMERS):
        name, first = f"c{i:04d}", START + timedelta(days=int(draw.integers(1, 90)))
        people.append([name, "2020-01-01", wealth[i], age[i]])
        draws.append([name, first, "mail" if mailed[i] else "none"])
        times = [first, first + timedelta(days=150)] if mailed[i] else []
        for day in times:
            contacts.append([name, day])
            if draw.random() < 0.4 * (wealth[i] > 0):
                sales.append([name, day + timedelta(days=5), "true"])
        if draw.random() < 0.2 * (age[i] > 0):
            sales.append([name, first + timedelta(days=9), "false"])
    written(folder / "customers.csv", ["customer_id", "joined_on", "wealth", "age"], people)
    written(folder / "draws.csv", ["customer_id", "day", "arm"], draws)
    written(folder / "contacts.csv", ["customer_id", "day"], contacts)
    written(folder / "sales.csv", ["customer_id", "day", "credited"], sales)
    (folder / "feature_defs").mkdir()
    (folder / "pipelines").mkdir()
    (folder / "leadlift.yaml").write_text(WORKSPACE, encoding="utf-8")
    (folder / "feature_defs" / "who.yaml").write_text(FEATURES, encoding="utf-8")
    for name, text in PIPELINES.items():
        (folder / "pipelines" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_proxys_cases_teach_with_the_uplift_pipelines_features_and_are_counted(leadlift, shop):
    said = leadlift("train", "effect", "--json", at=shop)
    assert said.code == 0, said.err
    run = tracker_of(open_workspace(shop)).runs("effect", "train")[0]
    contacts = len((shop / "contacts.csv").read_text(encoding="utf-8").splitlines()) - 1
    # customers of the test (30 %) and of calibration (20 % of the others) are not among its teachers
    assert int(run.params["proxy.cases"]) == pytest.approx(0.56 * contacts, rel=0.1)
    assert run.metrics["oot.qini.low"] > 0
    assert "finds whom it works on better than chance" in said.json["verdict"]
    tried = tracker_of(open_workspace(shop)).artifact(run.id, "tables/learners.csv").decode()
    # `credited` itself is told age alone: only with wealth does its chance rank by effect
    qini = {row["learner"]: float(row["qini"]) for row in reversed(list(csv.DictReader(tried.splitlines())))}
    assert qini["proxy"] > 0.8 * qini["t"] > 0
