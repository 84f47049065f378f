"""Manifests: what a folder of results holds, from what it was made, and the means to see that it is whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadlift import __version__
from leadlift.engines.files import sha256_of
from leadlift.errors import UserError
from leadlift.names import MANIFEST


def write_manifest(folder: Path, files: Sequence[Path], facts: Mapping[str, Any]) -> None:
    """Write manifest.json last: a folder without one is not finished."""
    told = {
        **facts,
        "files": {
            path.relative_to(folder).as_posix(): {"sha256": sha256_of(path), "bytes": path.stat().st_size}
            for path in files
        },
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "leadlift": __version__,
        "command": " ".join(["leadlift", *sys.argv[1:]]),
    }
    (folder / MANIFEST).write_text(
        json.dumps(told, indent=2, ensure_ascii=False, default=str), encoding="utf-8"
    )


def read_manifest(folder: Path, todo: str, below: str = "") -> dict[str, Any]:
    """The manifest of a folder whose files are all as they were written. Raises UserError, saying what to do.

    below: only files whose name begins so are looked at; others are not at hand.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise UserError(f"nothing finished in {folder}. {todo}")
    manifest = _parsed(path)
    if manifest is None:
        raise UserError(f"{path} is not a manifest of leadlift's. {todo}")
    looked_at = {name: told for name, told in manifest["files"].items() if name.startswith(below)}
    for name, told in looked_at.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != told["sha256"]:
            raise UserError(f"{folder / name} is missing or not the file that was written. {todo}")
    return manifest


def _parsed(path: Path) -> dict[str, Any] | None:
    """The manifest, or None for a file that is none: cut off, of something else, or naming no files."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # neither JSON nor UTF-8
        return None
    files = told.get("files") if isinstance(told, dict) else None
    whole = (
        isinstance(files, dict)
        and files
        and all(isinstance(one, dict) and "sha256" in one for one in files.values())
    )
    return told if whole else None
