"""A small bank of the reference workspace, with scores, a segmentation and a list made by hand: no model is needed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadlift.simulate import BankPlan, simulate
from leadlift.workflows.manifest import write_manifest
from leadlift.workflows.score_files import SCHEMA, named

ROOT = Path(__file__).parents[2]
DAY = date(2026, 5, 15)
PIPELINES = ("term_deposit_response", "fund_propensity")


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Path:
    """The repository's specs over 300 customers and 15 months, scored on DAY. To be read only."""
    folder = tmp_path_factory.mktemp("customers") / "bank"
    folder.mkdir()
    shutil.copy(ROOT / "leadlift.yaml", folder)
    for part in ("feature_defs", "pipelines"):
        shutil.copytree(ROOT / part, folder / part)
    simulate(BankPlan(customers=300, months=15), folder / "data")
    for place, pipeline in enumerate(PIPELINES):
        write_scores(folder, pipeline, DAY, 0.2 + place / 10)
    return folder


@pytest.fixture
def copy(world, tmp_path) -> Path:
    """A copy of the world, to be changed."""
    return Path(shutil.copytree(world, tmp_path / "bank"))


@pytest.fixture(scope="session")
def ids(world) -> list[str]:
    """The customers, those with most movements first."""
    rows = pd.read_parquet(world / "data" / "transactions", columns=["customer_id"])
    return list(rows["customer_id"].value_counts().index)


def write_scores(
    folder: Path, pipeline: str, day: date, probability: float, *, amounts: bool = False
) -> Path:
    """Scores of everyone, all alike, as `leadlift score` would leave them. amounts: as of a value model."""
    schema = named(SCHEMA, amounts)
    people = sorted(set(pd.read_parquet(folder / "data" / "customers.parquet")["customer_id"]))
    place = folder / "scores" / pipeline / day.isoformat()
    place.mkdir(parents=True)
    count = len(people)
    columns = [
        people, [day] * count, [probability] * count, [probability] * count, [50] * count, ["B"] * count,
        list(range(1, count + 1)),
    ]  # fmt: skip
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    path = place / "scores.parquet"
    pq.write_table(pa.table(arrays, schema=schema), path)
    facts = {
        "as_of": day.isoformat(), "version": 1, "customers": count, "data": "x", "model": f"demo-bank.{pipeline}",
        "run_id": "gone",
    }  # fmt: skip
    write_manifest(place, [path], facts)
    return place


def rewrite(path: Path, rows: pd.DataFrame) -> None:
    """Write rows over a table, in its own types."""
    schema = pq.read_schema(path)
    pq.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False), path)
