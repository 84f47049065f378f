"""The audit by the real command: a suspect stops training with code 3, and who accepts it is written down."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from leadlift.specs import open_workspace
from leadlift.tracking import RunRecord
from leadlift.workflows.session import tracker_of

WORKSPACE = """
name: shop
sources:
  buyers:
    path: buyers.csv
    kind: flat
    customer_key: person
    columns:
      person: {type: string}
      age: {type: integer}
      wealth: {type: number}
      refund: {type: number}
      remark: {type: string, pii: true}
      origin: {type: string, protected: true}
      bought: {type: string}
"""
PIPELINE = """
pipeline: buy
kind: response
population: {table: buyers}
target: {column: bought, positive: "yes"}
split: {random: 20%, valid: 20%, calibration: 20%}
model: {max_rounds: 10, calibration: platt}
"""
ROWS = 1_500
ACCEPT = ("--accept-leak", "refund", "--because", "refunds are known before the call")


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    """A flat table in which a refund, a personal remark and a protected origin tell who bought."""
    folder = tmp_path_factory.mktemp("shop")
    draw = np.random.default_rng(2)
    wealth = draw.normal(size=ROWS)
    bought = draw.random(ROWS) < 1 / (1 + np.exp(1.5 - wealth))
    refund = np.where(bought & (draw.random(ROWS) < 0.3), draw.uniform(1, 9, ROWS).round(2), 0.0)
    rows = [
        f"p{n:05d},{draw.integers(18, 80)},{wealth[n]:.4f},{refund[n]},{'glad' if yes else 'sad'},"
        f"{'here' if yes else 'there'},{'yes' if yes else 'no'}"
        for n, yes in enumerate(bought)
    ]
    (folder / "pipelines").mkdir()
    (folder / "leadlift.yaml").write_text(WORKSPACE, encoding="utf-8")
    (folder / "pipelines" / "buy.yaml").write_text(PIPELINE, encoding="utf-8")
    header = "person,age,wealth,refund,remark,origin,bought"
    (folder / "buyers.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def last_run(folder: Path) -> RunRecord:
    return tracker_of(open_workspace(folder)).runs("buy", "train")[0]


def artifact(folder: Path, name: str) -> str:
    return tracker_of(open_workspace(folder)).artifact(last_run(folder).id, name).decode()


def test_an_open_suspect_stops_training_and_the_run_keeps_it_and_accepting_it_is_recorded(leadlift, shop):
    said = leadlift("train", "buy", at=shop)
    assert said.code == 3
    assert "known_afterwards: refund: of " in said.err
    assert 'leadlift train buy --accept-leak refund --because "..."' in said.err
    run = last_run(shop)
    assert (run.status, run.tags["leadlift.audit.open"], run.tags["leadlift.audit.accepted"]) == (
        "FAILED",
        "1",
        "",
    )
    told = json.loads(artifact(shop, "audit.json"))
    assert told["open"] == 1
    assert [(one["name"], one["severity"], one["open"]) for one in told["findings"]] == [
        ("refund", "error", True)
    ]
    assert tracker_of(open_workspace(shop)).history("buy") == []

    said = leadlift("train", "buy", *ACCEPT, at=shop)
    assert said.code == 0, said.err
    assert "suspect: refund: of " in said.out
    run = last_run(shop)
    assert (run.tags["leadlift.audit.open"], run.tags["leadlift.audit.accepted"]) == ("0", "refund")
    assert run.tags["leadlift.audit.because"] == run.params["accepted_because"] == ACCEPT[3]
    assert run.params["accept_leak"] == "refund"
    assert "leave it out next time" not in said.out
    assert json.loads(artifact(shop, "audit.json"))["findings"][0]["because"] == ACCEPT[3]
    assert ACCEPT[3] in artifact(shop, "model_card.md")
    assert ACCEPT[3] in artifact(shop, "model_card.html")
    assert [version.version for version in tracker_of(open_workspace(shop)).history("buy")] == [1]
    # neither a personal nor a protected column is spoken of, though both follow the target to the letter
    for text in (said.out, artifact(shop, "audit.json"), artifact(shop, "tables/psi.csv")):
        assert not any(word in text for word in ('remark"', "origin,", "glad", "p0000"))


def test_an_answer_for_what_nothing_is_said_of_is_kept_and_told(leadlift, shop):
    said = leadlift("train", "buy", "--accept-leak", "wealth", *ACCEPT, at=shop)
    assert said.code == 0, said.err
    assert "note: --accept-leak wealth: the audit has neither warning nor error of that name" in said.out
    assert "--accept-leak refund" not in said.out
    run = last_run(shop)
    assert run.params["accept_leak"] == "wealth,refund"
    assert run.tags["leadlift.audit.accepted"] == "refund"


def test_a_run_that_one_suspect_stops_keeps_who_another_was_accepted_for(leadlift, shop, tmp_path):
    shutil.copytree(shop, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("mlruns"))
    draw = np.random.default_rng(3)
    header, *rows = (tmp_path / "buyers.csv").read_text("utf-8").splitlines()
    fees = [1 + draw.integers(9) if row.endswith("yes") and draw.random() < 0.3 else 0 for row in rows]
    wider = [f"{header},fee", *(f"{row},{fee}" for row, fee in zip(rows, fees, strict=True))]
    (tmp_path / "buyers.csv").write_text("\n".join(wider) + "\n", encoding="utf-8")
    (tmp_path / "leadlift.yaml").write_text(WORKSPACE + "      fee: {type: integer}\n", encoding="utf-8")
    said = leadlift("train", "buy", *ACCEPT, at=tmp_path)
    assert said.code == 3
    assert "--accept-leak fee" in said.err
    run = last_run(tmp_path)
    assert (run.status, run.params["accept_leak"], run.params["accepted_because"]) == (
        "FAILED",
        "refund",
        ACCEPT[3],
    )


def test_a_model_is_explained_by_its_own_features_though_the_pipeline_chooses_others_now(leadlift, shop):
    path = shop / "pipelines" / "buy.yaml"
    path.write_text(PIPELINE + "features: {include: ['*'], exclude: [refund]}\n", encoding="utf-8")
    try:
        said = leadlift("explain", "buy", at=shop)
    finally:
        path.write_text(PIPELINE, encoding="utf-8")
    assert said.code == 0, said.err
    assert "refund" in (shop / "reports" / "explain-buy.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--accept-leak", "refund"), "--accept-leak NAME and --because REASON go together"),
        (("--because", "so it is"), "--accept-leak NAME and --because REASON go together"),
        (("--accept-leak", "refunds", "--because", "so it is"), "Did you mean 'refund'?"),
        # what the model may not see cannot be a suspect either
        (("--accept-leak", "remark", "--because", "so it is"), "no feature of this pipeline"),
    ],
)
def test_what_is_accepted_must_have_a_reason_and_be_a_suspect(leadlift, shop, words, message):
    said = leadlift("train", "buy", *words, at=shop)
    assert said.code == 2
    assert message in said.err
