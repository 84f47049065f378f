"""The worked example of docs/time.md, worked by the code."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .pages import blocks, table_rows, text_of

WORKSPACE = """
name: example
sources:
  customers:
    path: customers.csv
    kind: attributes
    columns: {customer_id: {type: string}}
  transactions:
    path: transactions.csv
    kind: events
    key: txn_id
    event_time: posted_at
    available_at: loaded_at
    columns:
      txn_id: {type: string}
      customer_id: {type: string}
      posted_at: {type: timestamp}
      loaded_at: {type: timestamp}
      amount: {type: number}
"""
FEATURES = """
subject: value
source: transactions
windows: [30d, 60d]
features:
  total: {agg: sum, of: amount}
"""


def cells(columns: int) -> list[list[str]]:
    """The plain rows of tables with so many columns on the page of time."""
    lines = [line for line in text_of("docs/time.md").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if len(row) == columns and row[0][:1].isdigit()]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    facts = [row for row in cells(4) if len(row[0]) == 1]
    assert len(facts) == 4
    text = "\n".join(f"{txn},ann,{posted}:00,{loaded}:00,{amount}" for txn, posted, loaded, amount in facts)
    (tmp_path / "leadlift.yaml").write_text(WORKSPACE)
    (tmp_path / "feature_defs").mkdir()
    (tmp_path / "feature_defs" / "value.yaml").write_text(FEATURES)
    (tmp_path / "customers.csv").write_text("customer_id\nann\n")
    header = "txn_id,customer_id,posted_at,loaded_at,amount"
    (tmp_path / "transactions.csv").write_text(f"{header}\n{text}\n")
    return tmp_path


def built(leadlift, workspace: Path, day: str) -> dict[str, float]:
    said = leadlift("features", "build", "--as-of", day, "--json", at=workspace)
    assert said.code == 0, said.err
    return pq.read_table(workspace / said.json["path"]).to_pylist()[0]


def test_the_sums_of_the_page_are_those_of_the_code(leadlift, example):
    told = [(row[0], float(row[3])) for row in cells(4) if len(row[0]) == 10]
    assert len(told) == 3
    assert [(day, built(leadlift, example, day)["total_30d"]) for day, _ in told] == told


def test_a_correction_counts_once_it_is_known_and_never_twice(leadlift, example):
    assert built(leadlift, example, "2026-04-10")["total_60d"] == 15 + 100 + 1000


def test_the_page_shows_every_kind_of_source():
    from leadlift.specs.sources import _MAY

    kinds = {row[0].strip("`") for row in table_rows(text_of("docs/time.md"), 3)}
    assert set(_MAY) <= kinds


def said_by(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_proof_and_the_leak_of_the_page_are_what_the_command_says(leadlift, example, monkeypatch):
    from leadlift.features import rows

    proved, leak = blocks(text_of("docs/proof.md"), "text")
    words = ["features", "verify", "--as-of", "2026-03-31", "--as-of", "2026-04-03"]
    said = leadlift(*words, at=example)
    assert (said.code, said_by(said.out)) == (0, said_by(proved))
    right = rows.versions
    monkeypatch.setattr(
        rows,
        "versions",
        lambda name, source, *more: right(name, source.model_copy(update={"available_at": None}), *more),
    )
    said = leadlift(*words, at=example)
    assert (said.code, said_by(f"{said.out}\n{said.err}")) == (3, said_by(leak))
