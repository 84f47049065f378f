"""Files on disk: finding, fingerprinting, and writing them whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".tmp-"


def matching(root: Path, pattern: str) -> list[Path]:
    """The files that a path or glob names, seen from `root`, in the order of their names."""
    whole = Path(pattern)
    if not re.search(r"[*?\[]", pattern):
        path = whole if whole.is_absolute() else root / whole
        return [path] if path.is_file() else []
    if whole.is_absolute():
        return sorted(p for p in Path(whole.anchor).glob(str(whole.relative_to(whole.anchor))) if p.is_file())
    return sorted(path for path in root.glob(pattern) if path.is_file())


def stat_fingerprint(paths: list[Path]) -> str:
    """Changes when a file is added, removed, replaced, grown or touched."""
    told = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in paths]
    return digest("\n".join(told))


def digest(text: str) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of a text: enough for a key on one machine."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, renamed to it when the block ends well and removed when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, *, replace: bool = False, keep_as: Path | None = None) -> Iterator[Path]:
    """A temporary folder beside `path`, renamed to it when the block ends well and removed when it does not.

    A folder that is there already is an error; with `replace` it goes, and with `keep_as` it takes that name,
    once the new one is complete. After a kill in that moment `sweep` gives the old one its name back.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        if path.exists() and (replace or keep_as is not None):
            old = keep_as or path.with_name(f"{TEMPORARY}{os.getpid()}-old-{path.name}")
            path.rename(old)
            temporary.rename(path)
            if keep_as is None:
                shutil.rmtree(old)
        else:
            temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes `path` when the block ends well, unless another process was faster.

    For what is named after its content: whoever comes first, the content is the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        try:
            temporary.rename(path)
        except OSError:
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is inside for the same path. A process that dies lets go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_text(path: Path, text: str) -> Path:
    """Write a text file whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


def sweep(folder: Path) -> None:
    """Mend what killed commands left: temporary names whose process is gone.

    A folder that was to be replaced, and whose successor never came, gets its name back; all else is removed.
    """
    for path in sorted(folder.glob(f"{TEMPORARY}*")) if folder.is_dir() else []:
        left = re.fullmatch(rf"{re.escape(TEMPORARY)}(\d+)-(old-)?(.+)", path.name)
        if left is None or alive(int(left[1])):
            continue
        if left[2] and not (folder / left[3]).exists():
            path.rename(folder / left[3])
        elif path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def alive(pid: int) -> bool:
    """Whether the process whose number a temporary name holds is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
