"""How lists and outcomes lie below a folder: in a workspace, and in the snapshot of a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadlift.engines.files import sha256_of
from leadlift.names import MANIFEST

LEADS, KEPT, OUTCOMES = "leads", "kept", "outcomes"
ASSIGNED, CASES = "assignments.parquet", "cases.parquet"
EVENTS = "events-*.parquet"
REPLACED = ".replaced-"


@dataclass(frozen=True)
class Place:
    """The folder of a list. replaced: 0 for the list in use, else the number of the one that was put aside."""

    campaign: str
    day: date
    replaced: int

    def below(self, root: Path) -> Path:
        """Where the list lies below a workspace or a snapshot."""
        aside = f"{REPLACED}{self.replaced}" if self.replaced else ""
        return root / LEADS / self.campaign / f"{self.day.isoformat()}{aside}"


def place_of(folder: Path) -> Place | None:
    """The place that a folder's name says; None for a folder that is no list's."""
    found = re.fullmatch(rf"(\d{{4}}-\d\d-\d\d)(?:{re.escape(REPLACED)}(\d+))?", folder.name)
    if found is None or not is_day(found[1]):
        return None
    return Place(folder.parent.name, date.fromisoformat(found[1]), int(found[2] or 0))


def finished_lists(root: Path) -> Iterator[tuple[Place, Path]]:
    """Every list below a folder that is finished and says who was on it, in the order of the names."""
    for path in sorted((root / LEADS).glob(f"*/*/{MANIFEST}")):
        place = place_of(path.parent)
        if place is not None and (path.parent / KEPT / ASSIGNED).is_file():
            yield place, path.parent


def identity(folder: Path) -> str:
    """What a list is known by: the SHA-256 of its manifest, which holds its files' and the run that wrote it."""
    return sha256_of(folder / MANIFEST)


def is_day(name: str) -> bool:
    """Whether a folder is named after a day: a list that was replaced stands beside its successor, not so named."""
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True
