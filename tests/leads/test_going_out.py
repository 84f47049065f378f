"""How a list leaves the bank: under pseudonyms, encrypted, into a database; and whether a file is the one we wrote."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pyarrow as pa
import pytest
import sqlalchemy as sa

from leadlift.errors import UserError
from leadlift.leads.database import write_to_database
from leadlift.leads.encrypt import encrypted
from leadlift.leads.pseudonyms import pseudonyms

KEY = "a secret that nobody guesses"


def leads(list_id: str, customers: int = 3) -> pa.Table:
    """A list in few columns, Chinese and dates among them."""
    return pa.table(
        {
            "rank": pa.array(range(1, customers + 1), pa.int32()),
            "customer_id": [f"{number:04d}" for number in range(customers)],
            "offer": ["定期存款"] * customers,
            "probability": [0.5] * customers,
            "valid_until": pa.array([date(2026, 7, 30)] * customers, pa.date32()),
            "list_id": [list_id] * customers,
        }
    )


def test_a_pseudonym_is_the_same_for_ever_and_another_key_gives_others():
    told = pseudonyms(["0007", "8"], KEY).to_pylist()
    assert told == pseudonyms(["0007", "8"], KEY).to_pylist()
    assert told[0] == "E4JGTX3VZQRH730081DM"
    assert len(set(told) | set(pseudonyms(["0007", "8"], KEY + "!").to_pylist())) == 4


def test_an_encrypted_file_opens_for_each_recipient_alone(tmp_path):
    pyrage = pytest.importorskip("pyrage")
    ann, bo, eve = (pyrage.x25519.Identity.generate() for _ in range(3))
    file = tmp_path / "leads.csv"
    file.write_bytes(b"rank,customer_id\n1,0007\n")
    (sealed,) = encrypted([file], [str(ann.to_public()), str(bo.to_public())])
    assert not file.exists()
    assert b"0007" not in sealed.read_bytes()
    for one in (ann, bo):
        assert pyrage.decrypt(sealed.read_bytes(), [one]) == b"rank,customer_id\n1,0007\n"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed.read_bytes(), [eve])


def test_a_recipient_that_is_none_leaves_the_file_alone(tmp_path):
    file = tmp_path / "leads.csv"
    file.write_text("1")
    with pytest.raises(UserError, match="'age1nobody' is no age recipient"):
        encrypted([file], ["age1nobody"])
    assert file.read_text() == "1"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/leads.db"
    pytest.importorskip("psycopg")
    return request.getfixturevalue("new_database")


@contextmanager
def connected(url: str):
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def rows(url: str, table: str) -> list[dict]:
    with connected(url) as connection:
        found = connection.execute(sa.text(f"select * from {table} order by list_id, rank")).mappings().all()
    return [dict(one) for one in found]


def test_a_list_goes_into_a_table_whole_and_what_a_killed_run_left_goes(database):
    write_to_database(database, "leads_a", leads("june-20260630-aaaa"), "june-20260630-", [])
    write_to_database(database, "leads_a", leads("july-20260731-bbbb"), "july-20260731-", [])
    # the first june list never got its folder: its rows are not known
    write_to_database(database, "leads_a", leads("june-20260630-cccc", 2), "june-20260630-", [])
    # and this one did, and is replaced by another that stands beside it
    write_to_database(
        database, "leads_a", leads("june-20260630-dddd", 1), "june-20260630-", ["june-20260630-cccc"]
    )
    found = rows(database, "leads_a")
    assert [one["list_id"][-4:] for one in found] == ["bbbb"] * 3 + ["cccc"] * 2 + ["dddd"]
    assert found[0]["offer"] == "定期存款"
    assert str(found[0]["valid_until"]) == "2026-07-30"
    assert found[0]["customer_id"] == "0000"


def test_a_table_without_a_column_is_refused_and_nothing_is_written(database):
    write_to_database(database, "leads_b", leads("june-1").drop_columns(["offer"]), "june-", [])
    with pytest.raises(UserError, match="table leads_b has no column offer"):
        write_to_database(database, "leads_b", leads("june-2"), "june-", [])
    assert [one["list_id"] for one in rows(database, "leads_b")] == ["june-1"] * 3


def test_a_row_that_the_database_refuses_undoes_all(database):
    write_to_database(database, "leads_c", leads("may-1"), "may-", [])
    with connected(database) as connection:
        connection.execute(sa.text("create unique index one_each on leads_c (customer_id)"))
    with pytest.raises(UserError, match="nothing was written"):
        write_to_database(database, "leads_c", leads("june-1"), "june-", [])
    assert {one["list_id"] for one in rows(database, "leads_c")} == {"may-1"}


def test_a_database_that_cannot_be_reached_is_told_without_its_address():
    with pytest.raises(UserError, match=r"export\.database") as told:
        write_to_database("postgresql://ann:s3cret@127.0.0.1:1/none", "leads", leads("a-1"), "a-", [])
    assert "s3cret" not in str(told.value)
