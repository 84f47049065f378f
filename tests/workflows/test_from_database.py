"""A bank whose tables stand in a database: the same answers as from files, and its password nowhere."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
import yaml

from leadlift.cli.main import main
from leadlift.engines.addresses import with_driver

DAY = "2026-06-30"
TYPES = {"integer": "bigint", "number": "double precision", "decimal": "numeric(18,2)", "string": "text"}
MYSQL_TYPES = {**TYPES, "timestamp": "datetime(6)"}


def declared(columns) -> list[tuple[str, str]]:
    """The database's names of the declared columns, with their types as declared."""
    return [(one.get("from", name), one["type"]) for name, one in columns.items()]


def into_postgresql(url, name, path, columns) -> None:
    """Put a Parquet file into a table of the same name."""
    psycopg = pytest.importorskip("psycopg")
    told = declared(columns)
    rows = pq.read_table(path, columns=[column for column, _ in told])
    made = ", ".join(f'"{column}" {TYPES.get(kind, kind)}' for column, kind in told)
    with psycopg.connect(url) as connection:
        connection.execute(f"create table {name} ({made})")
        with connection.cursor().copy(f"copy {name} from stdin") as copy:
            for row in rows.to_pylist():
                copy.write_row(list(row.values()))


def into_mysql(url, name, path, columns) -> None:
    """The same for MySQL, with a user who may only read."""
    told = declared(columns)
    rows = pq.read_table(path, columns=[column for column, _ in told])
    made = ", ".join(f"`{column}` {MYSQL_TYPES.get(kind, kind)}" for column, kind in told)
    engine = sa.create_engine(with_driver(url), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table {name} ({made})")
        marks = ", ".join(["%s"] * len(told))
        values = [tuple(row.values()) for row in rows.to_pylist()]
        connection.exec_driver_sql(f"insert into {name} values ({marks})", values)
        connection.exec_driver_sql("create or replace user reader@localhost identified by 's3cret'")
        connection.exec_driver_sql(f"grant select on {url.rpartition('/')[2]}.* to reader@localhost")


@pytest.fixture(params=["postgresql", "mysql"])
def in_database(request, starter, monkeypatch):
    """The starter workspace with every source moved into the database, and its files gone."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("new_database" if postgresql else "new_mysql")
    loaded = into_postgresql if postgresql else into_mysql
    spec = starter / "leadlift.yaml"
    told = yaml.safe_load(spec.read_text("utf-8"))
    monkeypatch.setenv("BANK", url.replace("bank@", "bank:s3cret@" if postgresql else "reader:s3cret@"))
    before = starter / "files.yaml"
    before.write_text(spec.read_text("utf-8"), encoding="utf-8")
    for name, source in told["sources"].items():
        place = starter / source.pop("path")
        files = sorted(place.parent.glob(place.name))
        if len(files) > 1:
            pq.write_table(
                pa.concat_tables([pq.read_table(one) for one in files]), place.parent / "all.parquet"
            )
            files = [place.parent / "all.parquet"]
        loaded(url, name, files[0], source["columns"])
        source["database"] = {"url": "env:BANK", "table": name}
    spec.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return starter


def built(leadlift, workspace):
    said = leadlift("features", "build", "--as-of", DAY, "--json", at=workspace)
    assert (said.code, said.err) == (0, "")
    return pq.read_table(said.json["path"]).sort_by("customer_id")


@pytest.mark.slow
def test_features_and_findings_are_those_of_the_files_and_the_password_is_nowhere(leadlift, in_database):
    from_database = built(leadlift, in_database)
    checked = leadlift("check", "--json", at=in_database)
    assert checked.code == 0
    said = leadlift("train", "fund_purchase", "--json", at=in_database)
    assert said.code == 0
    for path in in_database.rglob("*"):
        if path.is_file():
            assert b"s3cret" not in path.read_bytes(), path
    assert "s3cret" not in checked.out + said.out + said.err

    (in_database / "files.yaml").replace(in_database / "leadlift.yaml")
    from_files = built(leadlift, in_database)
    assert from_database.num_rows > 1_900
    assert from_database.equals(from_files)
    assert main(["check", "--workspace", str(in_database)]) == 0
    again = leadlift("train", "fund_purchase", "--json", at=in_database).json
    assert again["metrics"]["auc"] == said.json["metrics"]["auc"]


@pytest.mark.slow
def test_a_table_of_the_database_can_be_asked_in_sql(in_database, leadlift):
    said = leadlift(
        "sql", "select count(*) n, count(distinct customer_id) c from customers", "--json", at=in_database
    )
    assert (said.code, said.err) == (0, "")
    assert said.json[0]["n"] >= said.json[0]["c"] > 0
