"""The lead list in a table of a database, by a SQLAlchemy URL: every row or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from leadlift.engines.addresses import with_driver
from leadlift.errors import UserError

AT_ONCE = 5_000


def write_to_database(url: str, name: str, leads: pa.Table, stem: str, known: Sequence[str]) -> None:
    """Put the list into the table, which is made when it is missing, in one transaction.

    stem: how the ids of this campaign's lists of this day begin. known: those whose folders are complete; rows of any
    other with that stem are what a killed command left, and go. Raises UserError, without the URL, for a database that
    cannot be reached or a table that lacks a column.
    """
    import sqlalchemy as sa

    try:
        engine = sa.create_engine(with_driver(url))
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise UserError(f"export.database: the URL cannot be used: {_plain(error)}") from None
    try:
        with engine.begin() as connection:
            table = _table(sa, connection, name, leads)
            own = table.c.list_id.like(f"{stem}%")
            connection.execute(sa.delete(table).where(own, table.c.list_id.not_in(list(known))))
            for batch in leads.to_batches(max_chunksize=AT_ONCE):
                connection.execute(sa.insert(table), batch.to_pylist())
    except sa.exc.SQLAlchemyError as error:
        raise UserError(f"export.database: table {name}: {_plain(error)}; nothing was written") from None
    finally:
        engine.dispose()


def _table(sa: Any, connection: Any, name: str, leads: pa.Table) -> Any:
    schema, _, plain = name.rpartition(".")
    if sa.inspect(connection).has_table(plain, schema=schema or None):
        table = sa.Table(plain, sa.MetaData(), schema=schema or None, autoload_with=connection)
        missing = [column for column in leads.column_names if column not in table.c]
        if missing:
            raise UserError(
                f"export.database: table {name} has no column {', '.join(missing)}; add it, or name another table"
            )
        return table
    columns = [sa.Column(field.name, _type(sa, field.type)) for field in leads.schema]
    table = sa.Table(plain, sa.MetaData(), *columns, schema=schema or None)
    table.create(connection)
    return table


def _type(sa: Any, kind: pa.DataType) -> Any:
    if pa.types.is_date(kind):
        return sa.Date()
    if pa.types.is_floating(kind):
        return sa.Double()
    if pa.types.is_integer(kind):
        return sa.BigInteger()
    if pa.types.is_boolean(kind):
        return sa.Boolean()
    return sa.Text()


def _plain(error: Exception) -> str:
    """The first line of a message without the address of the database, which may hold a password."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0] if said else type(error).__name__
