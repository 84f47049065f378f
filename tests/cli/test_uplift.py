"""An uplift pipeline from a CSV to a lead list, by the real commands."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadlift.specs import open_workspace
from leadlift.workflows.session import tracker_of

DAY = "2026-06-30"
ROWS = 4_000
WORKSPACE = """
name: shop
sources:
  trial:
    path: trial.csv
    kind: flat
    customer_key: id
    columns:
      id: {type: string}
      arm: {type: string}
      wealth: {type: number}
      age: {type: number}
      bought: {type: integer}
      noise: {type: integer}
      sex: {type: string, protected: true}
"""
PIPELINE = """
pipeline: {name}
kind: uplift
population: {{table: trial}}
treatment: {{column: arm, control: none, arms: mail, learners: [dr], folds: 2}}
target: {{column: {name}, positive: 1}}
features: {{include: [wealth, age]}}
split: {{random: 30%, valid: 15%, calibration: 20%}}
"""
CAMPAIGN = """
campaign: mail
pipeline: bought
offer: {name: mail, label: Mail}
channel: email
consent: age > -100
min_probability: 0.1
size: 200
money: {response_value: 20, contact_cost: 2, currency: EUR}
export: {formats: [csv]}
"""


LETTERS = (
    CAMPAIGN.replace("campaign: mail", "campaign: letters")
    .replace("size: 200", "size: 1600")
    .replace("min_probability: 0.1\n", "")
    .replace("money: {response_value: 20, contact_cost: 2, currency: EUR}\n", "")
    + "control: {share: 30%}\n"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mail that works on the wealthy alone; what is noise happens whoever is mailed."""
    folder, draw = tmp_path_factory.mktemp("shop"), np.random.default_rng(0)
    wealth, age, mailed = draw.normal(size=ROWS), draw.normal(size=ROWS), draw.random(ROWS) < 0.5
    bought = draw.random(ROWS) < 0.2 + 0.4 * mailed * (wealth > 0)
    noise = draw.random(ROWS) < 0.3
    with (folder / "trial.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "arm", "wealth", "age", "bought", "noise", "sex"])
        for i in range(ROWS):
            arm = "mail" if mailed[i] else "none"
            sex = "m" if wealth[i] > 0 and i % 4 else "f"
            out.writerow([f"c{i:04d}", arm, wealth[i], age[i], int(bought[i]), int(noise[i]), sex])
    (folder / "pipelines" / "campaigns").mkdir(parents=True)
    (folder / "leadlift.yaml").write_text(WORKSPACE, encoding="utf-8")
    for name in ("bought", "noise"):
        (folder / "pipelines" / f"{name}.yaml").write_text(PIPELINE.format(name=name), encoding="utf-8")
    for name, text in (("mail", CAMPAIGN), ("letters", LETTERS)):
        (folder / "pipelines" / "campaigns" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_an_effect_is_learned_promoted_scored_explained_and_listed(leadlift, shop):
    said = leadlift("train", "bought", at=shop)
    assert said.code == 0, said.err
    assert "finds whom it works on better than chance" in said.out
    ws = open_workspace(shop)
    (run,) = tracker_of(ws).runs("bought", "train")
    card = tracker_of(ws).artifact(run.id, "model_card.html").decode()
    # half gain .4 at 20 each, for 2 a contact: 3,000 per 1,000 customers, and 2,000 when all are contacted
    earned = re.search(r"<b>mail</b>.*?contacting the best (\d+)% earned most: ([\d,]+) EUR", card, re.DOTALL)
    assert earned is not None
    assert 35 <= int(earned[1]) <= 65
    assert float(earned[2].replace(",", "")) == pytest.approx(3_000, rel=0.35)  # 1,200 customers in the test
    assert tracker_of(ws).artifact(run.id, "plots/profit_mail.svg").startswith(b"<svg")
    # all men gain, and a quarter of the others: never a feature, and told
    groups = pd.read_csv(io.BytesIO(tracker_of(ws).artifact(run.id, "tables/groups.csv")))
    by = groups[groups["column"] == "sex"].set_index("level")
    assert by.loc["m", "low"] > 0.2
    # a fifth of the women are wealthy: an eighth of all over five eighths
    assert by.loc["f", "low"] < 0.4 / 5 < by.loc["f", "high"]
    assert "sex: f would be contacted less than four fifths as often as m" in card
    assert "more raises the effect" in card
    assert "at 20 EUR an added response and 2 a contact" in card
    assert leadlift("promote", "bought", "--because", "it ranks", at=shop).code == 0
    scored = leadlift("score", "bought", "--as-of", DAY, "--json", at=shop)
    # 0.4 more for half of the customers
    assert scored.json["expected_responders"] == pytest.approx(0.2 * ROWS, rel=0.2)
    assert scored.json["expected_is"] == "additional responders expected"
    manifest = json.loads((shop / "scores" / "bought" / DAY / "manifest.json").read_text("utf-8"))
    assert manifest["probability_is"].startswith("What the contact adds to the chance")
    listed = leadlift("leads", "mail", "--as-of", DAY, at=shop)
    assert listed.code == 0, listed.err
    assert re.search(
        r"additional responders expected \(between \d+ and \d+ in 95 of 100 such lists\): list", listed.out
    )
    made = json.loads((shop / "leads" / "mail" / DAY / "manifest.json").read_text("utf-8"))
    # four in ten of them say yes for the mail
    assert 40 < made["expected_responders_low"] < 80 < made["expected_responders_high"] < 140
    assert "errors of the average effect and of the slope" in made["expected_responders_method"]
    with (shop / "leads" / "mail" / DAY / "leads.csv").open(encoding="utf-8-sig") as file:
        leads = list(csv.DictReader(file))
    with (shop / "trial.csv").open(encoding="utf-8") as file:
        wealth = {row["id"]: float(row["wealth"]) for row in csv.DictReader(file)}
    assert len(leads) == 200
    assert np.mean([wealth[lead["customer_id"]] > 0 for lead in leads]) > 0.97
    assert all(float(lead["probability"]) >= 0.1 and "wealth" in lead["reason_1"] for lead in leads)
    told = leadlift("explain", "bought", "--customer", leads[0]["customer_id"], "--as-of", DAY, at=shop)
    assert told.code == 0, told.err
    assert " points, percentile" in told.out
    held_against_its_control(leadlift, shop, wealth)
    past = leadlift("history", "bought", at=shop)
    assert past.code == 0, past.err
    assert "it ranks" in past.out
    page = leadlift("report", "--json", at=shop)
    assert page.code == 0, page.err
    state = next(one for one in page.json["models"] if one["pipeline"] == "bought")
    assert state["state"] in ("healthy", "no better")
    assert "over the response model's ranking" in state["reasons"][0]
    assert leadlift("check", at=shop).code == 0


def held_against_its_control(leadlift, shop: Path, wealth: dict[str, float]) -> None:
    """A list with a control is sent, answered by the same law, and measured by what it added."""
    listed = leadlift("leads", "letters", "--as-of", DAY, at=shop)
    assert listed.code == 0, listed.err
    made = json.loads((shop / "leads" / "letters" / DAY / "manifest.json").read_text("utf-8"))
    # uncontacted 20 % buy, whatever their effect
    assert float(re.search(r"points over ([\d.]+) %", made["power"])[1]) == pytest.approx(20, abs=5)
    assert "contacting those in control would add" in made["power"]
    chosen = pd.read_parquet(shop / "leads" / "letters" / DAY / "kept" / "assignments.parquet")
    contacted, draw = chosen["cell"].ne("control"), np.random.default_rng(5)
    gains = chosen["customer_id"].map(wealth).gt(0)
    buys = draw.random(len(chosen)) < 0.2 + 0.4 * (contacted & gains)
    answers = chosen.loc[buys, ["treatment_code", "customer_id"]].assign(
        event="bought", at="2026-07-03", amount=20
    )
    answers.to_csv(shop / "answers.csv", index=False)
    assert leadlift("outcomes", "add", str(shop / "answers.csv"), "--on", "2026-12-31", at=shop).code == 0
    told = leadlift("measure", "letters", "--on", "2026-12-31", "--json", at=shop)
    assert told.code == 0, told.err
    promised = told.json["promised"]
    added = contacted.sum() * (buys[contacted].mean() - buys[~contacted].mean())
    assert promised["sort"] == "added responders"
    assert promised["responded"] == buys[contacted].sum()
    assert promised["actual"]["value"] == pytest.approx(added, rel=0.05)
    assert promised["low"] < promised["expected"] < promised["high"]
    assert sum(one["expected"] for one in told.json["bands"]) == pytest.approx(promised["expected"], rel=0.01)
    said = leadlift("measure", "letters", "--on", "2026-12-31", at=shop)
    assert re.search(r"The contact was to add \d+, between \d+ and \d+; it added \d+ \[\d+, \d+\]", said.out)
    page = (shop / "reports" / "measure-letters.html").read_text("utf-8")
    assert "Promised and added" in page
    spec = shop / "pipelines" / "campaigns" / "letters.yaml"
    spec.write_text(LETTERS.replace("name: mail", "name: post"), encoding="utf-8")
    gone = leadlift("measure", "letters", "--on", "2026-12-31", at=shop)
    spec.write_text(LETTERS, encoding="utf-8")
    assert gone.code == 2
    assert "has the offer 'mail', which the campaign no longer names" in gone.err


@pytest.mark.slow
def test_no_effect_is_said_and_not_promoted_and_there_is_nothing_to_tune(leadlift, shop):
    said = leadlift("train", "noise", at=shop)
    assert said.code == 0, said.err
    assert "No effect found" in said.out
    run = tracker_of(open_workspace(shop)).runs("noise", "train")[0]
    assert run.metrics["oot.qini.low"] <= 0 <= run.metrics["oot.qini.high"]
    card = tracker_of(open_workspace(shop)).artifact(run.id, "model_card.md").decode()
    assert "**No effect found" in card
    refused = leadlift("promote", "noise", at=shop)
    assert refused.code == 3
    assert "qini: failed: lower end of Qini's 95 % interval on the test" in refused.err
    assert "AUC" not in refused.err
    tuning = leadlift("tune", "noise", at=shop)
    assert tuning.code == 2
    assert "nothing else to tune" in tuning.err


@pytest.mark.slow
def test_a_column_that_knows_the_outcome_stops_an_uplift_training_and_is_named(leadlift, shop):
    path = shop / "pipelines" / "again.yaml"
    path.write_text(
        PIPELINE.format(name="again")
        .replace("column: again", "column: noise")
        .replace("age]", "age, twice]"),
        encoding="utf-8",
    )
    spec = shop / "leadlift.yaml"
    before = spec.read_text(encoding="utf-8")
    rows = (shop / "trial.csv").read_text(encoding="utf-8").splitlines()
    twice = [f"{row},{row.split(',')[5]}" if number else f"{row},twice" for number, row in enumerate(rows)]
    (shop / "twice.csv").write_text("\n".join(twice) + "\n", encoding="utf-8")
    spec.write_text(
        before.replace("trial.csv", "twice.csv") + "      twice: {type: integer}\n", encoding="utf-8"
    )
    try:
        said = leadlift("train", "again", at=shop)
        words = ("--accept-leak", "twice", "--because", "a test")
        doubted = leadlift("train", "again", *words, at=shop)
        accepted = leadlift("train", "again", *words, "--accept-leak", "model", at=shop)
    finally:
        spec.write_text(before, encoding="utf-8")
        path.unlink()
    assert said.code == 3
    assert "twice" in said.err
    # what the two suspects do together is seen when the responses of the test are
    assert doubted.code == 3
    assert "the response model separates the test with AUC 1.000" in doubted.err
    assert accepted.code == 0, accepted.err
    run, whole, stopped = tracker_of(open_workspace(shop)).runs("again", "train")[:3]
    assert whole.status == "FAILED"
    assert (run.params["accept_leak"], run.params["accepted_because"]) == ("twice,model", "a test")
    assert (stopped.status, stopped.params["accept_leak"], stopped.params["accepted_because"]) == (
        "FAILED",
        "",
        "",
    )
