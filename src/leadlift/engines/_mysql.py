"""What is MySQL's own, and MariaDB's: how a transaction begins, which times are moments, which errors are shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

TIMESTAMP = 7
"""The protocol's number of the type TIMESTAMP, a moment; DATETIME is what a clock on the wall says."""
# its classes of errors that tell of names and rights: all others may repeat a value
_SHOWN = ("42", "25")


def speaks(connection: Any) -> bool:
    """Whether the database of SQLAlchemy's connection is one of these."""
    return connection.dialect.name in ("mysql", "mariadb")


def begin(connection: Any) -> None:
    """Begin the one transaction: everything in it sees the same moment, and nothing can be written."""
    # moments are told in universal time: the server need not know the workspace's zone by its name
    connection.exec_driver_sql("SET time_zone = '+00:00'")
    # the server's own default may be one that sees more with each question
    connection.exec_driver_sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def moments(cursor: Any) -> Collection[int]:
    """The places of the columns that hold moments."""
    return {place for place, column in enumerate(cursor.description) if column[1] == TIMESTAMP}


def local(values: Sequence[Any], timezone: str) -> list[Any]:
    """Moments in universal time as the zone's clocks showed them."""
    zone = ZoneInfo(timezone)
    return [
        value.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        if isinstance(value, datetime)
        else value
        for value in values
    ]


def raised(cause: Any) -> bool:
    """Whether this is an error of such a server: its number, and what it says."""
    return len(getattr(cause, "args", ())) == 2 and isinstance(cause.args[0], int)


def said(cause: Any) -> str:
    """What the server says, without the user's name and machine; its number alone where a value may be repeated."""
    number, text = cause.args
    if not str(getattr(cause, "sqlstate", "") or "").startswith(_SHOWN):
        return f"{type(cause).__name__} {number}"
    lines = re.sub(r"'[^']*'@'[^']*'", "'***'", str(text)).strip().splitlines()
    return lines[0] if lines else f"{type(cause).__name__} {number}"
