"""The ledger that several machines share: in a database, read by way of a snapshot in files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from leadlift.engines.files import digest
from leadlift.errors import UserError
from leadlift.ledger import moving
from leadlift.ledger.database import Database
from leadlift.ledger.files import events_file, next_name
from leadlift.ledger.outcome_rows import insert_events
from leadlift.ledger.places import CASES, KEPT, OUTCOMES, Place, identity
from leadlift.ledger.records import insert_list, put_aside
from leadlift.ledger.snapshot import Index, refreshed
from leadlift.ledger.tables import FILES, LISTS, STATE
from leadlift.tracking.places import without_password

SNAPSHOTS = ".leadlift/ledger"
MADE = "cases-made"


def open_shared(url: str, name: str, root: Path) -> SharedLedger:
    """The ledger of the workspace called `name` in the database, as it is now, with all that lies in files.

    Raises UserError for a database that cannot be reached, or a list in files that contradicts the ledger.
    """
    database = Database(url, name)
    folder = root / SNAPSHOTS / digest(f"{without_password(url)}|{name}")
    with database.reading() as connection:
        index = refreshed(connection, name, folder)
    lists, events = moving.unknown_lists(root, index), moving.unknown_events(root, folder, index)
    if lists or events:
        with database.writing() as connection:
            moving.move_lists(connection, name, lists)
            moving.move_events(connection, name, events)
            day = moving.cases_day(root) if events else None
            if day is not None:
                _note_added(connection, name, day)
        with database.reading() as connection:
            index = refreshed(connection, name, folder)
    moving.finish(root, folder)
    return SharedLedger(database, root, folder, index)


class SharedLedger:
    """Lists and outcomes in a database. root: the snapshot, which holds what the bank keeps of lists alone."""

    below = f"{KEPT}/"

    def __init__(self, database: Database, workspace: Path, folder: Path, index: Index) -> None:
        self.root, self._index = folder, index
        self._database, self._workspace = database, workspace

    @contextmanager
    def recording(
        self, campaign: str, day: date, folder: Path, *, replace: bool, reads_lists: bool
    ) -> Iterator[Sequence[str]]:
        """As the protocol. Others who write wait until the block has ended; the last thing is the commit.

        A command that is killed after it leaves its folder under a temporary name: `moving.finish` gives it its own.
        """
        name, place, asked = self._database.name, Place(campaign, day, 0), False
        try:
            with self._database.writing() as connection:
                self._refuse(connection, place, replace=replace, reads_lists=reads_lists)
                put_aside(connection, name, campaign, day)
                mine = (LISTS.c.name == name) & (LISTS.c.campaign == campaign) & (LISTS.c.as_of == day)
                finished = connection.scalars(sa.select(LISTS.c.list_id).where(mine)).all()
                insert_list(connection, name, place, folder)
                asked = True
                yield finished
        except UserError:
            # the way to the database may have broken when it had said yes, and before that was heard
            if not asked or not self._is_recorded(identity(folder)):
                raise

    def _refuse(self, connection: sa.Connection, place: Place, *, replace: bool, reads_lists: bool) -> None:
        """Refuse to write what others wrote since this ledger was opened. Nobody else writes now."""
        mine = (LISTS.c.name == self._database.name) & (LISTS.c.replaced == 0)
        columns = (
            LISTS.c.identity,
            LISTS.c.campaign,
            LISTS.c.as_of,
            LISTS.c.list_id,
            LISTS.c.machine,
            LISTS.c.written,
        )
        for row in connection.execute(sa.select(*columns).where(mine, LISTS.c.as_of <= place.day)).all():
            who = f"list {row.list_id}, on {row.machine}, {row.written}"
            seen = row.identity in self._index.lists
            if (row.campaign, row.as_of) == (place.campaign, place.day) and not (seen and replace):
                raise UserError(
                    f"ledger: campaign {place.campaign} has a list of {place.day} that was written "
                    f"{'before' if seen else 'while this one was made'}: {who}. It stays in use, and this one was not "
                    "written"
                )
            if reads_lists and not seen:
                raise UserError(
                    f"ledger: while this list was made, another was written that its policy has not seen: {who}. "
                    "Nothing was written: run the command again"
                )

    def _is_recorded(self, known_as: str) -> bool:
        try:
            with self._database.reading() as connection:
                asked = sa.select(LISTS.c.identity).where(
                    LISTS.c.name == self._database.name, LISTS.c.identity == known_as
                )
                return connection.execute(asked).first() is not None
        except UserError:
            return False

    @contextmanager
    def adding(self, on: date) -> Iterator[SharedAdding]:
        """As the protocol, on all machines: the snapshot is brought up to date while others wait."""
        name = self._database.name
        with self._database.writing() as connection:
            refreshed(connection, name, self.root)
            yield SharedAdding(connection, name, self.root / OUTCOMES)
            _note_added(connection, name, on)
        with self._database.reading() as connection:
            self._index = refreshed(connection, name, self.root)

    @property
    def cases_due(self) -> date | None:
        """The day on which the last file was added, unless this workspace's file is of then."""
        there = (self._workspace / OUTCOMES / CASES).is_file()
        note = self.root / MADE
        if there and note.is_file() and note.read_text("utf-8") == str(self._index.adds):
            return None
        return self._index.cases_day

    def cases_made(self) -> None:
        """Note beside the snapshot up to which file the cases go."""
        (self.root / MADE).write_text(str(self._index.adds), encoding="utf-8")

    def said_of(self, campaign: str, day: date) -> str:
        """The machine and the time."""
        folder = Place(campaign, day, 0).below(self.root)
        return self._index.lists.get(identity(folder), "") if folder.is_dir() else ""


class SharedAdding:
    """Rows written down in a transaction of one who adds alone."""

    def __init__(self, connection: sa.Connection, name: str, folder: Path) -> None:
        self._connection, self._name, self._folder = connection, name, folder

    def keep(self, name: str, rows: pa.Table) -> Path | None:
        """Insert the rows; they are in the snapshot when the transaction has ended."""
        if not rows.num_rows:
            return None
        files = self._connection.scalars(sa.select(FILES.c.file).where(FILES.c.name == self._name)).all()
        file = next_name(name, sum(one == name or one.startswith(f"{name}-") for one in files))
        insert_events(self._connection, self._name, file, rows)
        return events_file(self._folder, file)


def _note_added(connection: sa.Connection, name: str, on: date) -> None:
    mine = STATE.c.name == name
    connection.execute(sa.update(STATE).where(mine).values(adds=STATE.c.adds + 1, cases_on=on))
