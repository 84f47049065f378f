"""Values that were found not to be tileable, remembered so that they are not tried again."""

from __future__ import annotations

import json
from pathlib import Path

from leadlift.engines.files import write_text

FILE = "not_tileable.json"


def refused(folder: Path, source: str, prints: str) -> set[str]:
    """The values of a source, as texts. prints: of its declaration."""
    return set(_read(folder / source / FILE).get(prints, ()))


def refuse(folder: Path, source: str, prints: str, value: str) -> None:
    """Remember a value of a source as it is declared now."""
    path = folder / source / FILE
    known = _read(path)
    write_text(path, json.dumps({**known, prints: sorted({*known.get(prints, ()), value})}))


def _read(path: Path) -> dict[str, list[str]]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
