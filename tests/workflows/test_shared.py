"""What several people share: an MLflow server whose runs lie in PostgreSQL and whose files lie in one folder."""

from __future__ import annotations

import shutil
import sys

import pytest

from ..servers import free_port, mlflow_server

psycopg = pytest.importorskip("psycopg")
DAY = "2026-06-30"


@pytest.fixture
def server(new_database, tmp_path):
    """The address of a server as docs/shared.md starts it."""
    port = free_port()
    store = new_database.replace("postgresql://", "postgresql+psycopg://")
    words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--backend-store-uri", store]
    words += ["--serve-artifacts", "--artifacts-destination", str(tmp_path / "artifacts")]
    with mlflow_server([sys.executable, "-m", "mlflow", "server", *words], tmp_path, port) as address:
        yield address


@pytest.mark.slow
def test_one_person_trains_and_another_on_another_machine_scores_and_promotes(
    server, leadlift, starter, tmp_path, new_database
):
    spec = starter / "leadlift.yaml"
    text = f"tracking_uri: {server}\n" + spec.read_text("utf-8")
    spec.write_text(text, encoding="utf-8")
    other = tmp_path / "colleague"
    shutil.copytree(starter, other)

    assert leadlift("train", "fund_purchase", "--promote", at=starter).code == 0
    scored = leadlift("score", "fund_purchase", "--as-of", DAY, "--json", at=other)
    assert (scored.code, scored.err) == (0, "")
    assert leadlift("train", "fund_purchase", "--seed", "3", at=other).code == 0
    promoted = leadlift("promote", "fund_purchase", "--version", "2", "--who", "bo", "--because", "newer",
                        "--accept", "beats_champion", "--json", at=starter)  # fmt: skip
    assert (promoted.code, promoted.json["version"], promoted.json["replaced"]) == (0, 2, 1)
    told = [
        leadlift("history", "fund_purchase", "--json", at=place).json["versions"]
        for place in (starter, other)
    ]
    assert told[0][0]["version"] == told[1][0]["version"] == 2
    assert told[0][0]["reigns"] == told[1][0]["reigns"]
    assert told[1][0]["reigns"][0]["who"] == "bo"

    # nothing of the store lies in the workspaces
    for place in (starter, other):
        assert not (place / "mlruns" / "mlflow.db").exists()
    for name in ("MLmodel", "model_card.md"):
        assert len(list((tmp_path / "artifacts").rglob(name))) == 2
    with psycopg.connect(new_database) as connection:
        (versions,) = connection.execute("select count(*) from model_versions").fetchone()
    assert versions == 2
