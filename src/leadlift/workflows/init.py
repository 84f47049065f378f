"""leadlift init: a small commented workspace that runs."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.specs import FILE

STARTER = files("leadlift.workflows") / "starter"


def init(folder: Path) -> list[Path]:
    """Write the starter workspace's files. Raises UserError when a workspace is there: nothing is overwritten."""
    if (folder / FILE).exists():
        raise UserError(f"{folder / FILE} exists already; name another folder")
    wanted = dict(_texts(STARTER, ""))
    if taken := [name for name in wanted if (folder / name).exists()]:
        raise UserError(f"{folder} holds {taken[0]} already; name another folder")
    # leadlift.yaml last: a folder with it is a whole workspace
    order = sorted(wanted, key=lambda name: (name == FILE, name))
    return [write_text(folder / name, wanted[name]) for name in order]


def _texts(place: Traversable, prefix: str) -> list[tuple[str, str]]:
    found = []
    for entry in place.iterdir():
        name = prefix + (".gitignore" if entry.name == "gitignore" else entry.name)
        if entry.is_dir():
            found += [] if entry.name == "__pycache__" else _texts(entry, f"{name}/")
        else:
            found.append((name, entry.read_text(encoding="utf-8")))
    return found
