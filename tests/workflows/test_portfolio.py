"""The page of all models, where a run is gone or days come out of order."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadlift.names import CHAMPION
from leadlift.specs import open_workspace
from leadlift.tracking._mlflow import MlflowClient
from leadlift.workflows.session import tracker_of

pytestmark = pytest.mark.slow
NAME, DAY, BEFORE = "fund_purchase", "2026-06-30", "2026-04-30"


def state_of(leadlift, folder: Path) -> dict:
    said = leadlift("report", "--json", at=folder)
    assert said.code == 0, said.err
    (told,) = [one for one in said.json["models"] if one["pipeline"] == NAME]
    return told


def test_a_champion_whose_run_was_deleted_is_told_as_such_and_can_be_replaced(leadlift, bank):
    tracker = tracker_of(open_workspace(bank))
    champion = tracker.version(NAME, CHAMPION)
    address = f"sqlite:///{bank / 'mlruns/mlflow.db'}"
    MlflowClient(tracking_uri=address, registry_uri=address).delete_run(champion.run_id)
    told = state_of(leadlift, bank)
    assert (told["state"], told["reasons"]) == ("immature", ["the training run of version 1 is gone"])
    assert leadlift("train", NAME, "--seed", "5", at=bank).code == 0
    said = leadlift(
        "promote", NAME, "--accept", "beats_champion", "--because", "its run is gone", "--json", at=bank
    )
    assert said.code == 0, said.err
    assert (said.json["version"], said.json["replaced"]) == (2, 1)


def test_the_latest_scoring_is_that_of_the_latest_day_whenever_it_was_made(leadlift, bank):
    assert leadlift("score", NAME, "--as-of", BEFORE, at=bank).code == 0
    state_of(leadlift, bank)
    page = (bank / "reports" / "models.html").read_text("utf-8")
    assert f">{DAY}<" in page
    assert f">{BEFORE}<" not in page
