"""Sources in a bucket, and what the tests of them ask."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadlift.engines.buckets import BUCKETS
from leadlift.specs import Source

from .conftest import all_rows, source

COLUMNS = "id:string amount:decimal month:string"
PATH = "s3://bank/sales/*/*.parquet"


def rows(*ids: str, amount: float = 1.5) -> bytes:
    """A Parquet file of these customers."""
    file = io.BytesIO()
    pq.write_table(pa.table({"id": list(ids), "amount": [amount] * len(ids)}), file)
    return file.getvalue()


@pytest.fixture
def months(s3) -> Source:
    """Three months of sales in a bucket."""
    for month, who in enumerate(("ann", "bob", "cem"), 1):
        s3.put("bank", f"sales/month=2026-0{month}/part 1.parquet", rows(who))
    return source(COLUMNS, path=PATH)


def opened(new_engine, of: Source):
    """A command of its own: an engine in which the source is open."""
    engine = new_engine()
    assert engine.open_source("it", of) == []
    return engine


def ids(engine) -> list[str]:
    return sorted(row[0] for row in all_rows(engine, "it"))


def kept(folder: Path) -> set[Path]:
    """The copies that lie below the cache."""
    return {path for path in (folder / "cache" / BUCKETS).rglob("*.parquet") if path.is_file()}
