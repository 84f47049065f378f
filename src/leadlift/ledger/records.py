"""Lists as rows of the ledger's tables: written inside a transaction, and read back to folders."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from leadlift.engines.files import whole_folder
from leadlift.ledger.places import KEPT, Place, identity
from leadlift.ledger.tables import LISTS, PARTS
from leadlift.names import MANIFEST

# Bytes of a file that go into one row; PostgreSQL takes no more than 1 GB, and each is held in memory several times.
PART = 8 << 20


def insert_list(connection: sa.Connection, name: str, place: Place, folder: Path) -> None:
    """Write a finished folder down as the list of that place. Only what the bank keeps is taken."""
    manifest = (folder / MANIFEST).read_bytes().decode("utf-8")
    told, known_as = json.loads(manifest), identity(folder)
    valid = told.get("valid_until")
    row = {
        "name": name,
        "identity": known_as,
        "campaign": place.campaign,
        "as_of": place.day,
        "replaced": place.replaced,
        "list_id": str(told["list_id"]),
        "valid_until": date.fromisoformat(str(valid)) if valid else None,
        "leads": told.get("leads"),
        "machine": platform.node() or "a machine without a name",
        "written": told.get("written"),
        "manifest": manifest,
    }
    connection.execute(sa.insert(LISTS), row)
    for path in sorted((folder / KEPT).iterdir()):
        key = {"name": name, "identity": known_as, "file": path.name}
        for part, content in enumerate(_pieces(path)):
            connection.execute(sa.insert(PARTS), {**key, "part": part, "content": content})


def put_aside(connection: sa.Connection, name: str, campaign: str, day: date) -> None:
    """Number the list in use, if there is one, as replaced: another is about to take its place."""
    mine = (LISTS.c.name == name) & (LISTS.c.campaign == campaign) & (LISTS.c.as_of == day)
    last = connection.scalar(sa.select(sa.func.max(LISTS.c.replaced)).where(mine))
    if last is not None:
        in_use = mine & (LISTS.c.replaced == 0)
        connection.execute(sa.update(LISTS).where(in_use).values(replaced=last + 1))


def fetch_list(connection: sa.Connection, name: str, row: Any, folder: Path) -> None:
    """Bring what the bank keeps of a list into a folder, byte for byte, whole or not at all."""
    mine = (PARTS.c.name == name) & (PARTS.c.identity == row.identity)
    asked = sa.select(PARTS.c.file, PARTS.c.part).where(mine).order_by(PARTS.c.file, PARTS.c.part)
    with whole_folder(folder, replace=True) as temporary:
        (temporary / KEPT).mkdir()
        for file, part in connection.execute(asked).all():
            one = sa.select(PARTS.c.content).where(mine, PARTS.c.file == file, PARTS.c.part == part)
            with (temporary / KEPT / file).open("ab") as out:
                out.write(connection.scalar(one) or b"")
        (temporary / MANIFEST).write_bytes(row.manifest.encode("utf-8"))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield file.read(PART)
        while piece := file.read(PART):
            yield piece
