"""Tables of databases, read only, as a stream of Arrow tables. SQLAlchemy knows the databases."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadlift.engines import _mysql
from leadlift.engines._faults import NotReadable, absent
from leadlift.engines._postgresql import CannotParse, copied, read_once
from leadlift.engines._values import arrow_type, typed
from leadlift.engines.addresses import with_driver
from leadlift.engines.protocol import Fault
from leadlift.specs import Source
from leadlift.specs.base import listed, nearest
from leadlift.specs.databases import ENV, SourceDatabase
from leadlift.tracking.places import SQLITE, sqlite_path

AT_ONCE = 50_000
PACKAGES = {"psycopg": "psycopg[binary]"}


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
            moments = _mysql.moments(found.cursor) if _mysql.speaks(self._connection) else ()
            for rows in found.partitions(AT_ONCE):
                read = {}
                for place, (one, values) in enumerate(zip(wanted, zip(*rows, strict=True), strict=True)):
                    name, column = wanted[one]
                    local = _mysql.local(values, self._timezone) if place in moments else values
                    read[one] = typed(one, local, column, self._timezone, name)
                yield pa.table(read)


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
            elif _mysql.speaks(connection):
                _mysql.begin(connection)
            yield OpenTable(connection, source, timezone)
    finally:
        engine.dispose()


def arrow_schema(source: Source) -> pa.Schema:
    """The columns of a snapshot, under the database's own names; one that is declared twice is read once."""
    return pa.schema([(wanted, arrow_type(column)) for wanted, (_, column) in read_once(source).items()])


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
            plain = _mysql.said(cause) if _mysql.raised(cause) else said[0] if not bare else ""
            why = f"the database refuses: {plain or type(cause or error).__name__}"
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
