"""URLs of databases, as SQLAlchemy reads them."""

from __future__ import annotations

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "mysql": "mysql+pymysql"}


def with_driver(url: str) -> str:
    """Return the URL with the driver named that leadlift asks for, unless it names one."""
    scheme, mark, rest = url.partition("://")
    return f"{DRIVERS.get(scheme, scheme)}{mark}{rest}"
