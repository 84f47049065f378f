"""What becomes known later never changes the scores of an earlier day: not one bit of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.cli.main import main

from ..workspaces import copied

# the month end of March is two days old: the bank knows it three days after
DAY = date(2026, 4, 2)
MIDNIGHT = datetime(2026, 4, 2)
Change = Callable[[pa.Table, np.random.Generator], pa.Table]


def at(table: pa.Table, column: str, mask: np.ndarray, values: list[object]) -> pa.Table:
    """The table with these values of a column where the mask is true."""
    drawn = pa.array(values, table[column].type)
    changed = pc.replace_with_mask(table[column].combine_chunks(), pa.array(mask), drawn)
    return table.set_column(table.column_names.index(column), column, changed)


def true(condition: pa.ChunkedArray) -> np.ndarray:
    return pc.fill_null(condition, False).to_numpy(zero_copy_only=False)


def later(table: pa.Table, column: str) -> np.ndarray:
    return true(pc.greater_equal(table[column], pa.scalar(DAY, table[column].type)))


def days_after(count: int, draw: np.random.Generator) -> list[date]:
    return [DAY + timedelta(days=int(day)) for day in draw.integers(0, 60, count)]


def some(table: pa.Table, keep: np.ndarray, draw: np.random.Generator) -> pa.Table:
    """All rows to be kept and about half of the others, in any order."""
    rows = np.flatnonzero(keep | (draw.random(len(keep)) < 0.5))
    return table.take(pa.array(draw.permutation(rows)))


def transactions(table: pa.Table, draw: np.random.Generator) -> pa.Table:
    """Later ones change, go, and correct earlier ones."""
    new = true(
        pc.or_(pc.greater(table["loaded_at"], MIDNIGHT), pc.greater_equal(table["posted_at"], MIDNIGHT))
    )
    known = np.flatnonzero(~new)
    corrected = table.take(pa.array(draw.choice(known, 500)))
    everyone = np.ones(500, dtype=bool)
    loaded = [MIDNIGHT + timedelta(seconds=int(second)) for second in draw.integers(1, 10**6, 500)]
    corrected = at(corrected, "loaded_at", everyone, loaded)
    corrected = at(corrected, "channel", everyone, ["app"] * 500)
    corrected = at(corrected, "category", everyone, ["investment"] * 500)
    late = at(table, "channel", new, ["app"] * int(new.sum()))
    return pa.concat_tables([some(late, ~new, draw), corrected])


def balances(table: pa.Table, draw: np.random.Generator) -> pa.Table:
    """The month ends that are not known yet are other ones."""
    new = true(pc.greater_equal(table["month_end"], DAY - timedelta(days=2)))
    assert new.any()
    other = draw.permutation(np.flatnonzero(new))
    shuffled = table["savings_balance"].take(pa.array(other)).to_pylist()
    return some(at(table, "savings_balance", new, shuffled), ~new, draw)


def intervals(start: str, end: str) -> Change:
    """What begins later changes or goes; what ends later ends on another later day, or not at all."""

    def change(table: pa.Table, draw: np.random.Generator) -> pa.Table:
        new, ends = later(table, start), later(table, end)
        table = at(table, start, new, days_after(int(new.sum()), draw))
        ended = [day if draw.random() < 0.7 else None for day in days_after(int(ends.sum()), draw)]
        return some(at(table, end, ends, ended), ~new, draw)

    return change


CHANGES: dict[str, Change] = {
    "transactions/part-0000": transactions,
    "balances": balances,
    "holdings": intervals("opened_on", "closed_on"),
    "consents": intervals("given_on", "withdrawn_on"),
    "customers": intervals("valid_from", "valid_to"),
}


@pytest.fixture(scope="module")
def earlier(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, pa.Table]:
    """A workspace, its untouched data, and its scores of the day."""
    folder = copied(finished, tmp_path_factory.mktemp("future") / "bank")
    shutil.move(folder / "data", folder / "untouched")
    shutil.copytree(folder / "untouched", folder / "data")
    return folder, folder / "untouched", scored(folder)


def scored(folder: Path) -> pa.Table:
    assert main(["score", "fund_purchase", "--as-of", str(DAY), "--workspace", str(folder)]) == 0
    return pq.read_table(folder / "scores/fund_purchase" / str(DAY) / "scores.parquet")


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6), touched=st.sets(st.sampled_from(sorted(CHANGES)), min_size=2))
def test_rows_known_later_leave_the_scores_of_a_day_bit_for_bit_as_they_were(earlier, seed, touched):
    folder, untouched, before = earlier
    draw = np.random.default_rng(seed)
    for name in CHANGES:
        table = pq.read_table(untouched / f"{name}.parquet")
        changed = CHANGES[name](table, draw) if name in touched else table
        pq.write_table(changed, folder / "data" / f"{name}.parquet")
    assert scored(folder).equals(before)


def test_rows_known_in_time_do_change_the_scores(earlier):
    # or else the test above would prove nothing
    folder, untouched, before = earlier
    table = pq.read_table(untouched / "balances.parquet")
    known = true(pc.less(table["month_end"], DAY - timedelta(days=2)))
    other = table["total_assets"].take(pa.array(np.random.default_rng(1).permutation(np.flatnonzero(known))))
    pq.write_table(at(table, "total_assets", known, other.to_pylist()), folder / "data/balances.parquet")
    assert not scored(folder).equals(before)
