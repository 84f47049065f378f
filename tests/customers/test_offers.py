"""What a page says of a customer is what scores, reasons and lists of everyone say of the same customer."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leadlift.customers.words import WORDS
from leadlift.models import (
    EffectBands,
    Encoding,
    Model,
    ReferencePercentiles,
    Straight,
    fit_booster,
    make_dataset,
)
from leadlift.specs import open_workspace
from leadlift.workflows.aside import Aside, Question, beside
from leadlift.workflows.customer import customer

from ..workspaces import CAMPAIGN, PIPELINE
from .conftest import DAY as WORLD_DAY

DAY = date(2026, 6, 30)
RULES = """
policy:
  - {rule: two_contacts, most: 1, within: 3650d}
  - {rule: many_movements, where: txn_count_90d > 20, because: they are busy}
"""


@pytest.fixture(scope="module")
def listed(finished):
    folder = finished / "leads" / CAMPAIGN / str(DAY)
    kept = folder / "kept"
    return (
        pd.read_parquet(folder / "leads.parquet"),
        pd.read_parquet(kept / "assignments.parquet"),
        pd.read_parquet(kept / "suppressed.parquet"),
    )


def test_the_score_and_its_reasons_are_those_of_the_lead_file(bank, listed):
    leads, _, _ = listed
    for place in (0, len(leads) - 1):
        row = leads.iloc[place]
        found = customer(open_workspace(bank), row["customer_id"], DAY)
        score = found.scores[0]
        assert score.probability == pytest.approx(row["probability"])
        assert (score.percentile, score.band) == (row["percentile"], row["band"])
        assert score.note == ""
        wanted = [row[f"reason_{n}"] for n in (1, 2, 3)]
        assert list(score.reasons) == [reason for reason in wanted if isinstance(reason, str)]
        assert [(one.campaign, one.cell) for one in found.lists] == [(CAMPAIGN, "model")]


def test_a_process_beside_gives_the_same_answer_and_its_death_changes_nothing(bank, listed):
    who = listed[0]["customer_id"].iloc[0]
    ws = open_workspace(bank)
    alone = customer(ws, who, DAY)
    models = bank / ".leadlift" / "cache" / "models"
    with beside(models) as aside:
        assert aside._other is not None
        assert customer(ws, who, DAY, aside=aside) == alone
    with beside(models) as aside:
        aside._other.close()
        assert customer(ws, who, DAY, aside=aside) == alone


def test_a_fault_in_the_process_beside_is_raised_here(bank, tmp_path):
    tmp_path.joinpath("models").mkdir()
    with beside(tmp_path / "models") as aside, pytest.raises(Exception, match="nowhere"):
        aside.ask([Question(tmp_path / "nowhere", {}, None, "en")])()
    with pytest.raises(Exception, match="nowhere"):
        Aside().ask([Question(tmp_path / "nowhere", {}, None, "en")])()


def test_what_may_be_offered_is_what_the_list_decided(bank, listed):
    """Whom a rule kept from the list has that rule against the offer; whom only the size did may be offered it."""
    _, assigned, suppressed = listed
    ws = open_workspace(bank)
    wanted = dict.fromkeys(assigned["customer_id"].head(2))
    for rule, rows in suppressed.groupby("rule"):
        wanted |= dict.fromkeys(rows["customer_id"].head(3), None if rule == "size" else rule)
    assert {None, "consent", "eligible", "holdout"} & set(wanted.values()) >= {None, "consent"}
    for who, rule in wanted.items():
        chance = customer(ws, who, DAY).offers[0].chances[0]
        assert chance.allowed == (rule is None), (who, rule)
        assert rule is None or rule in [one.rule for one in chance.hurdles]


def test_every_rule_that_stands_against_an_offer_is_told_with_the_values_it_found(bank, listed):
    spec = bank / "pipelines" / "campaigns" / f"{CAMPAIGN}.yaml"
    text = spec.read_text("utf-8").replace("age >= 18", "age >= 18 and txn_count_90d > 100000")
    features = open_workspace(bank).features
    count = (
        "txn_count_90d" if "txn_count_90d" in features else next(n for n in features if n.endswith("_90d"))
    )
    rules = RULES.replace("> 20", ">= 0").replace("txn_count_90d", count)
    spec.write_text(text.replace("txn_count_90d", count) + rules, encoding="utf-8")
    who = listed[1]["customer_id"].iloc[0]
    chance = customer(open_workspace(bank), who, DAY).offers[0].chances[0]
    told = {one.rule: one for one in chance.hurdles}
    assert not chance.allowed
    assert told["eligible"].says.startswith(f"needs {count} > 100000 (")
    assert "age" not in told["eligible"].says  # that part holds
    assert told["many_movements"].because == "they are busy"
    assert features[count].label in told["many_movements"].says


def test_an_edited_feature_leaves_the_score_and_takes_the_reasons(bank, listed):
    who = listed[0]["customer_id"].iloc[0]
    customer(open_workspace(bank), who, DAY)
    for path in (bank / "feature_defs").glob("*.yaml"):
        path.write_text(path.read_text("utf-8").replace("amount < 0", "amount < -1"), encoding="utf-8")
    found = customer(open_workspace(bank), who, DAY).scores[0]
    assert found.probability == pytest.approx(listed[0]["probability"].iloc[0])
    assert not found.reasons
    assert "was trained on other features than today's" in found.note


def test_a_score_that_today_would_be_another_says_so(bank, listed):
    who = listed[0]["customer_id"].iloc[0]
    path = bank / "scores" / PIPELINE / str(DAY) / "scores.parquet"
    table = pq.read_table(path)
    moved = pc.add(table["score"], 0.5)
    pq.write_table(table.set_column(table.schema.get_field_index("score"), "score", moved), path)
    found = customer(open_workspace(bank), who, DAY).scores[0]
    assert found.note.startswith("The sources say something else of that day by now")
    assert found.reasons


def test_outcomes_before_the_day_are_told(bank, listed, leadlift, tmp_path):
    row = listed[0].iloc[0]
    path = tmp_path / "answers.csv"
    path.write_text(
        "treatment_code,customer_id,event,at,amount\n"
        f"{row['treatment_code']},{row['customer_id']},answered,2026-07-03,\n"
        f"{row['treatment_code']},{row['customer_id']},bought,2026-07-09,500\n"
    )
    assert leadlift("outcomes", "add", str(path), at=bank).code == 0
    ws = open_workspace(bank)
    assert customer(ws, row["customer_id"], date(2026, 7, 3)).outcomes == []
    told = customer(ws, row["customer_id"], date(2026, 7, 9)).outcomes
    assert [(str(one.day), one.event) for one in told] == [("2026-07-03", "answered")]
    told = customer(ws, row["customer_id"], date(2026, 7, 10)).outcomes
    assert next((one.event, one.money) for one in told) == ("bought", 500.0)


def test_questions_over_lists_say_what_the_files_say(finished, listed, leadlift):
    _, assigned, suppressed = listed
    said = leadlift("sql", "select cell, count(*) as n from leads group by 1", "--json", at=finished)
    assert said.json == [{"cell": "model", "n": len(assigned)}]
    said = leadlift("sql", "select rule, count(*) as n from suppressed group by 1", "--json", at=finished)
    assert {row["rule"]: row["n"] for row in said.json} == suppressed["rule"].value_counts().to_dict()
    said = leadlift("sql", "select campaign, leads, control, model from lists", "--json", at=finished)
    assert said.json[0]["leads"] == len(assigned)
    assert PIPELINE in said.json[0]["model"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_in_the_workspace_s_language_and_loads_nothing(copy, ids, leadlift, language, tmp_path):
    path = copy / "leadlift.yaml"
    path.write_text(
        path.read_text("utf-8").replace("language: en", f"language: {language}"), encoding="utf-8"
    )
    out = tmp_path / "page.html"
    said = leadlift("customer", ids[0], "--as-of", str(WORLD_DAY), "--html", str(out), at=copy)
    assert said.code == 0, said.err
    page = out.read_text("utf-8")
    words = WORDS[language]
    for part in ("who", "held", "balances", "activity", "scores", "contacts", "consents", "offers"):
        assert f"<h2>{words[part]}" in page
    assert page.count("<svg") > 8
    assert "http" not in page.replace("http-equiv", "")
    assert f'<html lang="{language}"' in page
    assert leadlift("customer", ids[0], "--as-of", str(WORLD_DAY), at=copy).out.count(words["offers"]) >= 3


def test_both_languages_have_all_words_with_the_same_blanks():
    import string

    def blanks(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english, chinese = WORDS["en"], WORDS["zh"]
    assert set(english) == set(chinese)
    assert {key for key in english if blanks(english[key]) != blanks(chinese[key])} == set()


def test_json_is_nothing_but_json(world, ids, leadlift):
    said = leadlift("customer", ids[0], "--as-of", str(WORLD_DAY), "--json", at=world)
    assert json.loads(said.out)["customer"] == ids[0]


def test_a_process_that_ends_with_the_page_has_written_all_of_it_and_says_how_it_ended(world, ids, leadlift):
    words = ["customer", ids[0], "--as-of", str(WORLD_DAY), "--json"]
    command = [sys.executable, "-m", "leadlift", *words, "--workspace", str(world)]
    alone = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (alone.returncode, json.loads(alone.stdout)) == (0, leadlift(*words, at=world).json)
    command[4] = "nobody"
    alone = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert alone.stderr.startswith("error: no customer 'nobody'")


def test_the_process_beside_explains_models_of_text_features_itself(tmp_path, monkeypatch):
    table = pa.table({"region": ["north", "south"] * 100, "age": [float(i) for i in range(200)]})
    encoding = Encoding.fit(table, table.column_names)
    matrix = encoding.encode(table)
    booster = fit_booster(
        make_dataset(matrix, matrix[:, 0] + matrix[:, 1], encoding), None, {"objective": "regression"}, 5
    )
    raw = booster.predict(matrix)
    places = ReferencePercentiles.from_scores(raw, "all")
    model = Model(booster, encoding, Straight(1.0, 0.0), EffectBands.from_effect(1.0, False), places)
    model = replace(model, meta={"typical": json.dumps({"region": "north", "age": 50.0})})
    folder = model.save(tmp_path / "models" / "one" / "model")
    question = Question(folder, {}, table.slice(7, 1), "en")
    here = Aside().ask([question])()
    # the answer must come from the other process: here nobody answers any more
    monkeypatch.setattr("leadlift.workflows.aside._answer", None)
    with beside(tmp_path / "models") as aside:
        assert aside.ask([question])() == here
