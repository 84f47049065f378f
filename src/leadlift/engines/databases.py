"""Tables of databases, read only, as a stream of Arrow tables. SQLAlchemy knows the databases."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadlift.engines._faults import absent
from leadlift.engines._postgresql import CannotParse, copied, read_once
from leadlift.engines.addresses import with_driver
from leadlift.engines.protocol import Fault
from leadlift.specs import Column, Source
from leadlift.specs.base import listed, nearest
from leadlift.specs.databases import ENV, SourceDatabase
from leadlift.tracking.places import SQLITE, sqlite_path

AT_ONCE = 50_000
PACKAGES = {"psycopg": "psycopg[binary]"}


class NotReadable(Exception):  # noqa: N818  # it holds faults, and says so
    """What is wrong with a table of a database, or with the way to it."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(fault.message for fault in faults))


class OpenTable:
    """A table inside one transaction that may write nothing: every question sees the same moment."""

    def __init__(self, connection: Any, source: Source, timezone: str) -> None:
        self._connection, self._source, self._timezone = connection, source, timezone
        self._rows = _relation(connection, _database(source))

    def answer(self) -> str | None:
        """What the table says to `watch`; None when nothing is watched."""
        watch = _database(self._source).watch
        if watch is None:
            return None
        with _told("watch"):
            return repr(tuple(self._connection.exec_driver_sql(f"SELECT {watch} FROM {self._rows}").one()))

    def columns(self) -> list[str]:
        """The names of the table's columns. Raises NotReadable for a table that is not there."""
        named = "table" if _database(self._source).table else "query"
        _refuse_absent(self._connection, self._source)
        with _told(named):
            asked = self._connection.exec_driver_sql(f"SELECT * FROM {self._rows} WHERE 1 = 0")
            return [str(name) for name in asked.keys()]  # noqa: SIM118  # a result is no dictionary

    def tables(self) -> Generator[pa.Table, None, None]:
        """The declared columns of all rows, some at a time, in Arrow's types. Raises NotReadable."""
        if faults := absent(self._source, self.columns()):
            raise NotReadable(*faults)
        with _told("table" if _database(self._source).table else "query"):
            yield from self._copied() if self._connection.dialect.driver == "psycopg" else self._fetched()

    def _copied(self) -> Generator[pa.Table, None, None]:
        """By PostgreSQL's COPY."""
        driver = self._connection.connection.driver_connection
        try:
            with closing(
                copied(driver, self._rows, self._source, arrow_schema(self._source), self._timezone)
            ) as found:
                yield from found
        except CannotParse as error:
            raise NotReadable(error.fault) from None

    def _fetched(self) -> Generator[pa.Table, None, None]:
        """By rows, for databases that have nothing faster in common."""
        quote = self._connection.dialect.identifier_preparer.quote
        wanted = read_once(self._source)
        asked = f"SELECT {', '.join(map(quote, wanted))} FROM {self._rows}"
        streamed = self._connection.execution_options(stream_results=True, max_row_buffer=AT_ONCE)
        with closing(streamed.exec_driver_sql(asked)) as found:
            for rows in found.partitions(AT_ONCE):
                told = zip(wanted.items(), zip(*rows, strict=True), strict=True)
                yield pa.table(
                    {
                        one: _typed(one, values, column, self._timezone, name)
                        for (one, (name, column)), values in told
                    }
                )


@contextmanager
def open_table(root: Path, source: Source, timezone: str) -> Iterator[OpenTable]:
    """The table in a transaction that may only read. Raises NotReadable, without the address of the database."""
    import sqlalchemy as sa

    engine = _engine(sa, root, source)
    try:
        with _told("url"):
            connection = engine.connect()
        with connection:
            # a % in somebody's SQL is a %
            connection.execution_options(no_parameters=True)
            if engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                # several readers of one large table would otherwise be given rows from its middle
                connection.exec_driver_sql("SET LOCAL synchronize_seqscans = off")
            elif engine.dialect.name == "mysql":
                connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            yield OpenTable(connection, source, timezone)
    finally:
        engine.dispose()


def arrow_schema(source: Source) -> pa.Schema:
    """The columns of a snapshot, under the database's own names; one that is declared twice is read once."""
    return pa.schema([(wanted, _arrow(column)) for wanted, (_, column) in read_once(source).items()])


def _engine(sa: Any, root: Path, source: Source) -> Any:
    url = _database(source).url
    if url.startswith(ENV):
        name, url = url.removeprefix(ENV), os.environ.get(url.removeprefix(ENV), "")
        if not url:
            raise NotReadable(
                Fault(("database", "url"), f"the variable {name} of the environment is not set")
            )
    if url.startswith(SQLITE):
        file = sqlite_path(url, root)
        if file is None or not file.is_file():
            raise NotReadable(Fault(("database", "url"), f"no file '{file}'"))
        url = f"{SQLITE}file:{file}?mode=ro&uri=true"
    try:
        return sa.create_engine(with_driver(url), poolclass=sa.pool.NullPool)
    except ImportError as error:
        package = PACKAGES.get(error.name or "", error.name)
        why = f"the driver of this database is not installed: pip install '{package}'"
        raise NotReadable(Fault(("database", "url"), why)) from None
    except (sa.exc.ArgumentError, ValueError):
        raise NotReadable(Fault(("database", "url"), "this is no URL that SQLAlchemy knows")) from None


@contextmanager
def _told(key: str) -> Iterator[None]:
    """Errors of the database as a fault at a key, in its own words but without its address or any value."""
    import sqlalchemy as sa

    try:
        yield
    except _errors(sa) as error:
        cause = getattr(error, "orig", None)
        if key == "url":
            named = type(cause or error).__name__
            why = f"the database cannot be reached ({named}): is it up, are user and password right?"
        else:
            said = str(cause or error).strip().splitlines()
            # a value that cannot be computed with may be a person's
            bare = not said or str(getattr(cause, "sqlstate", "") or "").startswith("22")
            why = f"the database refuses: {type(cause or error).__name__ if bare else said[0]}"
        raise NotReadable(Fault(("database", key), why)) from None


def _errors(sa: Any) -> tuple[type[Exception], ...]:
    """SQLAlchemy's errors, and psycopg's where it is asked itself."""
    driver = sys.modules.get("psycopg")
    return (sa.exc.SQLAlchemyError,) if driver is None else (sa.exc.SQLAlchemyError, driver.Error)


def _refuse_absent(connection: Any, source: Source) -> None:
    import sqlalchemy as sa

    told = _database(source).table
    if told is None:
        return
    schema, _, name = told.rpartition(".")
    with _told("url"):
        look = sa.inspect(connection)
        known = [*look.get_table_names(schema or None), *look.get_view_names(schema or None)]
        there = name in known or look.has_table(name, schema or None)
    if not there:
        guess = nearest(name, known) or (f" Known: {listed(sorted(known)[:20])}" if known else "")
        raise NotReadable(Fault(("database", "table"), f"no table '{told}' in the database.{guess}"))


def _relation(connection: Any, database: SourceDatabase) -> str:
    if database.query is not None:
        return f"({database.query}) AS asked"
    quote = connection.dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in str(database.table).split("."))


def _database(source: Source) -> SourceDatabase:
    assert source.database is not None
    return source.database


def _arrow(column: Column) -> pa.DataType:
    kinds = {
        "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "date": pa.date32(), "timestamp": pa.timestamp("us"),
    }  # fmt: skip
    return pa.decimal128(18, column.scale) if column.type == "decimal" else kinds[column.type]


def _typed(wanted: str, values: Sequence[Any], column: Column, timezone: str, name: str) -> pa.Array:
    """Values as the driver gives them, in the declared type. A value that is of another type is a fault."""
    try:
        return _cast(values, column, timezone)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, ValueError, TypeError):
        why = f"values of '{wanted}' in the database cannot be read as {column.type}"
        raise NotReadable(Fault(("columns", name, "type"), why)) from None


def _cast(values: Sequence[Any], column: Column, timezone: str) -> pa.Array:
    kind, one = _arrow(column), next((value for value in values if value is not None), None)
    if column.type == "string":
        return pa.array([None if value is None else str(value) for value in values], kind)
    if column.type == "boolean" and isinstance(one, int):
        return pa.array(values).cast(kind)
    if column.type == "decimal" and isinstance(one, float):
        return pc.round(pa.array(values, pa.float64()), column.scale).cast(kind)
    if column.type in ("date", "timestamp"):
        return _moment(values, one, kind, timezone)
    if column.type == "number":
        return pa.array([None if value is None else float(value) for value in values], kind)
    found = pa.array(values)
    return found.cast(kind)


def _moment(values: Sequence[Any], one: Any, kind: pa.DataType, timezone: str) -> pa.Array:
    """Days and times: what has a zone becomes the workspace's local time, text is read as ISO writes it."""
    if isinstance(one, str):
        return pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(kind)
    if getattr(one, "tzinfo", None) is not None:
        return pc.local_timestamp(pa.array(values, pa.timestamp("us", timezone))).cast(kind)
    return pa.array(values).cast(kind)
