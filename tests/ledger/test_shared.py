"""A ledger in a database: several machines, each with its own files, and what one of them must not lose."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import threading
from datetime import date

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from leadlift.engines.addresses import with_driver
from leadlift.errors import UserError
from leadlift.ledger import open_ledger
from leadlift.ledger.places import OUTCOMES
from leadlift.workflows.places import own_contacts

from .lists import DAY, events, fill, told, write

ON = date(2026, 7, 10)


@pytest.fixture
def machine(url, tmp_path):
    """Open the ledger on a machine of that name; `machine.root(name)` is its workspace."""

    def opened(name: str, workspace: str = "bank"):
        return open_ledger(url, workspace, tmp_path / name)

    return opened


def rows(url: str, question: str) -> list[tuple]:
    engine = sa.create_engine(with_driver(url), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(question))]


def test_another_machine_reads_a_list_that_it_never_saw(machine, tmp_path):
    write(machine("a"), tmp_path / "a", "fund", ["ann", "bob"])
    there = machine("b")
    assert told(there) == {"fund 2026-06-30": ["ann", "bob"]}
    assert own_contacts(there.root, "card", DAY)["customer_id"].to_pylist() == ["ann", "bob"]
    # what goes out stays where it was written
    assert not list(there.root.rglob("leads.csv"))
    assert not (tmp_path / "b/leads").exists()
    assert f"on {os.uname().nodename}" in there.said_of("fund", DAY)


def test_workspaces_of_another_name_know_nothing_of_each_other(machine, tmp_path):
    write(machine("a"), tmp_path / "a", "fund", ["ann"])
    with machine("a").adding(ON) as adding:
        adding.keep("abc", events(("c", "ann", "answered", "2026-07-03", None)))
    stranger = machine("c", workspace="other-bank")
    assert told(stranger) == {}
    assert not list((stranger.root / OUTCOMES).glob("events-*"))


def test_the_second_of_two_who_write_the_same_list_is_refused_and_leaves_nothing(machine, tmp_path):
    one, two = machine("a"), machine("b")
    write(one, tmp_path / "a", "fund", ["ann"])
    with pytest.raises(UserError, match="has a list of 2026-06-30 that was written while this one was made"):
        write(two, tmp_path / "b", "fund", ["bob"])
    assert not list((tmp_path / "b/leads/fund").iterdir())
    assert told(machine("b")) == told(machine("a")) == {"fund 2026-06-30": ["ann"]}
    with pytest.raises(UserError, match="that was written before"):
        write(machine("b"), tmp_path / "b", "fund", ["bob"])


def test_two_who_write_at_the_very_same_moment(machine, url, tmp_path):
    ledgers = {name: machine(name) for name in ("a", "b")}
    start, said = threading.Barrier(2), {}

    def run(name: str) -> None:
        start.wait()
        try:
            write(ledgers[name], tmp_path / name, "fund", [name])
            said[name] = "written"
        except UserError as error:
            said[name] = str(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in ledgers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (winner,) = [name for name, what in said.items() if what == "written"]
    (refused,) = [what for what in said.values() if what != "written"]
    assert f"fund-20260630-{winner}" in refused
    assert told(machine("c")) == {"fund 2026-06-30": [winner]}
    assert [name for name in "ab" if (tmp_path / name / "leads/fund/2026-06-30").exists()] == [winner]
    assert rows(url, "SELECT count(*) FROM leadlift_lists") == [(1,)]


def test_a_policy_that_has_not_seen_every_list_is_not_written(machine, tmp_path):
    """Both were free for both; the second would break the cap."""
    early = machine("b")
    write(machine("a"), tmp_path / "a", "fund", ["ann"])
    with pytest.raises(
        UserError, match=r"its policy has not seen: list fund-20260630-ann.*run the command again"
    ):
        write(early, tmp_path / "b", "card", ["ann"])
    # a list of a later day is none of its business, nor is any to one that counts no contacts
    write(early, tmp_path / "b", "card", ["ann"], date(2026, 6, 29))
    write(early, tmp_path / "b", "loan", ["ann"], reads_lists=False)
    write(machine("b"), tmp_path / "b", "card", ["bob"])


def test_a_list_that_another_machine_replaces_counts_nowhere(machine, tmp_path):
    write(machine("a"), tmp_path / "a", "fund", ["ann"])
    write(machine("b"), tmp_path / "b", "fund", ["bob"], replace=True)
    assert told(machine("a")) == {"fund 2026-06-30": ["bob"], "fund 2026-06-30.replaced-1": ["ann"]}
    # the files of the first machine are left as they are, and are not taken for a list in use
    assert (tmp_path / "a/leads/fund/2026-06-30").is_dir()
    assert told(machine("a"))["fund 2026-06-30"] == ["bob"]


def _dies(url: str, root, moment: str) -> None:
    ledger = open_ledger(url, "bank", root)
    if moment == "before":
        ledger._refuse = lambda *_, **__: os._exit(9)
    folder = root / "leads/fund/2026-06-30"
    temporary = folder.with_name(f".tmp-{os.getpid()}-{folder.name}")
    temporary.mkdir(parents=True)
    fill(temporary, "fund", DAY, ["ann", "bob"])
    with ledger.recording("fund", DAY, temporary, replace=False, reads_lists=True):
        if moment == "within":
            os._exit(9)
    os._exit(9)


@pytest.mark.parametrize(("moment", "there"), [("before", False), ("within", False), ("after", True)])
def test_a_killed_command_leaves_neither_or_what_the_next_one_mends(machine, url, tmp_path, moment, there):
    machine("a")
    process = multiprocessing.get_context("fork").Process(target=_dies, args=(url, tmp_path / "a", moment))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    ledger = machine("a")
    assert told(ledger) == ({"fund 2026-06-30": ["ann", "bob"]} if there else {})
    folder = tmp_path / "a/leads/fund/2026-06-30"
    assert (folder / "leads.csv").exists() == there
    if not there:
        write(ledger, tmp_path / "a", "fund", ["ann", "bob"])
    assert told(machine("b")) == {"fund 2026-06-30": ["ann", "bob"]}


def test_outcomes_cannot_be_counted_twice(machine, url):
    row = ("c", "customer-77", "bought", "2026-07-03", 12.5)
    with machine("a").adding(ON) as adding:
        adding.keep("abc", events(row))
    with (
        pytest.raises(UserError, match=r"ledger: .*leadlift_outcomes") as said,
        machine("b").adding(ON) as adding,
    ):
        adding.keep("def", events(row))
    assert "customer-77" not in str(said.value)
    assert rows(url, "SELECT file, rows FROM leadlift_outcome_files") == [("abc", 1)]
    assert len(list((machine("b").root / OUTCOMES).glob("events-*.parquet"))) == 1


def test_lists_and_outcomes_in_files_come_into_the_ledger_once(machine, url, tmp_path):
    for root in ("a", "b"):
        files = open_ledger(None, "bank", tmp_path / root)
        write(files, tmp_path / root, "fund", ["ann", "bob"])
        write(files, tmp_path / root, f"only-{root}", [root])
        write(files, tmp_path / root, f"only-{root}", [root, "more"], replace=True)
        with files.adding(ON) as adding:
            adding.keep("same-file", events(("c", "ann", "bought", "2026-07-03", 5.0), ("c", root, "answered",
                                              "2026-07-04", None)))  # fmt: skip
    # two machines that had the same list in copied folders
    for file in ("manifest.json", "leads.csv", "kept/assignments.parquet"):
        (tmp_path / "b/leads/fund/2026-06-30" / file).write_bytes(
            (tmp_path / "a/leads/fund/2026-06-30" / file).read_bytes()
        )
    for _ in range(2):
        for root in ("a", "b"):
            machine(root)
    expected = {
        "fund 2026-06-30": ["ann", "bob"],
        "only-a 2026-06-30": ["a", "more"],
        "only-a 2026-06-30.replaced-1": ["a"],
        "only-b 2026-06-30": ["b", "more"],
        "only-b 2026-06-30.replaced-1": ["b"],
    }
    assert told(machine("a")) == told(machine("b")) == expected
    # what both had added counts once
    assert rows(url, "SELECT customer_id, event FROM leadlift_outcomes ORDER BY 1") == [
        ("a", "answered"), ("ann", "bought"), ("b", "answered")
    ]  # fmt: skip
    state = rows(url, "SELECT state FROM leadlift_ledger")
    machine("a"), machine("b")
    assert rows(url, "SELECT state FROM leadlift_ledger") == state


def test_files_that_contradict_the_ledger_are_told_and_nothing_is_moved(machine, tmp_path):
    write(machine("a"), tmp_path / "a", "fund", ["ann"])
    files = open_ledger(None, "bank", tmp_path / "b")
    write(files, tmp_path / "b", "fund", ["bob"])
    write(files, tmp_path / "b", "card", ["cat"])
    with pytest.raises(
        UserError, match=r"fund-20260630-bob is not in the ledger.*name the folder 2026-06-30.replaced-1"
    ):
        machine("b")
    assert told(machine("a")) == {"fund 2026-06-30": ["ann"]}
    (tmp_path / "b/leads/fund/2026-06-30").rename(tmp_path / "b/leads/fund/2026-06-30.replaced-1")
    assert told(machine("b")) == {
        "card 2026-06-30": ["cat"],
        "fund 2026-06-30": ["ann"],
        "fund 2026-06-30.replaced-1": ["bob"],
    }


def test_a_snapshot_is_fetched_once_and_mended_when_it_was_cut_short(machine, tmp_path, monkeypatch):
    write(machine("a"), tmp_path / "a", "fund", ["ann"])
    machine("a")
    asked = []
    monkeypatch.setattr("leadlift.ledger.snapshot.fetch_list", lambda *given: asked.append(given))
    machine("a")
    assert asked == []
    monkeypatch.undo()
    there = machine("b")
    shutil.rmtree(there.root / "leads/fund/2026-06-30")
    assert told(machine("b")) == {"fund 2026-06-30": ["ann"]}
    (there.root / "index.json").unlink()
    (there.root / "leads/fund/2026-06-30/manifest.json").write_text("{}")
    (there.root / "outcomes").mkdir(exist_ok=True)
    (there.root / "outcomes/events-stray.parquet").write_text("")
    again = machine("b")
    assert told(again) == {"fund 2026-06-30": ["ann"]}
    assert again.said_of("fund", DAY)
    assert not list((again.root / OUTCOMES).glob("events-*"))


def test_a_file_larger_than_a_row_may_be_is_put_together_again(machine, tmp_path, monkeypatch):
    monkeypatch.setattr("leadlift.ledger.records.PART", 100)
    folder = write(machine("a"), tmp_path / "a", "fund", [f"customer-{number}" for number in range(500)])
    file = "kept/assignments.parquet"
    there = machine("b").root / "leads/fund/2026-06-30" / file
    assert there.read_bytes() == (folder / file).read_bytes()
    assert pq.read_metadata(there).num_rows == 500


def test_an_answer_lost_on_the_way_is_asked_for_again(machine, tmp_path, monkeypatch):
    """The database said yes, and the connection broke before that was heard."""
    ledger = machine("a")
    whole = ledger._database.writing

    def breaking():
        from contextlib import contextmanager

        @contextmanager
        def writing():
            with whole() as connection:
                yield connection
            raise UserError("ledger: server closed the connection unexpectedly")

        return writing()

    monkeypatch.setattr(ledger._database, "writing", breaking)
    folder = write(ledger, tmp_path / "a", "fund", ["ann"])
    assert (folder / "leads.csv").exists()
    assert told(machine("b")) == {"fund 2026-06-30": ["ann"]}


def test_a_snapshot_never_takes_for_known_what_is_not_settled(machine, url, tmp_path):
    """While one adds, its transaction sees its own state; a failure must not leave a snapshot of it."""
    ledger = machine("a")
    row = ("c", "ann", "answered", "2026-07-03", None)

    def failing() -> None:
        with ledger.adding(ON) as adding:
            adding.keep("abc", events(row))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with machine("b").adding(ON) as adding:
        adding.keep("def", events(("c", "bob", "answered", "2026-07-03", None)))
    assert [path.name for path in (machine("a").root / OUTCOMES).glob("events-*")] == ["events-def.parquet"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://ann:s3cret@127.0.0.1:1/none", "ledger: postgresql://ann:\\*\\*\\*@127.0.0.1:1/none: "),
        ("postgresql://127.0.0.1:1/none?user=ann&password=s3cret", r"ledger: .*password=\*\*\*: "),
        ("postgresql+nosuch://ann:s3cret@host/d", "ledger: "),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
    ],
)
def test_no_password_stands_in_what_is_told_of_a_database_that_cannot_be_reached(url, words, tmp_path):
    with pytest.raises(UserError, match=words) as said:
        open_ledger(url, "bank", tmp_path)
    assert "s3cret" not in str(said.value)


def test_a_database_that_is_no_longer_the_same_is_read_anew(tmp_path):
    url = f"sqlite:///{tmp_path / 'l.db'}"
    write(open_ledger(url, "bank", tmp_path / "a"), tmp_path / "a", "fund", ["ann"])
    assert told(open_ledger(url, "bank", tmp_path / "b"))
    with sqlite3.connect(tmp_path / "l.db") as store:
        for table in ("leadlift_ledger", "leadlift_lists", "leadlift_list_files"):
            store.execute(f"delete from {table}")
    assert told(open_ledger(url, "bank", tmp_path / "b")) == {}


def test_who_may_only_read_the_tables_reads_the_ledger(new_database, tmp_path):
    psycopg = pytest.importorskip("psycopg")
    write(open_ledger(new_database, "bank", tmp_path / "a"), tmp_path / "a", "fund", ["ann"])
    role = f"reader_{new_database.rpartition('_')[2]}"
    with psycopg.connect(new_database) as connection:
        connection.execute(f"create role {role} login")
        connection.execute(f"grant select on all tables in schema public to {role}")
    as_reader = new_database.replace("bank@", f"{role}@")
    ledger = open_ledger(as_reader, "bank", tmp_path / "b")
    assert told(ledger) == {"fund 2026-06-30": ["ann"]}
    with pytest.raises(UserError, match="permission denied for table leadlift_ledger"):
        write(ledger, tmp_path / "b", "card", ["bob"])
    assert told(open_ledger(new_database, "bank", tmp_path / "a")) == {"fund 2026-06-30": ["ann"]}
