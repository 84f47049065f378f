"""The ledger of a database brought to files, so that everyone reads the same way: only what is new is fetched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from leadlift.engines.files import locked, sweep, write_text
from leadlift.ledger.files import events_file, write_events
from leadlift.ledger.outcome_rows import fetch_events
from leadlift.ledger.places import EVENTS, LEADS, OUTCOMES, Place, finished_lists, identity
from leadlift.ledger.records import fetch_list
from leadlift.ledger.tables import FILES, LISTS, STATE

INDEX = "index.json"


@dataclass(frozen=True)
class Index:
    """What a snapshot holds.

    token: which state of which ledger. lists: identity -> who wrote it and when. files: names of outcome files. adds:
    how many were added. cases_on: the day on which the last was.
    """

    token: str = ""
    lists: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    adds: int = 0
    cases_on: str | None = None

    @property
    def cases_day(self) -> date | None:
        """The day on which the last file was added."""
        return date.fromisoformat(self.cases_on) if self.cases_on else None


def refreshed(connection: sa.Connection, name: str, folder: Path) -> Index:
    """Bring the snapshot in the folder to what the ledger says now, and say what it holds.

    The state is asked first and written last: what others add meanwhile is fetched the next time, and a killed
    command leaves a snapshot that is looked through again.
    """
    with locked(folder / "snapshot"):
        asked = sa.select(STATE).where(STATE.c.name == name)
        found = connection.execute(asked).one_or_none()
        token = "nothing yet" if found is None else f"{found.ledger_id}:{found.state}"
        known = _read(folder)
        if known.token == token and _whole(folder, known):
            return known
        for parent in (folder, folder / OUTCOMES, *(folder / LEADS).glob("*")):
            sweep(parent)
        lists = _lists(connection, name, folder)
        files = _events(connection, name, folder)
        day = found.cases_on.isoformat() if found is not None and found.cases_on else None
        index = Index(token, lists, files, found.adds if found is not None else 0, day)
        write_text(folder / INDEX, json.dumps(index.__dict__, indent=1))
        return index


def _read(folder: Path) -> Index:
    with suppress(OSError, ValueError, TypeError):
        return Index(**json.loads((folder / INDEX).read_text("utf-8")))
    return Index()


def _whole(folder: Path, known: Index) -> bool:
    """Whether nobody took anything away: a list that is missing would be one that no policy counts."""
    there = len(list(finished_lists(folder))), len(list((folder / OUTCOMES).glob(EVENTS)))
    return there == (len(known.lists), len(known.files))


def _lists(connection: sa.Connection, name: str, folder: Path) -> dict[str, str]:
    """Lists that are not there are fetched, those that were replaced get another name, all others go."""
    columns = (
        LISTS.c.identity,
        LISTS.c.campaign,
        LISTS.c.as_of,
        LISTS.c.replaced,
        LISTS.c.machine,
        LISTS.c.written,
    )
    rows = connection.execute(sa.select(*columns, LISTS.c.manifest).where(LISTS.c.name == name)).all()
    wanted = {row.identity: Place(row.campaign, row.as_of, row.replaced).below(folder) for row in rows}
    there = {identity(path): path for _, path in finished_lists(folder)}
    for known_as, path in there.items():
        place = wanted.get(known_as)
        if place is None:
            shutil.rmtree(path)
        elif place != path and not place.exists():
            path.rename(place)
    for row in rows:
        place = wanted[row.identity]
        if not place.is_dir() or identity(place) != row.identity:
            fetch_list(connection, name, row, place)
    return {row.identity: f"on {row.machine}, {row.written}" for row in rows}


def _events(connection: sa.Connection, name: str, folder: Path) -> tuple[str, ...]:
    here = folder / OUTCOMES
    files = tuple(
        connection.scalars(sa.select(FILES.c.file).where(FILES.c.name == name).order_by(FILES.c.file))
    )
    wanted = {events_file(here, one) for one in files}
    for path in here.glob(EVENTS):
        if path not in wanted:
            path.unlink()
    for one in files:
        if not events_file(here, one).exists():
            write_events(here, one, fetch_events(connection, name, one))
    return files
