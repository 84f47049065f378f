"""leadlift cache: what the cache holds, and room made in it."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadlift.engines.files import TEMPORARY, locked, sweep
from leadlift.specs import Workspace
from leadlift.workflows.session import CACHE

SECONDS_PER_DAY = 86_400
# what each folder of the cache holds; files beside them are tables
KINDS = {
    "features": "features of customers at as-of dates",
    "tiles": "rows of sources, arranged by customer",
    "sources": "text sources, read once",
    "customers": "large sources in the order of customers, for looking at one",
    "models": "models that made scores, for customers looked at one by one",
    "spark": "answers on their way from executors, and what Spark said",
    "snapshots": "tables of databases, as last read",
    "buckets": "files of buckets, as last fetched",
    "spill": "what did not fit into memory",
}
TABLES = "populations, outcomes and finished tables"


@dataclass(frozen=True)
class Kept:
    """One kind of thing in the cache. newest: the day of the last change; None where there is nothing."""

    kind: str
    what: str
    entries: int
    bytes: int
    newest: date | None


@dataclass(frozen=True)
class Cleaned:
    """What was removed."""

    entries: int
    bytes: int


def cached(ws: Workspace) -> list[Kept]:
    """What the cache of a workspace holds, by kind."""
    cache = ws.root / CACHE
    groups = {kind: _entries(cache / kind) for kind in KINDS}
    groups["tables"] = [path for path in _listed(cache) if path.is_file()]
    return [_kept(kind, KINDS.get(kind, TABLES), entries) for kind, entries in groups.items()]


def clean(ws: Workspace, older_than: int | None = None) -> Cleaned:
    """Remove everything, or what has not been used for so many days. Nothing is lost: all of it can be built again.

    Entries go one by one, each renamed before it is removed: a command that runs finds an entry whole or not at all.
    """
    cache = ws.root / CACHE
    before = time.time() - older_than * SECONDS_PER_DAY if older_than is not None else None
    removed, size = 0, 0
    with locked(cache / "clean"):
        for path in [*(entry for kind in KINDS for entry in _entries(cache / kind)), *_listed(cache)]:
            if path.is_dir() and path.parent == cache:
                continue
            if before is None or _used(path) < before:
                size += _size(path)
                removed += 1
                _remove(path)
        for kind in KINDS:
            sweep(cache / kind)
    return Cleaned(removed, size)


def _entries(folder: Path) -> list[Path]:
    """What is built as a whole: a block's features, a source's tiles of one piece, a file."""
    return [
        entry
        for path in _listed(folder)
        for entry in (_listed(path) if path.is_dir() and folder.name == "tiles" else [path])
    ]


def _listed(folder: Path) -> list[Path]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if not path.name.startswith(".")]


def _kept(kind: str, what: str, entries: list[Path]) -> Kept:
    newest = max((_used(path) for path in entries), default=None)
    day = date.fromtimestamp(newest) if newest is not None else None
    return Kept(kind, what, len(entries), sum(_size(path) for path in entries), day)


def _used(path: Path) -> float:
    """When anything of it was last read or written, as far as the file system tells."""
    # looking into a folder counts as using the folder, so files alone are asked
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    times = [max(one.stat().st_atime, one.stat().st_mtime) for one in files]
    return max(times, default=path.stat().st_mtime)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files if one.is_file())


def _remove(path: Path) -> None:
    aside = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    path.rename(aside)
    if aside.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.unlink(missing_ok=True)
