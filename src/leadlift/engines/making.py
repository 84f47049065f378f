"""Tables made in a database that may be empty, by commands that may begin at one moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts."""
_Made = TypeVar("_Made")


def one_makes(make: Callable[[], _Made]) -> _Made:
    """What `make` returns, which makes tables where they are missing.

    Of several commands that try at once in an empty database one succeeds; the others, told that something exists
    already, try again and find it. Any other error is raised, and this one too when it lasts.
    """
    for pause in PAUSES:
        try:
            return make()
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            said = str(error.orig).lower()
            if "exist" not in said and "duplicate" not in said:
                raise
            time.sleep(pause)
    return make()
