"""What every engine promises, whatever the files are."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from leadlift.errors import UserError

from .conftest import all_rows, source

TWO = "id:string amount:number"


def kept(tmp_path, name="data.parquet", **columns):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def numbers(count):
    """A query of the numbers from 0 to below count."""
    return exp.select("i").from_(f"range({count}) AS t(i)")


def test_parquet_is_read_with_the_declared_names_and_types(engine, tmp_path):
    kept(tmp_path, id=pa.array([7, 8]), amount=pa.array([1, 2], pa.int8()), other=["a", "b"])
    assert engine.open_source("it", source(TWO, "data.parquet")) == []
    assert all_rows(engine, "it") == [("7", 1.0), ("8", 2.0)]


def test_a_file_that_was_written_anew_is_read_anew(engine, tmp_path):
    """Also within the same second, with as many bytes, and for a filter that its footer could answer."""
    path = kept(tmp_path, id=["1"], amount=[1.0])
    for value in (2.0, 3.0):
        assert engine.open_source("it", source(TWO, "data.parquet")) == []
        before, size = all_rows(engine, "it"), path.stat().st_size
        other = kept(tmp_path, "other.parquet", id=["1"], amount=[value])
        assert other.stat().st_size == size
        other.replace(path)
        assert engine.open_source("it", source(TWO, "data.parquet")) == []
        found = engine.table(exp.select("amount").from_("it").where(f"amount = {value}"))
        assert found["amount"].to_pylist() == [value] != [row[1] for row in before]


def test_a_glob_is_the_union_of_its_files_by_the_names_of_columns(engine, tmp_path):
    kept(tmp_path, "parts/b.parquet", amount=[2.0], id=["2"])
    kept(tmp_path, "parts/a.parquet", id=["1"], amount=[1.0])
    assert engine.open_source("it", source(TWO, "parts/*.parquet")) == []
    assert sorted(all_rows(engine, "it")) == [("1", 1.0), ("2", 2.0)]


def test_a_glob_of_text_is_read_in_the_order_of_the_files(engine, tmp_path):
    (tmp_path / "b.csv").write_text("id,amount\n3,3\n")
    (tmp_path / "a.csv").write_text("id,amount\n1,1\n2,2\n")
    assert engine.open_source("it", source(TWO, "*.csv")) == []
    assert [row[0] for row in all_rows(engine, "it")] == ["1", "2", "3"]


def test_text_files_with_different_headers_are_not_mixed(engine, tmp_path):
    (tmp_path / "a.csv").write_text("id,amount\n1,1\n")
    (tmp_path / "b.csv").write_text("amount,id\n2,2\n")
    (fault,) = engine.open_source("it", source(TWO, "*.csv"))
    assert (fault.path, fault.message) == (("path",), "the files of '*.csv' have different headers")


def test_a_table_in_a_database_file(engine, tmp_path):
    with duckdb.connect(str(tmp_path / "bank.duckdb")) as other:
        other.execute("CREATE TABLE payments AS SELECT 7 AS id, 1.5 AS amount")
    assert engine.open_source("it", source(TWO, "bank.duckdb", table="payments")) == []
    assert all_rows(engine, "it") == [("7", 1.5)]
    (fault,) = engine.open_source("it", source(TWO, "bank.duckdb", table="payment"))
    assert (fault.path, fault.message) == (
        ("table",), "no table 'payment' in 'bank.duckdb'. Did you mean 'payments'?",
    )  # fmt: skip


def test_opening_twice_is_harmless(engine, tmp_path):
    kept(tmp_path, id=["1"], amount=[1.0])
    for _ in range(2):
        assert engine.open_source("it", source(TWO, "data.parquet")) == []
    assert all_rows(engine, "it") == [("1", 1.0)]


def test_a_missing_file_is_told_with_where_it_was_looked_for(engine, tmp_path):
    (fault,) = engine.open_source("it", source(TWO, "data/*.parquet"))
    assert (fault.path, fault.message) == (("path",), f"no file matches 'data/*.parquet' in {tmp_path}")


def test_missing_columns_and_wrong_types_are_all_told(engine, tmp_path):
    kept(tmp_path, idd=["1"], amount=["x"], n=[1.5])
    found = engine.open_source("it", source(f"{TWO} n:integer", "data.parquet"))
    assert [(fault.path, fault.message) for fault in found] == [
        (("columns", "id"), "no column 'id' in 'data.parquet'. Did you mean 'idd'?"),
        (("columns", "amount", "type"), "'amount' is VARCHAR in 'data.parquet', not number"),
        (("columns", "n", "type"), "'n' is DOUBLE in 'data.parquet', not integer"),
    ]


def test_a_file_that_is_no_parquet_is_told(engine, tmp_path):
    (tmp_path / "data.parquet").write_bytes(b"nothing of the kind")
    (fault,) = engine.open_source("it", source(TWO, "data.parquet"))
    assert fault.path == ("path",)
    assert fault.message.startswith("'data.parquet' cannot be read: ")


def test_times_with_a_zone_become_the_workspaces_local_time(new_engine, tmp_path):
    at = pa.array([datetime(2026, 3, 31, 20, 30, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    kept(tmp_path, at=at, day=at)
    shanghai = new_engine(timezone="Asia/Shanghai")
    assert shanghai.open_source("it", source("at:timestamp day:date", "data.parquet")) == []
    assert all_rows(shanghai, "it") == [(datetime(2026, 4, 1, 4, 30), date(2026, 4, 1))]


def test_times_without_a_zone_stay_as_they_are_in_any_workspace(new_engine, tmp_path):
    kept(tmp_path, at=pa.array([datetime(2026, 3, 31, 20, 30)], pa.timestamp("us")))
    shanghai = new_engine(timezone="Asia/Shanghai")
    assert shanghai.open_source("it", source("at:timestamp", "data.parquet")) == []
    assert all_rows(shanghai, "it") == [(datetime(2026, 3, 31, 20, 30),)]


def test_a_defined_query_is_read_under_its_name_and_may_be_defined_anew(engine):
    engine.define_table("small", pa.table({"i": [1, 2, 3]}))
    engine.define("big", exp.select("i").from_("small").where("i > 1"))
    assert all_rows(engine, "big") == [(2,), (3,)]
    engine.define_table("small", pa.table({"i": [9]}))
    engine.define("big", exp.select("i").from_("small"))
    assert all_rows(engine, "big") == [(9,)]


def test_a_name_may_mean_files_then_rows_then_files_again(engine, tmp_path):
    engine.write(numbers(3), tmp_path / "three.parquet")
    for count in (3, 1, 3):
        if count == 3:
            engine.define_files("these", tmp_path / "three.parquet")
        else:
            engine.define_table("these", pa.table({"i": [7]}))
        assert engine.table(exp.select("*").from_("these")).num_rows == count


def test_an_answer_is_written_as_one_file_and_counted(engine, tmp_path):
    path = tmp_path / "out" / "numbers.parquet"
    assert engine.write(numbers(1000), path) == 1000
    assert pq.read_table(path)["i"].to_pylist() == list(range(1000))
    assert [file.name for file in path.parent.iterdir()] == ["numbers.parquet"]
    engine.define_files("again", path)
    assert len(all_rows(engine, "again")) == 1000


def test_an_answer_is_written_whole_or_not_at_all(engine, tmp_path):
    path = tmp_path / "numbers.parquet"
    engine.write(numbers(3), path)
    breaks = exp.select("CAST(CASE WHEN i = 99999 THEN 'x' ELSE '1' END AS INT) AS i").from_(
        "range(100000) AS t(i)"
    )
    with pytest.raises(UserError, match=r"could not be read as declared: .*Run `leadlift check`"):
        engine.write(breaks, path)
    assert pq.read_table(path)["i"].to_pylist() == [0, 1, 2]
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["numbers.parquet"]


@pytest.mark.parametrize("ask", ["table", "stream"])
def test_values_that_cannot_be_read_are_the_users_to_mend(engine, ask):
    breaks = exp.select("CAST('x' || i AS INT) AS i").from_("range(3) AS t(i)")
    with pytest.raises(UserError, match="could not be read as declared"):
        list(engine.stream(breaks, 10)) if ask == "stream" else engine.table(breaks)


def test_a_stream_comes_in_batches_and_holds_every_row_once(engine):
    batches = list(engine.stream(numbers(10_000).order_by("i"), 3000))
    assert len(batches) > 1
    assert max(batch.num_rows for batch in batches) <= 3000
    assert [i for batch in batches for i in batch.column("i").to_pylist()] == list(range(10_000))


@pytest.mark.parametrize("end", ["read", "closed"])
def test_other_questions_are_answered_once_a_stream_was_read_or_closed(engine, end):
    stream = engine.stream(numbers(10_000).order_by("i"), 3000)
    next(stream)
    if end == "read":
        assert sum(batch.num_rows for batch in stream) == 7000
    else:
        stream.close()
    assert engine.table(numbers(5)).num_rows == 5


def test_a_fingerprint_changes_when_the_data_does_and_only_then(engine, tmp_path):
    declared = source(TWO, "parts/*.parquet")
    path = kept(tmp_path, "parts/a.parquet", id=["1"], amount=[1.0])
    before = engine.fingerprint(declared)
    assert engine.fingerprint(declared) == before
    kept(tmp_path, "parts/b.parquet", id=["2"], amount=[2.0])
    more = engine.fingerprint(declared)
    os.utime(path, ns=(1, 1))
    touched = engine.fingerprint(declared)
    path.unlink()
    assert len({before, more, touched, engine.fingerprint(declared)}) == 4


def test_changed_text_is_read_anew_and_a_changed_format_too(engine, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("id,amount\n1,1\n")
    assert engine.open_source("it", source(TWO)) == []
    path.write_text("id,amount\n1,1\n2,2000\n")
    assert engine.open_source("it", source(TWO)) == []
    assert len(all_rows(engine, "it")) == 2
    assert engine.open_source("it", source(TWO, csv={"na": ["2"]})) == []
    assert [row[0] for row in all_rows(engine, "it")] == ["1", None]


def test_the_text_of_a_query_can_be_told(engine):
    assert "range(3)" in engine.explain_sql(numbers(3)).lower()
