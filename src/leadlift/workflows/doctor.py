"""leadlift doctor: versions, paths, engine, store: what is wrong, and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from leadlift import __version__
from leadlift.errors import LeadliftError
from leadlift.ledger.places import finished_lists
from leadlift.specs import FILE, Workspace, open_workspace
from leadlift.tracking.places import without_password
from leadlift.workflows.ledger import URL_VARIABLE, ledger_of, ledger_url
from leadlift.workflows.session import CACHE, looked_at, tracker_of

LIBRARIES = (
    "lightgbm",
    "optuna",
    "mlflow",
    "scikit-learn",
    "shap",
    "pandas",
    "duckdb",
    "sqlglot",
    "pyarrow",
    "pydantic",
    "typer",
)
ROOM_NEEDED = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at. mend: what to do when it is not well; empty when it is."""

    what: str
    found: str
    mend: str = ""


def examine(root: Path) -> list[Finding]:
    """Look at everything that a command needs, and go on whatever is wrong."""
    findings = [_python(), *(_library(name) for name in LIBRARIES), _machine(), _room(root)]
    if not (root / FILE).is_file():
        return [
            *findings,
            Finding(
                "workspace", f"no {FILE} in {root.resolve()}", "go to a workspace, or: leadlift init DIR"
            ),
        ]
    findings.append(
        _tried("specs", lambda: f"{len(open_workspace(root).features)} features", "leadlift check tells more")
    )
    if findings[-1].mend:
        return findings
    ws = open_workspace(root)
    findings.append(_writable(root))
    findings.append(_tried("engine", lambda: _opened(root), "leadlift check tells more"))
    findings.append(
        _tried(
            "store",
            lambda: f"{without_password(ws.file.tracking_uri)}: {type(tracker_of(ws)).__name__} opens",
            "look at tracking_uri in leadlift.yaml",
        )
    )
    if ws.file.ledger or os.environ.get(URL_VARIABLE):
        mend = f"look at ledger in leadlift.yaml, or at {URL_VARIABLE}"
        findings.append(_tried("ledger", lambda: _ledger(ws), mend))
    return findings


def _python() -> Finding:
    well = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(
        "python",
        f"{platform.python_version()}, leadlift {__version__}",
        "" if well else "use Python 3.11, 3.12 or 3.13",
    )


def _library(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", f"pip install {name}")


def _machine() -> Finding:
    return Finding("machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors")


def _room(root: Path) -> Finding:
    free = shutil.disk_usage(root if root.exists() else Path.cwd()).free
    return Finding(
        "disk",
        f"{free / 1024**3:.0f} GiB free",
        "" if free > ROOM_NEEDED else "make room: builds need at least 2 GiB",
    )


def _writable(root: Path) -> Finding:
    places = [root, root / CACHE, root / "mlruns"]
    locked = [place for place in places if place.exists() and not os.access(place, os.W_OK)]
    if locked:
        return Finding("paths", f"{locked[0]} cannot be written", f"chmod u+w {locked[0]}")
    return Finding("paths", f"{root.resolve()} can be written")


def _opened(root: Path) -> str:
    ws = open_workspace(root)
    with looked_at(ws) as (home, problems):
        if problems:
            raise LeadliftError(str(problems[0]))
        return f"{home.engine.dialect}: {len(ws.sources)} sources open"


def _ledger(ws: Workspace) -> str:
    lists = sum(place.replaced == 0 for place, _ in finished_lists(ledger_of(ws).root))
    return f"{without_password(str(ledger_url(ws)))}: {lists} lists in use"


def _tried(what: str, look: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(what, look())
    except Exception as error:  # whatever is wrong is what we are asked to tell
        return Finding(what, str(error).splitlines()[0] if str(error) else type(error).__name__, mend)
