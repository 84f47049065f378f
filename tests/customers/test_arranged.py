"""Sources kept in the order of customers: a page reads the same from copies, from files, and from some of each."""

from __future__ import annotations

import shutil

import pandas as pd
import pyarrow.parquet as pq
import pytest

from leadlift.specs import open_workspace
from leadlift.workflows.arrange import arrange_sources
from leadlift.workflows.cache import cached, clean
from leadlift.workflows.customer import customer
from leadlift.workflows.session import CACHE

from .conftest import DAY

LEAST = 500


@pytest.fixture
def arranged(copy):
    """A bank whose movements lie in two files, all large sources copied."""
    split(copy)
    arrange_sources(open_workspace(copy), least=LEAST)
    return copy


def split(bank):
    """The movements in two files by month, each in the order of time."""
    folder = bank / "data" / "transactions"
    rows = pd.read_parquet(folder).sort_values("loaded_at", kind="stable")
    schema = pq.read_schema(next(folder.glob("*.parquet")))
    shutil.rmtree(folder)
    folder.mkdir()
    half = len(rows) // 2
    for name, part in (("a", rows[:half]), ("b", rows[half:])):
        part.to_parquet(folder / f"{name}.parquet", index=False, schema=schema)


def page(bank, who):
    return customer(open_workspace(bank), who, DAY)


def test_copies_hold_the_rows_of_their_files_in_the_order_of_customers(arranged):
    copies = sorted((arranged / CACHE / "customers").glob("transactions-*.parquet"))
    assert len(copies) == 2
    rows = [pd.read_parquet(path) for path in copies]
    assert all(one["customer_id"].is_monotonic_increasing for one in rows)
    order = ["txn_id", "loaded_at", "customer_id"]
    files = pd.read_parquet(arranged / "data" / "transactions")
    theirs = pd.concat(rows)[files.columns].sort_values(order).reset_index(drop=True)
    mine = files.sort_values(order).reset_index(drop=True)
    pd.testing.assert_frame_equal(theirs, mine, check_dtype=False)


def test_a_page_is_the_same_from_copies_from_files_and_from_some_of_each(arranged, ids):
    from_copies = [page(arranged, who) for who in ids[:3]]
    next((arranged / CACHE / "customers").glob("transactions-*.parquet")).unlink()
    from_both = [page(arranged, who) for who in ids[:3]]
    clean(open_workspace(arranged))
    from_files = [page(arranged, who) for who in ids[:3]]
    assert from_copies == from_both == from_files


def test_copies_are_what_is_read(arranged, ids):
    before = page(arranged, ids[0])
    for path in (arranged / CACHE / "customers").glob("transactions-*.parquet"):
        pq.write_table(pq.read_table(path).slice(0, 0), path)
    activity = {one.source for one in page(arranged, ids[0]).activity}
    assert "transactions" in {one.source for one in before.activity}
    assert "transactions" not in activity


def test_only_what_is_new_is_copied_and_copies_of_what_is_gone_are_removed(arranged):
    ws = open_workspace(arranged)
    assert {one.made for one in arrange_sources(ws, least=LEAST)} == {0}
    path = arranged / "data" / "transactions" / "b.parquet"
    pq.write_table(pq.read_table(path).slice(10), path)
    found = {one.source: one for one in arrange_sources(ws, least=LEAST)}["transactions"]
    assert (found.pieces, found.made) == (2, 1)
    copies = list((arranged / CACHE / "customers").glob("transactions-*.parquet"))
    assert sum(pq.read_metadata(one).num_rows for one in copies) == found.rows


def test_small_sources_are_not_copied_and_the_cache_lists_what_is(copy):
    ws = open_workspace(copy)
    assert arrange_sources(ws) == []
    found = arrange_sources(ws, least=LEAST)
    assert {"transactions", "balances"} <= {one.source for one in found}
    assert all(one.rows >= LEAST for one in found)
    kept = {one.kind: one for one in cached(ws)}["customers"]
    assert kept.entries == sum(one.pieces for one in found)
    clean(ws)
    assert {one.kind: one for one in cached(ws)}["customers"].entries == 0
