"""URLs of databases, as SQLAlchemy reads them."""

from __future__ import annotations

import re
from urllib.parse import unquote

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
# What SQLAlchemy would take when no driver is named is a package few have.
PACKAGES = {"postgresql+psycopg": "psycopg[binary]", "mysql+pymysql": "pymysql"}


def with_driver(url: str) -> str:
    """Return the URL with the driver named that leadlift asks for, unless it names one."""
    scheme, mark, rest = url.partition("://")
    return f"{DRIVERS.get(scheme, scheme)}{mark}{rest}"


def hidden(text: str, url: str) -> str:
    """The text, which a driver said, without the password of the URL, however it is spelt."""
    found = re.search(r"://[^:/@]*:(\S*)@", url)
    for secret in {found[1], unquote(found[1])} - {""} if found else ():
        text = text.replace(secret, "***")
    return text
