"""What every ledger promises: whoever opens it next reads what was written, and nothing that was not."""

from __future__ import annotations

from datetime import date

import pyarrow.parquet as pq
import pytest

from leadlift.ledger import open_ledger
from leadlift.ledger.places import OUTCOMES
from leadlift.workflows.places import own_contacts

from .lists import DAY, events, fill, told, write


@pytest.fixture
def opened(place, tmp_path):
    """Open the ledger of one workspace, anew each time."""
    root = tmp_path / "bank"
    return lambda: open_ledger(place, "bank", root)


def test_an_empty_ledger_has_no_list_and_no_outcome(opened):
    ledger = opened()
    assert told(ledger) == {}
    assert list((ledger.root / OUTCOMES).glob("events-*")) == []
    assert ledger.said_of("fund", DAY) == ""
    assert ledger.cases_due is None


def test_a_list_is_read_as_it_was_written(opened, tmp_path):
    folder = write(opened(), tmp_path / "bank", "fund", ["ann", "bob", "007"])
    ledger = opened()
    assert told(ledger) == {"fund 2026-06-30": ["ann", "bob", "007"]}
    for file in ("manifest.json", "kept/assignments.parquet"):
        assert (ledger.root / "leads/fund/2026-06-30" / file).read_bytes() == (folder / file).read_bytes()
    rows = own_contacts(ledger.root, "other", date(2026, 7, 1)).to_pylist()
    assert {row["customer_id"] for row in rows} == {"ann", "bob", "007"}
    assert {(row["day"], row["until"]) for row in rows} == {(DAY, date(2026, 7, 30))}


def test_a_list_whose_command_fails_is_nowhere(opened, tmp_path):
    with pytest.raises(ZeroDivisionError):
        write(opened(), tmp_path / "bank", "fund", ["ann"], fails=ZeroDivisionError())
    assert told(opened()) == {}
    assert not list((tmp_path / "bank/leads/fund").iterdir())


def test_a_list_that_is_replaced_is_kept_and_counts_no_more(opened, tmp_path):
    write(opened(), tmp_path / "bank", "fund", ["ann", "bob"])
    write(opened(), tmp_path / "bank", "fund", ["cat", "dan"], replace=True)
    ledger = opened()
    assert told(ledger) == {"fund 2026-06-30": ["cat", "dan"], "fund 2026-06-30.replaced-1": ["ann", "bob"]}
    assert own_contacts(ledger.root, "other", DAY)["customer_id"].to_pylist() == ["cat", "dan"]


def test_who_writes_is_told_which_lists_of_the_day_are_finished(opened, tmp_path):
    write(opened(), tmp_path / "bank", "fund", ["ann"])
    made = tmp_path / "being-made"
    made.mkdir()
    fill(made, "fund", DAY, ["bob"])
    with opened().recording("fund", DAY, made, replace=True, reads_lists=False) as finished:
        assert list(finished) == ["fund-20260630-ann"]


def test_outcomes_are_read_as_they_were_added(opened):
    rows = events(("c", "ann", "bought", "2026-07-03", 12.5), ("c", "007", "answered", "2026-07-04", None))
    with opened().adding(date(2026, 7, 10)) as adding:
        path = adding.keep("abc", rows)
    ledger = opened()
    (file,) = (ledger.root / OUTCOMES).glob("events-*.parquet")
    assert file == path
    assert file.name == "events-abc.parquet"
    assert pq.read_table(file).cast(rows.schema).to_pylist() == rows.to_pylist()


def test_more_rows_of_the_same_file_get_the_next_name_and_no_rows_no_file(opened):
    for day in ("2026-07-03", "2026-07-04"):
        with opened().adding(date(2026, 7, 10)) as adding:
            adding.keep("abc", events(("c", "ann", "answered", day, None)))
    with opened().adding(date(2026, 7, 10)) as adding:
        assert adding.keep("abc", events()) is None
    names = sorted(path.name for path in (opened().root / OUTCOMES).glob("events-*"))
    assert names == ["events-abc-2.parquet", "events-abc.parquet"]


def test_who_adds_sees_what_was_added_before(opened):
    early = opened()
    with opened().adding(date(2026, 7, 10)) as adding:
        adding.keep("abc", events(("c", "ann", "answered", "2026-07-03", None)))
    with early.adding(date(2026, 7, 10)):
        assert len(list((early.root / OUTCOMES).glob("events-*.parquet"))) == 1
