"""A small sound workspace that each test breaks in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leadlift.specs import Workspace, open_workspace, read_workspace

WORKSPACE = """\
name: demo-bank
customer_key: customer_id
sources:
  customers:
    path: customers.csv
    kind: attributes
    since: joined
    columns:
      customer_id: {type: string, pii: true}
      joined: {type: date}
      birth_date: {type: date, pii: true}
      gender: {type: string, protected: true}
      region: {type: string}
  transactions:
    path: transactions.csv
    kind: events
    event_time: posted_at
    joins: [{source: branches, on: branch, columns: [city]}]
    columns:
      customer_id: {type: string}
      posted_at: {type: timestamp}
      amount: {type: decimal}
      channel: {type: string}
      branch: {type: string}
  balances:
    path: balances.csv
    kind: snapshots
    event_time: month_end
    columns: {customer_id: {type: string}, month_end: {type: date}, balance: {type: number}}
  holdings:
    path: holdings.csv
    kind: intervals
    valid_from: opened_on
    valid_to: closed_on
    columns:
      customer_id: {type: string}
      product: {type: string}
      opened_on: {type: date}
      closed_on: {type: date}
      matures_on: {type: date}
  branches:
    path: branches.csv
    kind: lookup
    columns: {branch: {type: string}, city: {type: string}}
  flat_bank:
    path: bank.csv
    kind: flat
    columns: {age: {type: integer}, job: {type: string, pii: true}, y: {type: string}}
"""

FEATURES = """\
subject: behaviour
source: transactions
windows: [30d, 90d]
features:
  txn_count: {agg: count}
  last_channel: {agg: last, of: channel}
"""

PIPELINE = """\
pipeline: deposit
kind: propensity
population: {as_of: monthly, from: 2025-01-31}
target: {source: holdings, outcome: 60d}
"""

CAMPAIGN = """\
campaign: spring
pipeline: deposit
offer: {name: deposit, label: a term deposit}
channel: phone
consent: txn_count_30d > 0
size: 10
"""

SOUND = {
    "leadlift.yaml": WORKSPACE,
    "feature_defs/f.yaml": FEATURES,
    "pipelines/p.yaml": PIPELINE,
    "pipelines/campaigns/c.yaml": CAMPAIGN,
}

Written = Callable[..., Path]
Told = Callable[..., list[str]]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write the sound workspace with these files instead of, or beside, its own; None leaves one out."""

    def write(files: dict[str, str | bytes | None]) -> Path:
        for name, text in (SOUND | files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


@pytest.fixture
def told(written: Written) -> Told:
    """Every fault of the sound workspace with these files changed, one line each."""
    return lambda files: [str(problem) for problem in read_workspace(written(files))[1]]


@pytest.fixture
def opened(written: Written) -> Callable[..., Workspace]:
    """The sound workspace with these files changed, opened."""
    return lambda files: open_workspace(written(files))


@pytest.fixture
def workspace_with() -> Callable[[str, str], str]:
    """The sound leadlift.yaml with one text in the place of another."""

    def change(old: str, new: str) -> str:
        assert old in WORKSPACE
        return WORKSPACE.replace(old, new, 1)

    return change
