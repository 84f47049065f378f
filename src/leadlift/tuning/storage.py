"""Where studies are kept: in memory, in a journal file, or in a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from leadlift.engines.addresses import PACKAGES, hidden, with_driver
from leadlift.engines.making import one_makes
from leadlift.errors import UserError
from leadlift.tracking.places import without_password
from leadlift.tuning._optuna import (
    BaseStorage,
    InMemoryStorage,
    JournalFileBackend,
    JournalFileSymlinkLock,
    JournalStorage,
    RDBStorage,
)

# Seconds after which the lock of a process that was killed inside is taken away. Appending takes milliseconds.
LOCK_PATIENCE = 10


def open_storage(place: Path | str | None) -> BaseStorage:
    """Open what keeps the studies: a Path is a journal file, a text the URL of a database, None is memory.

    Raises UserError, without the URL's password, for a database that is not there or lacks its driver.
    """
    if place is None:
        return InMemoryStorage()
    if isinstance(place, Path):
        return _journal(place.resolve())
    url = with_driver(place)
    shown = without_password(place)
    try:
        return _database(url)
    except ImportError:
        needed = PACKAGES.get(url.partition(":")[0])
        hint = f"install it: pip install '{needed}'" if needed else "see SQLAlchemy's list of drivers"
        raise UserError(f"tuning: {shown}: the driver of this database is not installed; {hint}") from None
    except SQLAlchemyError as error:
        # Told in the driver's words, which may repeat the URL.
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise UserError(f"tuning: {shown}: cannot be opened: {hidden(reason, place)}") from None


def _database(url: str) -> RDBStorage:
    """Open the database, with its tables."""
    return one_makes(lambda: RDBStorage(url, engine_kwargs={"pool_pre_ping": True}))


@contextmanager
def storage_at(place: Path | str | None) -> Iterator[BaseStorage]:
    """As `open_storage`, and a database's connections are given back at the end: servers have few."""
    storage = open_storage(place)
    try:
        yield storage
    finally:
        if isinstance(storage, RDBStorage):
            storage.engine.dispose()


def _journal(path: Path) -> BaseStorage:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    lock = JournalFileSymlinkLock(str(path), LOCK_PATIENCE)
    lock.acquire()
    try:
        _mend(path)
    finally:
        lock.release()
    return JournalStorage(JournalFileBackend(str(path), lock))


def _mend(path: Path) -> None:
    """Cut a last line that was not written to its end when the machine stopped; with it no other can be read.

    What is whole stays. A line without an end was never acknowledged: nothing that anybody knows of is lost.
    """
    with path.open("r+b") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)
