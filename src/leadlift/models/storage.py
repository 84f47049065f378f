"""A model on disk: the trees as LightGBM's own text, all else as JSON; loading runs no foreign code."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadlift.errors import UserError

TREES, REST = "model.txt", "model.json"
# Format 1 knew no doubt and fewer calibrations; it is read as it was.
FORMAT, READ = 2, (1, 2)


def write_model(folder: Path, trees: str, rest: Mapping[str, Any]) -> None:
    """Write model.txt (the trees) and model.json (all else) into a folder, replacing one that is there.

    Written beside it under a temporary name and renamed when complete.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    named = {"format": FORMAT, "trees_sha256": _sha256(trees), **rest}
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
        fresh, old = Path(beside, "fresh"), Path(beside, "old")
        fresh.mkdir()
        (fresh / TREES).write_text(trees, encoding="utf-8", newline="\n")
        (fresh / REST).write_text(json.dumps(named, ensure_ascii=False, indent=1), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, old)
        fresh.rename(folder)


def read_model(folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the trees and all else as `write_model` was given them.

    Raises UserError when a file is missing, is not ours, or the two do not belong together.
    """
    trees, rest = _read(folder / TREES), _parsed(folder / REST)
    if rest["trees_sha256"] != _sha256(trees):
        raise UserError(f"{folder}: {TREES} is not the one {REST} belongs to: restore both, or train anew")
    return trees, rest


def _parsed(path: Path) -> dict[str, Any]:
    try:
        rest: dict[str, Any] = json.loads(_read(path))
    except json.JSONDecodeError as fault:
        raise UserError(f"{path}: not JSON ({fault}): restore the file, or train anew") from fault
    if rest.get("format") not in READ:
        listed = " and ".join(str(known) for known in READ)
        raise UserError(f"{path}: model format {rest.get('format')}, only {listed} are read: train anew")
    return rest


def _read(path: Path) -> str:
    try:
        # Without newline translation: the trees are checked byte for byte.
        return path.read_bytes().decode("utf-8")
    except OSError as fault:
        raise UserError(
            f"{path}: cannot read the model ({fault.strerror}): was it made by training?"
        ) from fault


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
