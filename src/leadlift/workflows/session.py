"""What most verbs begin with: the workspace read, its engine started, its sources open."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from leadlift.engines import Fault
from leadlift.engines.files import TEMPORARY
from leadlift.engines.opening import open_engine
from leadlift.errors import Problem, SpecErrors
from leadlift.features import Home, open_sources
from leadlift.machine import memory_budget
from leadlift.specs import FILE, Source, Workspace
from leadlift.tracking import Tracker, open_tracker
from leadlift.workflows.ledger import ledger_url

CACHE = ".leadlift/cache"


@contextmanager
def opened(ws: Workspace) -> Iterator[Home]:
    """The workspace's sources, open. Raises SpecErrors naming every source that cannot be read."""
    with looked_at(ws) as (home, problems):
        if problems:
            raise SpecErrors(problems)
        yield home


@contextmanager
def looked_at(ws: Workspace) -> Iterator[tuple[Home, list[Problem]]]:
    """The workspace's sources, as far as they open, and every fault found."""
    with _started(ws, ws.sources) as (home, faults):
        yield home, [as_problem(ws, name, fault) for name, fault in faults]


@contextmanager
def every_row(ws: Workspace) -> Iterator[tuple[Home, list[tuple[str, Fault]]]]:
    """As `looked_at`, with the rows that `on_fail: quarantine` leaves out, and faults as the engine tells them."""
    kept = {name: source.model_copy(update={"on_fail": "keep"}) for name, source in ws.sources.items()}
    with _started(ws, kept) as opened:
        yield opened


@contextmanager
def _started(ws: Workspace, sources: Mapping[str, Source]) -> Iterator[tuple[Home, list[tuple[str, Fault]]]]:
    if ledger_url(ws) is not None:
        # it needs pandas, which most commands do without
        from leadlift.workflows.cases import refresh_cases

        refresh_cases(ws)
    cache = ws.root / CACHE
    memory = memory_budget(ws.file.memory)
    with open_engine(ws.file.engine, ws.root, cache, ws.file.timezone, memory) as engine:
        yield open_sources(engine, cache, sources, ws.file.customer_key)


@contextmanager
def apart(home: Home) -> Iterator[Path]:
    """A folder for a build that is to leave nothing behind, where the engine can read: beside what is kept."""
    home.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{TEMPORARY}{os.getpid()}-", dir=home.cache) as folder:
        yield Path(folder)


def as_problem(ws: Workspace, source: str, fault: Fault) -> Problem:
    """A fault in data, told at the line of leadlift.yaml that declares what is broken."""
    return ws.documents[FILE].problem(("sources", source, *fault.path), fault.message)


def tracker_of(ws: Workspace) -> Tracker:
    """The store of runs and models that `tracking_uri` names."""
    return open_tracker(ws.file.tracking_uri, ws.root, ws.file.name)


def git_revision(root: Path) -> str:
    """The revision of the definitions, with a + when files are changed; empty outside of git."""
    try:
        asked = ["git", "-C", str(root), "describe", "--always", "--abbrev=12", "--dirty=+", "--match", ""]
        found = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
