"""The way to the database: its tables made when missing, one writer at a time, errors without password or values."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from leadlift.engines.addresses import PACKAGES, hidden, with_driver
from leadlift.engines.making import one_makes
from leadlift.errors import UserError
from leadlift.ledger.tables import STATE, TOLD
from leadlift.tracking.places import without_password

# Seconds that a writer to an SQLite file waits for another. PostgreSQL waits as long as the other works.
PATIENCE = 60


class Database:
    """A database that holds ledgers, and the one of the workspace called `name` in it."""

    def __init__(self, url: str, name: str) -> None:
        self.name, self._url = name, url
        waits = {"connect_args": {"timeout": PATIENCE}} if url.startswith("sqlite") else {}
        with self._told():
            self._engine = sa.create_engine(
                with_driver(url), poolclass=sa.pool.NullPool, hide_parameters=True, **waits
            )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read by, the tables being there. Raises UserError for a database that cannot be reached."""
        with self._told(), self._engine.connect() as connection:
            self._made(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that alone writes to this ledger: others wait for its end. All of it holds, or nothing."""
        with self._told(), self._engine.connect() as connection:
            self._made(connection)
            if self._engine.dialect.name == "postgresql":
                # who waited must see what the other wrote
                connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                first = (
                    "INSERT INTO leadlift_ledger (name, ledger_id, state, adds) VALUES (:name, :id, 0, 0) "
                    "ON CONFLICT (name) DO NOTHING"
                )
                connection.execute(sa.text(first), {"name": self.name, "id": uuid.uuid4().hex})
                mine = sa.update(STATE).where(STATE.c.name == self.name)
                # takes the row: who else wants to write waits here
                connection.execute(mine.values(state=STATE.c.state))
                yield connection
                connection.execute(mine.values(state=STATE.c.state + 1))

    def _made(self, connection: sa.Connection) -> None:
        def make() -> None:
            with connection.begin():
                TOLD.create_all(connection)

        if not self._there(connection):
            one_makes(make)

    def _there(self, connection: sa.Connection) -> bool:
        with connection.begin():
            return bool(sa.inspect(connection).has_table(STATE.name))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database in its own words, but without a password or any value."""
        shown = without_password(self._url)
        try:
            yield
        except ImportError:
            needed = PACKAGES.get(with_driver(self._url).partition(":")[0])
            hint = f"install it: pip install '{needed}'" if needed else "see SQLAlchemy's list of drivers"
            raise UserError(
                f"ledger: {shown}: the driver of this database is not installed; {hint}"
            ) from None
        except _errors() as error:
            raise UserError(f"ledger: {shown}: {hidden(_reason(error), self._url)}") from None


def _errors() -> tuple[type[Exception], ...]:
    """SQLAlchemy's errors, and psycopg's where it is asked itself."""
    driver = sys.modules.get("psycopg")
    return (sa.exc.SQLAlchemyError,) if driver is None else (sa.exc.SQLAlchemyError, driver.Error)


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", error)
    said = str(cause or error).strip().splitlines()
    # a value that cannot be stored may be a person's
    bare = not said or str(getattr(cause, "sqlstate", "") or "").startswith("22")
    return type(cause or error).__name__ if bare else said[0]
