"""What is MySQL's own: its types, moments and days that are none, rights and errors. On a server that is real."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from leadlift.engines.databases import OpenTable

from .conftest import all_rows
from .test_databases import connected, opened

pytest.importorskip("pymysql")
__all__ = ["opened"]

# declared in MySQL as -> put there as -> read as a column of a type -> what a source must say; the zone is UTC+8
KINDS = [
    ("varchar(20) character set gbk", "'成都银行'", "string", "成都银行"),
    ("text", "'😀 100% O''Hara'", "string", "😀 100% O'Hara"),
    ("char(10)", "'ab '", "string", "ab"),
    ("enum('m','f')", "'f'", "string", "f"),
    ("json", "'{\"a\": 1}'", "string", '{"a": 1}'),
    ("varbinary(8)", "'abc'", "string", "abc"),
    ("bigint", "-9007199254740993", "integer", -9007199254740993),
    ("bigint", "12", "decimal", Decimal("12.00")),
    ("bigint unsigned", "18446744073709551615", "string", "18446744073709551615"),
    ("mediumint unsigned", "7", "integer", 7),
    ("year", "2026", "integer", 2026),
    ("bit(4)", "b'0101'", "integer", 5),
    ("decimal(18,2)", "-0.10", "decimal", Decimal("-0.10")),
    ("decimal(20,4)", "1234.5650", "decimal", Decimal("1234.57")),
    ("decimal(20,4)", "-1234.5650", "decimal", Decimal("-1234.57")),
    ("decimal(20,4)", "1234.5678", "number", 1234.5678),
    ("float", "0.1", "number", 0.1),
    ("double", "1e-3", "number", 1e-3),
    ("boolean", "true", "boolean", True),
    ("tinyint(1)", "0", "boolean", False),
    ("bit(1)", "b'1'", "boolean", True),
    ("date", "'2026-06-30'", "date", dt.date(2026, 6, 30)),
    ("date", "'2026-06-30'", "timestamp", dt.datetime(2026, 6, 30)),
    ("datetime", "'2026-06-30 20:00:00'", "timestamp", dt.datetime(2026, 6, 30, 20)),
    ("datetime(6)", "'2026-06-30 20:00:00.123456'", "timestamp", dt.datetime(2026, 6, 30, 20, 0, 0, 123456)),
    ("datetime", "'2026-06-30 20:00:00'", "date", dt.date(2026, 6, 30)),
    ("timestamp null", "'2026-06-30 20:00:00'", "timestamp", dt.datetime(2026, 7, 1, 4)),
    ("timestamp(3) null", "'2026-06-30 20:00:00.5'", "timestamp", dt.datetime(2026, 7, 1, 4, 0, 0, 500000)),
    ("timestamp null", "'2026-06-30 20:00:00'", "date", dt.date(2026, 7, 1)),
    ("timestamp null", "'2026-06-30 20:00:00'", "string", "2026-07-01 04:00:00"),
]  # fmt: skip


def done(url: str, *statements: str) -> None:
    """Run statements as the bank's own systems do, in universal time."""
    with connected(url) as connection:
        connection.exec_driver_sql("set time_zone = '+00:00'")
        for statement in statements:
            connection.execute(sa.text(statement.replace(":", "\\:")))


@pytest.fixture
def bank(new_mysql, monkeypatch) -> str:
    """An empty database, whose address is in the variable BANK."""
    monkeypatch.setenv("BANK", new_mysql)
    return new_mysql


def test_every_type_comes_as_declared_and_nothing_as_nothing(bank, opened):
    names = [f"c{place}" for place in range(len(KINDS))]
    made = ", ".join(f"{name} {kind[0]}" for name, kind in zip(names, KINDS, strict=True))
    values = ", ".join(kind[1] for kind in KINDS)
    done(
        bank,
        f"create table sales ({made})",
        f"insert into sales values ({values})",
        "insert into sales values ()",
    )
    engine, _, faults = opened(
        {name: {"type": kind[2]} for name, kind in zip(names, KINDS, strict=True)}, watch="count(*)"
    )
    assert faults == []
    nothing, row = sorted(all_rows(engine, "it"), key=lambda one: one[0] is not None)
    assert row == tuple(kind[3] for kind in KINDS)
    assert nothing == (None,) * len(KINDS)


@pytest.mark.parametrize(
    ("made", "value", "wanted"),
    [
        ("bigint unsigned", "18446744073709551615", "integer"),
        ("bigint", "12345678901234567", "decimal"),
        ("decimal(10,2)", "1.50", "integer"),
        ("varbinary(4)", "x'ff00'", "string"),
        ("varchar(9)", "'s3cret'", "date"),
    ],
)
def test_a_value_that_has_no_place_in_the_declared_type_is_told_and_not_shown(
    bank, opened, made, value, wanted
):
    done(bank, f"create table sales (c {made})", f"insert into sales values ({value})")
    (fault,) = opened({"c": {"type": wanted}})[2]
    assert fault.path == ("columns", "c", "type")
    assert fault.message == f"values of 'c' in the database cannot be read as {wanted}"


def test_a_day_that_is_none_is_told_with_what_to_do_and_that_does_it(bank, opened):
    done(
        bank,
        "set sql_mode = ''",
        "create table sales (closed date)",
        "insert into sales values ('2026-06-30'), ('0000-00-00')",
    )
    columns = {"closed": {"type": "date"}}
    (fault,) = opened(columns)[2]
    mended = "nullif(closed, '0000-00-00')"
    assert f"0000-00-00 is no day, and {mended} in a `query` makes nothing of it" in fault.message
    engine, _, faults = opened(columns, query=f"select {mended} as closed from sales")
    assert faults == []
    assert set(all_rows(engine, "it")) == {(None,), (dt.date(2026, 6, 30),)}


def test_all_of_a_snapshot_is_of_one_moment(bank, opened, monkeypatch):
    done(bank, "create table sales (n int) engine = innodb", "insert into sales values (1), (2)")
    done(bank, "set global transaction isolation level read uncommitted")
    try:
        true_columns = OpenTable.columns

        def written_between(table):
            done(bank, "insert into sales values (3)")
            return true_columns(table)

        monkeypatch.setattr(OpenTable, "columns", written_between)
        engine, _, faults = opened({"n": {"type": "integer"}}, watch="count(*)")
    finally:
        done(bank, "set global transaction isolation level repeatable read")
    assert faults == []
    assert sorted(all_rows(engine, "it")) == [(1,), (2,)]


def test_a_user_without_rights_is_told_so_without_name_and_machine(bank, opened, monkeypatch):
    done(bank, "create table sales (n int)", "create table pay (n int)", "create or replace user ann@localhost "
         "identified by 's3cret'", f"grant select on {bank.rpartition('/')[2]}.sales to ann@localhost")  # fmt: skip
    monkeypatch.setenv("BANK", bank.replace("bank@", "ann:s3cret@", 1))
    columns = {"n": {"type": "integer"}}
    assert opened(columns)[2] == []
    (fault,) = opened(columns, query="select n from pay")[2]
    assert fault.message.startswith("the database refuses: SELECT command denied to user '***' for table")
    monkeypatch.setenv("BANK", bank.replace("bank@", "ann:wr0ng@", 1))
    (fault,) = opened(columns, watch="count(*)")[2]
    assert fault.message == (
        "the database cannot be reached (OperationalError): is it up, are user and password right?"
    )


def test_mariadbs_own_word_for_the_address_is_understood(bank, opened, monkeypatch):
    done(bank, "create table sales (at timestamp null)", "insert into sales values ('2026-06-30 20:00:00')")
    monkeypatch.setenv("BANK", bank.replace("mysql://", "mariadb://"))
    engine, _, faults = opened({"at": {"type": "timestamp"}})
    assert faults == []
    assert all_rows(engine, "it") == [(dt.datetime(2026, 7, 1, 4),)]


def test_an_error_that_would_repeat_a_value_is_told_by_its_number(bank, opened):
    done(bank, "create table sales (n bigint unsigned)", "insert into sales values (18446744073709551615)")
    (fault,) = opened({"n": {"type": "string"}}, query="select n + 1 as n from sales")[2]
    assert fault.message == "the database refuses: OperationalError 1690"
