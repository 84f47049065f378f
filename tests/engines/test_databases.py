"""Tables of databases as sources, on servers that are real: read only, whole or not at all, and nothing secret told."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import contextmanager
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from leadlift.engines import _postgresql, databases, snapshots
from leadlift.engines.addresses import with_driver
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.engines.snapshots import SNAPSHOTS
from leadlift.specs import Source

from .conftest import all_rows

COLUMNS = {
    "id": {"type": "string"}, "amount": {"type": "decimal"}, "rate": {"type": "number"}, "n": {"type": "integer"},
    "day": {"type": "date"}, "at": {"type": "timestamp"}, "open": {"type": "boolean"}, "town": {"type": "string"},
}  # fmt: skip
NOON = dt.datetime(2026, 6, 30, 12, 0, 0, 123000)
ROWS = [
    ("0007", Decimal("12.34"), 0.5, 3, dt.date(2026, 6, 30), NOON, True, "成都"),
    ("0008", None, None, None, None, None, None, None),
    (
        "0009",
        Decimal("-0.10"),
        1e-3,
        -2,
        dt.date(1970, 1, 1),
        NOON.replace(microsecond=0),
        False,
        "O'Hara 5%",
    ),
]
TABLE = """create table sales (id text, amount numeric(12,2), rate double precision, n integer, day date, at timestamp,
    open boolean, town text, secret text)"""


@contextmanager
def connected(url: str):
    """A connection that may write, as the bank's own systems have."""
    engine = sa.create_engine(with_driver(url))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def filled(url: str, rows=ROWS) -> str:
    """Put the rows into the table of a database."""
    with connected(url) as connection:
        connection.execute(sa.text("drop table if exists sales"))
        made = TABLE.replace("at timestamp", "at datetime(6)") if url.startswith("mysql") else TABLE
        connection.execute(sa.text(made))
        insert = "insert into sales values (:a, :b, :c, :d, :e, :f, :g, :h, 'not declared')"
        for row in rows:
            told = [str(v) if isinstance(v, Decimal) and url.startswith("sqlite") else v for v in row]
            told = [
                v.isoformat(" ") if isinstance(v, dt.datetime) and url.startswith("sqlite") else v
                for v in told
            ]
            told = [v.isoformat() if isinstance(v, dt.date) and url.startswith("sqlite") else v for v in told]
            connection.execute(sa.text(insert), dict(zip("abcdefgh", told, strict=True)))
    return url


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def url(request, tmp_path, monkeypatch) -> str:
    """A database with one table; its address is in the variable BANK."""
    servers = {"postgresql": "new_database", "mysql": "new_mysql"}
    fixture = servers.get(request.param)
    there = f"sqlite:///{tmp_path}/bank.db" if fixture is None else request.getfixturevalue(fixture)
    monkeypatch.setenv("BANK", there)
    return filled(there)


@pytest.fixture
def opened(tmp_path):
    """Open a source of the table `sales` in an engine of its own: opened(watch="count(*)")."""
    made = []

    def run(columns=COLUMNS, timezone="Asia/Shanghai", **database):
        told = {"url": "env:BANK", **({} if "query" in database else {"table": "sales"}), **database}
        source = Source.model_validate({"kind": "flat", "columns": columns, "database": told})
        engine = DuckDbEngine(tmp_path, tmp_path / "cache", timezone)
        made.append(engine)
        return engine, source, engine.open_source("it", source)

    yield run
    for engine in made:
        engine.close()


def ids(engine) -> list[str]:
    return sorted(row[0] for row in all_rows(engine, "it"))


def test_rows_come_as_declared_and_what_is_not_declared_stays_in_the_database(url, opened, tmp_path):
    engine, source, faults = opened()
    assert faults == []
    assert sorted(all_rows(engine, "it")) == ROWS
    (piece,) = engine.partitions(source)
    assert piece.rows == 3
    assert b"not declared" not in piece.files[0].read_bytes()
    engine.open_partition("piece", source, piece)
    assert sorted(all_rows(engine, "piece")) == ROWS


def test_a_query_is_read_with_its_percent_signs_and_columns_have_names_of_their_own(url, opened):
    columns = {"who": {"type": "string", "from": "id"}, "cents": {"type": "integer"}}
    engine, _, faults = opened(
        columns, query="select id, cast(amount * 100 as integer) as cents from sales where town like '%5%%';"
    )
    assert faults == []
    assert all_rows(engine, "it") == [("0009", -10)]


def days_later(monkeypatch, days):
    """Let it be so many days later, in the workspace's own time zone: near midnight days differ by zone."""
    later = staticmethod(lambda zone: dt.datetime.now(zone) + dt.timedelta(days=days))
    monkeypatch.setattr(snapshots, "datetime", type("At", (), {"now": later}))


def test_a_snapshot_counts_for_its_day_and_a_watched_table_is_asked_each_time(url, opened, monkeypatch):
    for told in ({}, {"watch": "count(*), max(n)"}):
        opened(**told)
    filled(url, ROWS[:1])
    assert ids(opened()[0]) == ["0007", "0008", "0009"]
    assert ids(opened(watch="count(*), max(n)")[0]) == ["0007"]
    days_later(monkeypatch, 1)
    assert ids(opened(keep_for="3d")[0]) == ["0007", "0008", "0009"]
    assert ids(opened()[0]) == ["0007"]


def test_a_table_that_holds_the_same_keeps_its_file_and_fingerprint(url, opened, monkeypatch):
    engine, source, _ = opened()
    before = engine.fingerprint(source)
    days_later(monkeypatch, 1)
    again, same, _ = opened()
    assert again.fingerprint(same) == before
    filled(url, ROWS[:2])
    days_later(monkeypatch, 2)
    changed, same, _ = opened()
    assert changed.fingerprint(same) != before
    # who began before goes on with what it began with
    assert engine.fingerprint(source) == before
    assert len(ids(engine)) == 3


def test_one_engine_sees_one_moment_however_often_it_opens(url, opened):
    engine, source, _ = opened(watch="count(*)")
    filled(url, ROWS[:1])
    assert engine.open_source("it", source) == []
    assert len(ids(engine)) == 3


def test_a_break_while_reading_leaves_the_snapshot_before_it_and_nothing_half(
    url, opened, tmp_path, monkeypatch
):
    opened(watch="count(*)")
    folder = next(path for path in (tmp_path / "cache" / SNAPSHOTS).iterdir() if path.is_dir())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    filled(url, ROWS * 4)
    true_write = pq.ParquetWriter.write_table

    def stops(writer, table):
        true_write(writer, table)
        raise KeyboardInterrupt

    monkeypatch.setattr(pq.ParquetWriter, "write_table", stops)
    with pytest.raises(KeyboardInterrupt):
        opened(watch="count(*)")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    monkeypatch.setattr(pq.ParquetWriter, "write_table", true_write)
    assert len(ids(opened(watch="count(*)")[0])) == 12


def test_rows_come_in_pieces_and_one_column_may_be_declared_twice(url, opened, monkeypatch):
    monkeypatch.setattr(databases, "AT_ONCE", 2)
    monkeypatch.setattr(_postgresql, "BLOCK", 64)
    columns = {
        "id": {"type": "string"},
        "again": {"type": "string", "from": "id"},
        "town": {"type": "string"},
    }
    engine, _, faults = opened(columns)
    assert faults == []
    assert sorted(all_rows(engine, "it")) == [(row[0], row[0], row[-1]) for row in ROWS]


def test_an_empty_table_and_an_empty_text_are_not_the_same_as_nothing(url, opened):
    filled(url, [])
    assert all_rows(opened()[0], "it") == []
    filled(url, [("", *[None] * 7), ('a\n"b,', *[None] * 7)])
    engine, _, _ = opened({"id": {"type": "string"}, "town": {"type": "string"}}, watch="count(*)")
    assert sorted(all_rows(engine, "it")) == [("", None), ('a\n"b,', None)]


# a function that writes -> what the server says when a source calls it
HARM = {
    "postgresql": (
        "create function harm() returns integer language sql volatile as 'insert into hit values (1) returning n'",
        "cannot execute INSERT in a read-only transaction",
    ),
    "mysql": (
        "create function harm() returns integer modifies sql data begin insert into hit values (1); return 1; end",
        "Cannot execute statement in a READ ONLY transaction",
    ),
}


def test_nothing_can_be_written_through_a_source(url, opened):
    with connected(url) as connection:
        connection.execute(sa.text("create table hit (n integer)"))
    if server := next((one for one in HARM if url.startswith(one)), None):
        with connected(url) as connection:
            connection.execute(sa.text(HARM[server][0]))
        (fault,) = opened({"n": {"type": "integer"}}, query="select harm() as n")[2]
        assert fault.message == f"the database refuses: {HARM[server][1]}"
    else:
        (fault,) = opened(
            {"n": {"type": "integer"}}, query="with a as (select 1) insert into hit values (1)"
        )[2]
    assert fault.path == ("database", "query")
    with connected(url) as connection:
        assert connection.execute(sa.text("select count(*) from hit")).scalar() == 0


@pytest.mark.parametrize(
    ("columns", "database", "path", "message"),
    [
        (
            {"idd": {"type": "string"}},
            {},
            ("columns", "idd"),
            "no column 'idd' in 'sales'. Did you mean 'id'?",
        ),
        (
            COLUMNS,
            {"table": "sale"},
            ("database", "table"),
            "no table 'sale' in the database. Did you mean 'sales'?",
        ),
        (
            COLUMNS,
            {"url": "env:NOBODY"},
            ("database", "url"),
            "the variable NOBODY of the environment is not set",
        ),
        (
            {"town": {"type": "integer", "pii": True}},
            {},
            ("columns", "town", "type"),
            "values of 'town' in the database cannot be read as integer",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_key_and_no_value_is_shown(
    url, opened, columns, database, path, message
):
    (fault,) = opened(columns, **database)[2]
    assert (fault.path, fault.message) == (path, message)


def test_a_moment_with_a_zone_becomes_the_workspaces_local_time(new_database, opened, monkeypatch):
    monkeypatch.setenv("BANK", new_database)
    with connected(new_database) as connection:
        connection.execute(sa.text("create table sales (at timestamptz)"))
        connection.execute(sa.text("insert into sales values ('2026-06-30 20:00:00+00')"))
    engine, _, faults = opened({"at": {"type": "timestamp"}})
    assert faults == []
    assert all_rows(engine, "it") == [(dt.datetime(2026, 7, 1, 4),)]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/none",
        "mysql://ann:s3cret@127.0.0.1:1/none",
        "nosuch://ann:s3cret@host/d",
        "sqlite:///s3cret/none.db?s3cret",
        "ann:s3cret",
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(opened, monkeypatch, address):
    monkeypatch.setenv("BANK", address)
    (fault,) = opened()[2]
    assert fault.path == ("database", "url")
    assert "ann:" not in fault.message
    assert "s3cret" not in fault.message or address.startswith("sqlite")


def test_a_driver_that_is_not_installed_is_named(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymysql", None)
    monkeypatch.setenv("BANK", "mysql://ann:s3cret@host/d")
    (fault,) = opened()[2]
    assert fault.message == "the driver of this database is not installed: pip install 'pymysql'"
