"""Copies: the files of a bucket, brought below the cache, each once.

`taken.json` says which copies count; it is replaced when all of them are there, so that a reader sees the files of one
listing or of the one before. `fetched.jsonl` says what was brought since: a command that is killed has not lost it.
A copy is named after its content: an object that is written anew and holds the same is the same file, and all features
that were built from it are found again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from leadlift.engines._s3 import Bucket, Listed, Moved, Refused, server_of
from leadlift.engines.files import TEMPORARY, digest, locked, sweep, write_text
from leadlift.engines.protocol import Fault
from leadlift.specs import Source
from leadlift.specs.buckets import S3Place

BUCKETS, TAKEN, FETCHED = "buckets", "taken.json", "fetched.jsonl"
AT_ONCE, ATTEMPTS = 8, 3
# a listing tells times in whole seconds, by another clock: what changed so shortly before it was looked at may have
# changed again unseen
UNSURE_NS = 24 * 3600 * 10**9
_NAMED = re.compile(r"[^/=]+=[^/]*")


@dataclass(frozen=True)
class Copy:
    """An object as it was fetched. seen: when its ETag was last asked for, as mtime. file: seen from the folder."""

    etag: str
    size: int
    mtime: int
    seen: int
    file: str


@dataclass(frozen=True)
class _Taken:
    """What counts, by key in the order of keys, and the files of the time before, which a command may still read."""

    copies: Mapping[str, Copy]
    before: tuple[str, ...]


def fetch(cache: Path, source: Source) -> tuple[list[Path], list[Fault]]:
    """The copies of all objects that the source's path matches now; what is new or has changed is fetched first."""
    folder = _folder(cache, source)
    try:
        with locked(folder):
            return _current(folder, Bucket(source)), []
    except Refused as why:
        return [], [Fault(("path",), str(why))]


def copies_of(cache: Path, source: Source) -> list[Path]:
    """The copies that count, without asking the bucket; none when nothing was fetched yet."""
    folder = _folder(cache, source)
    paths = [folder / copy.file for copy in _taken(folder).copies.values()]
    return paths if all(path.is_file() for path in paths) else []


def _current(folder: Path, bucket: Bucket) -> list[Path]:
    sweep(folder)
    told = _taken(folder)
    for _ in range(ATTEMPTS):
        try:
            copies = _brought(folder, bucket, {**told.copies, **_fetched(folder)})
            break
        except Moved:
            continue
    else:
        raise Refused("files of the bucket change while they are read: try again when nobody writes there")
    _keep(folder, told, copies)
    return [folder / copy.file for copy in copies.values()]


def _brought(folder: Path, bucket: Bucket, have: Mapping[str, Copy]) -> dict[str, Copy]:
    """The copies of all objects that are there now, fetched where need be. Raises Moved, Refused."""
    listed, stop = bucket.listed(), threading.Event()
    folder.mkdir(parents=True, exist_ok=True)
    known = {one.key: have[one.key] for one in listed if one.key in have and _there(folder, have[one.key])}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            checked = list(pool.map(lambda one: _checked(bucket, one, known.get(one.key)), listed))
            wanted = [one for one, copy in zip(listed, checked, strict=True) if copy is None]
            _refuse_too_many(folder, wanted)
            begun = {pool.submit(_copy, folder, bucket, one, stop): one.key for one in wanted}
            new = {}
            for done in as_completed(begun):
                new[begun[done]] = copy = done.result()
                _note(folder, begun[done], copy)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    return {one.key: copy or new[one.key] for one, copy in zip(listed, checked, strict=True)}


def _checked(bucket: Bucket, one: Listed, copy: Copy | None) -> Copy | None:
    """The copy, where it is of what is there now; the object's ETag is asked for unless it cannot have changed."""
    if copy is None or copy.size != one.size:
        return None
    if copy.mtime == one.mtime and copy.seen - copy.mtime > UNSURE_NS:
        return copy
    seen = time.time_ns()
    return replace(copy, mtime=one.mtime, seen=seen) if bucket.etag(one) == copy.etag else None


def _copy(folder: Path, bucket: Bucket, one: Listed, stop: threading.Event) -> Copy:
    """The object as a file, whole or not at all."""
    seen, content = time.time_ns(), hashlib.sha256()
    temporary = folder / f"{TEMPORARY}{os.getpid()}-{digest(one.key)}"
    try:
        with temporary.open("wb") as file:

            def take(piece: bytes) -> None:
                if stop.is_set():  # nobody waits for it any more
                    raise Moved
                content.update(piece)
                file.write(piece)

            etag = bucket.read(one, take)
        # what is fetched again after the cache was cleared is as old as it was
        os.utime(temporary, ns=(seen, one.mtime))
        place = _place(one.key, content.hexdigest())
        path = folder / place
        if not _whole(path, one.size):  # the same content: the file stays as old as it is
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refused(
            f"the disk is full below {folder.parent}: make room, and what was fetched counts"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
    return Copy(etag, one.size, one.mtime, seen, place)


def _place(key: str, content: str) -> str:
    """Where a copy lies: below folders that are columns (`month=2026-06`), under a name that no other object has."""
    whole = PurePosixPath(key)
    named = [part for part in whole.parts[:-1] if _NAMED.fullmatch(part)]
    name = f"{whole.stem[:60]}.{digest(key + content)}{whole.suffix}"
    return str(PurePosixPath("files", *named, name))


def _there(folder: Path, copy: Copy) -> bool:
    return _whole(folder / copy.file, copy.size)


def _whole(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _refuse_too_many(folder: Path, wanted: Sequence[Listed]) -> None:
    needed, free = sum(one.size for one in wanted), shutil.disk_usage(folder).free
    if needed > free:
        raise Refused(
            f"{len(wanted)} files of the bucket, {needed / 1e9:.1f} GB, have no room below {folder.parent}: "
            f"{free / 1e9:.1f} GB are free"
        )


def _keep(folder: Path, told: _Taken, copies: Mapping[str, Copy]) -> None:
    """Let these copies count, and remove those that no command can be reading."""
    files = [copy.file for copy in copies.values()]
    then = [copy.file for copy in told.copies.values()]
    before = told.before if files == then else then
    if copies != told.copies or list(told.before) != list(before):
        objects = {key: asdict(copy) for key, copy in copies.items()}
        write_text(folder / TAKEN, json.dumps({"objects": objects, "before": before}, ensure_ascii=False))
    else:
        (folder / TAKEN).touch()  # copies are as old as their objects; that they are in use is seen here
    (folder / FETCHED).unlink(missing_ok=True)
    stay = {*files, *before}
    for path in (folder / "files").rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in stay:
            path.unlink(missing_ok=True)


def _taken(folder: Path) -> _Taken:
    try:
        told = json.loads((folder / TAKEN).read_text("utf-8"))
        return _Taken({key: Copy(**copy) for key, copy in told["objects"].items()}, tuple(told["before"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _Taken({}, ())


def _note(folder: Path, key: str, copy: Copy) -> None:
    with (folder / FETCHED).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"key": key, **asdict(copy)}) + "\n")


def _fetched(folder: Path) -> dict[str, Copy]:
    return (
        dict(_lines((folder / FETCHED).read_text("utf-8").splitlines()))
        if (folder / FETCHED).is_file()
        else {}
    )


def _lines(lines: Iterable[str]) -> Iterator[tuple[str, Copy]]:
    for line in lines:
        try:
            told = json.loads(line)
            yield told.pop("key"), Copy(**told)
        except (ValueError, KeyError, TypeError):  # a last line that a crash cut off
            return


def _folder(cache: Path, source: Source) -> Path:
    endpoint, _ = server_of(source.s3 or S3Place())
    return cache / BUCKETS / digest(f"{endpoint} {source.path}")
