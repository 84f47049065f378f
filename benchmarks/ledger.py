"""A ledger in a database: what lists and outcomes cost to write down and to fetch, beside lists as rows.

    python benchmarks/ledger.py postgresql://bank@127.0.0.1/empty --lists 20 --customers 100000

The database must be empty; its tables stay. Lists as rows are written by COPY under a key of customer and day, and read
back as Arrow columns; the ledger keeps lists as the Parquet files that they are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.ledger import open_ledger
from leadlift.workflows.manifest import write_manifest

FIRST = date(2026, 1, 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--lists", type=int, default=20)
    parser.add_argument("--customers", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        lists(asked.url, Path(made), asked.lists, asked.customers)
        rows(asked.url, assignments(asked.customers, FIRST))
        outcomes(asked.url, Path(made) / "a", asked.customers)


def lists(url: str, folder: Path, count: int, customers: int) -> None:
    """Write so many lists down from one machine, and fetch them on another, at once and when there is nothing new."""
    spent, size = 0.0, 0
    for number in range(count):
        day, place = FIRST + timedelta(days=number), folder / f"list-{number}"
        (place / "kept").mkdir(parents=True)
        file = place / "kept/assignments.parquet"
        pq.write_table(assignments(customers, day), file, compression="zstd")
        write_manifest(place, [file], {"list_id": f"fund-{number}", "valid_until": "2026-12-31"})
        ledger, began = open_ledger(url, "bank", folder / "a"), time.perf_counter()
        with ledger.recording("fund", day, place, replace=False, reads_lists=True):
            pass
        spent, size = spent + time.perf_counter() - began, size + file.stat().st_size
    told(f"{count} lists of {customers:,}: {size / count / 1e6:.1f} MB and {spent / count:.3f} s each")
    with timed("another machine fetches all"):
        open_ledger(url, "bank", folder / "b")
    with timed("and once more, nothing being new"):
        open_ledger(url, "bank", folder / "b")


def rows(url: str, table: pa.Table) -> None:
    """The same list as rows of a table."""
    types = {pa.string(): "text", pa.date32(): "date", pa.float64(): "float8", pa.int64(): "bigint"}
    columns = ", ".join(f"{field.name} {types[field.type]}" for field in table.schema)
    with psycopg.connect(url) as connection:
        connection.execute(f"create table assignments ({columns}, primary key (customer_id, as_of))")
        with (
            timed("one list as rows, by COPY"),
            connection.cursor().copy("copy assignments from stdin") as copy,
        ):
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                copy.write_row(row)
        with timed("read back"):
            found = connection.execute("select * from assignments").fetchall()
            for place in range(table.num_columns):
                pa.array([row[place] for row in found])
        (size,) = connection.execute("select pg_total_relation_size('assignments')").fetchone() or (0,)
        told(f"its rows with their key: {size / 1e6:.1f} MB")


def outcomes(url: str, root: Path, count: int) -> None:
    """As many outcomes, added and brought into the snapshot."""
    same = {"treatment_code": "A1B2C3D4E5", "event": "delivered", "source": "answers.csv"}
    table = pa.table(
        {
            **{name: pa.array([value] * count) for name, value in same.items()},
            "customer_id": pa.array([f"{one:08d}" for one in range(count)]),
            "day": pa.array([datetime(2026, 7, 3)] * count, pa.timestamp("s")),
            "money": pa.nulls(count, pa.float64()),
            "line": pa.array(range(2, count + 2), pa.int64()),
            "added_at": pa.array([datetime(2026, 7, 10, tzinfo=UTC)] * count, pa.timestamp("s", "UTC")),
        }
    )
    ledger = open_ledger(url, "bank", root)
    with timed(f"{count:,} outcomes added and fetched"), ledger.adding(date(2026, 7, 10)) as adding:
        adding.keep("answers", table)


def assignments(count: int, day: date) -> pa.Table:
    """A list as leadlift keeps it."""
    draw = np.random.default_rng(day.toordinal())
    chance = draw.beta(1, 30, count)
    texts = {
        "offer": "fund",
        "band": "A",
        "stratum": "fund.call",
        "model_version": "bank.fund v1",
        "list_id": "fund-1",
    }
    return pa.table(
        {
            "customer_id": [f"{one:08d}" for one in draw.permutation(20 * count)[:count]],
            "cell": np.where(draw.random(count) < 0.1, "control", "model").tolist(),
            "channel": draw.choice(["call", "app_push"], count).tolist(),
            "treatment_code": draw.choice(["A1B2C3D4E5", "F1B2C3D4E5"], count).tolist(),
            **{name: [value] * count for name, value in texts.items()},
            "probability": chance,
            "uplift": pa.nulls(count, pa.float64()),
            "value": np.full(count, 800.0),
            "cost": np.full(count, 20.0),
            "expected_value": chance * 800 - 20,
            "percentile": draw.integers(1, 101, count),
            "score": np.log(chance),
            "share_contacted": np.full(count, 0.9),
            "as_of": [day] * count,
            "valid_until": [day] * count,
        }
    )


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    told(f"{what}: {time.perf_counter() - began:.3f} s")


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
