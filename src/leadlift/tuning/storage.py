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
    StorageInternalError,
)

# Seconds after which the lock of a process that was killed inside is taken away. Appending takes milliseconds.
LOCK_PATIENCE = 10
# What a database that does not answer any more, or not as it should, is met with.
LOST = (StorageInternalError, SQLAlchemyError)


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
        raise UserError(f"tuning: {shown}: cannot be opened: {_reason(error, place)}") from None
    except ValueError:
        # Its words may hold a piece of the password, such as what stands where a port should.
        raise UserError(
            f"tuning: {shown}: cannot be read as an address: a port is a number, and in a password @ : / are written "
            "%40 %3A %2F"
        ) from None


def _database(url: str) -> RDBStorage:
    """Open the database, with its tables."""
    # Optuna fills in what stands in braces; doubled, they stand for themselves.
    plain = url.replace("{", "{{").replace("}", "}}")
    return one_makes(lambda: RDBStorage(plain, engine_kwargs={"pool_pre_ping": True}))


def _reason(error: BaseException, url: str) -> str:
    """The first line of the driver's words, which may repeat the URL, without its password."""
    while isinstance(error, LOST) and error.__cause__ is not None:
        error = error.__cause__
    said = str(error).strip().splitlines() or [type(error).__name__]
    return hidden(said[0], url)


@contextmanager
def storage_at(place: Path | str | None) -> Iterator[BaseStorage]:
    """As `open_storage`, and a database's connections are given back at the end: servers have few.

    Raises UserError when the database is lost meanwhile.
    """
    storage = open_storage(place)
    try:
        yield storage
    except LOST as error:
        if not isinstance(place, str):
            raise
        raise UserError(
            f"tuning: {without_password(place)}: the database of the study was lost: {_reason(error, place)}. "
            "Finished trials are kept: when it answers again, the same command goes on"
        ) from None
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
