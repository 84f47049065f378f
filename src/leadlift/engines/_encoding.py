"""Text files in any encoding, read as UTF-8."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadlift.engines.files import TEMPORARY, digest

_UTF8 = ("utf-8", "utf8", "utf-8-sig", "ascii")


@contextmanager
def as_utf8(paths: list[Path], encoding: str, folder: Path) -> Iterator[list[Path]]:
    """The files themselves when they are UTF-8, or copies in `folder` that live as long as the block.

    Raises UnicodeDecodeError when a file is not in the encoding; UTF-8 itself is not looked at.
    """
    if encoding.lower().replace("_", "-") in _UTF8:
        yield paths
        return
    copies = [folder / f"{TEMPORARY}{os.getpid()}-text-{digest(str(path))}.csv" for path in paths]
    try:
        for path, copy in zip(paths, copies, strict=True):
            with path.open(encoding=encoding, newline="") as source, copy.open("wb") as out:
                while text := source.read(1 << 20):
                    out.write(text.encode())
        yield copies
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)


def undecodable(paths: list[Path], encoding: str) -> Path | None:
    """The first file that is not text in this encoding."""
    for path in paths:
        try:
            with path.open(encoding=encoding, newline="") as source:
                while source.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            return path
    return None
