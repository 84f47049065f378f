"""Lists and outcomes of a workspace's files, brought into the ledger of a database: once, however often asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from leadlift.engines.files import TEMPORARY, alive, sha256_of, stat_fingerprint, write_text
from leadlift.errors import UserError
from leadlift.ledger.outcome_rows import EVENT_ROWS, fetch_events, insert_events
from leadlift.ledger.places import (
    CASES,
    EVENTS,
    LEADS,
    OUTCOMES,
    REPLACED,
    Place,
    finished_lists,
    identity,
    is_day,
)
from leadlift.ledger.records import insert_list
from leadlift.ledger.snapshot import Index
from leadlift.ledger.tables import FILES, LISTS
from leadlift.names import MANIFEST

MOVED = "moved"
KEY = ["treatment_code", "customer_id", "event", "day"]


def finish(root: Path, snapshot: Path) -> None:
    """Give lists their names that were recorded by a command that was killed before it could.

    root: the workspace. What a killed command left and did not record is swept away by the next that writes a list.
    """
    for path in sorted((root / LEADS).glob(f"*/{TEMPORARY}*")):
        left = re.fullmatch(rf"{re.escape(TEMPORARY)}(\d+)-(.+)", path.name)
        if left is None or not is_day(left[2]) or alive(int(left[1])):
            continue
        place = Place(path.parent.name, date.fromisoformat(left[2]), 0)
        recorded = place.below(snapshot) / MANIFEST
        if (
            not (path / MANIFEST).is_file()
            or not recorded.is_file()
            or identity(path) != identity(recorded.parent)
        ):
            continue
        target = place.below(root)
        if target.exists():
            target.rename(target.with_name(f"{target.name}{REPLACED}{len(_aside(target)) + 1}"))
        path.rename(target)


def unknown_lists(root: Path, index: Index) -> list[tuple[Place, Path]]:
    """The workspace's finished lists that the ledger does not know."""
    return [(place, path) for place, path in finished_lists(root) if identity(path) not in index.lists]


def unknown_events(root: Path, snapshot: Path, index: Index) -> dict[str, Path]:
    """The workspace's files of outcomes that the ledger does not know, by the name that they have there.

    The name holds their content: two machines may each have added what they could of the same file. It is computed
    when a file is new or has changed.
    """
    files = sorted((root / OUTCOMES).glob(EVENTS))
    note, stands = snapshot / MOVED, stat_fingerprint(files)
    if not files or (note.is_file() and note.read_text("utf-8") == stands):
        return {}
    named = {f"{path.stem.removeprefix('events-')}-{sha256_of(path)[:8]}": path for path in files}
    unknown = {name: path for name, path in named.items() if name not in index.files}
    if not unknown:
        write_text(note, stands)
    return unknown


def move_lists(connection: sa.Connection, name: str, found: Sequence[tuple[Place, Path]]) -> None:
    """Write the lists down. Raises UserError for one whose campaign and day have another list in use already."""
    mine = LISTS.c.name == name
    for place, folder in sorted(found, key=lambda one: one[0].replaced, reverse=True):
        known = connection.execute(
            sa.select(LISTS.c.identity, LISTS.c.replaced, LISTS.c.list_id, LISTS.c.machine).where(
                mine, LISTS.c.campaign == place.campaign, LISTS.c.as_of == place.day
            )
        ).all()
        if identity(folder) in [one.identity for one in known]:
            continue
        taken = {one.replaced: one for one in known}
        if place.replaced == 0 and 0 in taken:
            told = json.loads((folder / MANIFEST).read_text("utf-8"))
            raise UserError(
                f"{folder}: list {told['list_id']} is not in the ledger, which has another of this campaign and day: "
                f"{taken[0].list_id}, from {taken[0].machine}. Only one can be in use: name the folder "
                f"{folder.name}{REPLACED}{len(_aside(folder)) + 1} if it is this one that is not"
            )
        free = place.replaced if place.replaced not in taken else max(taken) + 1
        insert_list(connection, name, replace(place, replaced=free), folder)


def move_events(connection: sa.Connection, name: str, found: Mapping[str, Path]) -> None:
    """Write down what came back. What the ledger has already, added by another machine, stands as it is there."""
    files = connection.scalars(sa.select(FILES.c.file).where(FILES.c.name == name)).all()
    known = [EVENT_ROWS.empty_table().select(KEY), *(_keys_of(connection, name, file) for file in files)]
    for file, path in found.items():
        if file in files:
            continue
        rows = pq.read_table(path)
        for column in EVENT_ROWS:
            if column.name not in rows.column_names:
                rows = rows.append_column(column, pa.nulls(rows.num_rows, column.type))
        rows = rows.select(EVENT_ROWS.names).cast(EVENT_ROWS)
        # the rows that no other file has
        new = rows.join(pa.concat_tables(known), KEY, join_type="left anti").sort_by("line")
        insert_events(connection, name, file, new)
        known.append(new.select(KEY))


def cases_day(root: Path) -> date | None:
    """The day on which the workspace's outcomes/cases.parquet holds who it holds; None without any."""
    path = root / OUTCOMES / CASES
    if not path.is_file():
        return None
    last = pc.max(pq.read_table(path, columns=["closes_on"])["closes_on"]).as_py()
    return last + timedelta(days=1) if last is not None else None


def _keys_of(connection: sa.Connection, name: str, file: str) -> pa.Table:
    return fetch_events(connection, name, file).select(KEY)


def _aside(folder: Path) -> list[Path]:
    return list(folder.parent.glob(f"{folder.name}{REPLACED}*"))
