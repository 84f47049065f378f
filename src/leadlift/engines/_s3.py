"""Objects of a bucket of S3, by pyarrow's file system: found by a pattern, read piece by piece, never written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from leadlift.specs import Source
from leadlift.specs.buckets import S3, S3Place

PIECE = 8 << 20
CONNECT_SECONDS, ANSWER_SECONDS = 5, 30
_SERVER = re.compile(r"(https?://)?[\w.-]+(:\d+)?/?")
_GLOB = re.compile(r"[*?\[]")
_KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or ~/.aws"
_GONE = ("NO_SUCH_KEY", "RESOURCE_NOT_FOUND")
_DENIED = (
    f"may not be read with the keys that were found, or none were: give {_KEYS}, and let whom they belong to list "
    "the bucket and get its objects (s3:ListBucket, s3:GetObject)"
)
_REGION = "is of another region: give it as `s3.region`, or AWS_REGION in the environment"
_LATER = "cannot be read now, since the server has no time ({code}): try again later"
# what the server or pyarrow calls it -> why nothing can be read, and what to do
_WHY = {
    "ACCESS_DENIED": _DENIED,
    "NETWORK_CONNECTION": "cannot be reached: is the network there, and are `s3.endpoint` or AWS_ENDPOINT_URL, the "
    "region and, for https, the certificates of AWS_CA_BUNDLE right?",
    "INVALID_ACCESS_KEY_ID": f"does not know the key that was found: look at {_KEYS}",
    "SIGNATURE_DOES_NOT_MATCH": f"says that the secret is not the key's own: look at {_KEYS}",
    "ExpiredToken": "takes the keys no longer, whose time is over: fetch new ones",
    "InvalidToken": "does not know AWS_SESSION_TOKEN: give the one that belongs to the key",
    "REQUEST_TIME_TOO_SKEWED": "cannot be read, since the clock of this machine is wrong",
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "HTTP 301": _REGION,
    "HTTP 400": f"cannot be read: the server says HTTP 400, as for keys or a region that do not hold: look at {_KEYS}",
    **dict.fromkeys(("SLOW_DOWN", "SERVICE_UNAVAILABLE", "INTERNAL_FAILURE", "HTTP 500", "HTTP 503"), _LATER),
}
_SAID = re.compile(r"AWS Error (\w+)(?: \(HTTP status (\d+)\))?.*?(?:ExceptionName: (\w+)|$)", re.DOTALL)


class Refused(Exception):  # noqa: N818  # it says why, and what to do
    """Why a bucket cannot be read: one message, without any key of access."""


class Moved(Exception):  # noqa: N818  # it is heard and tried again
    """An object was written or removed while it was looked at."""


@dataclass(frozen=True)
class Listed:
    """An object as a listing tells it. mtime: nanoseconds, by the server's clock, in whole seconds."""

    key: str
    size: int
    mtime: int


class Bucket:
    """The bucket that a source's path names, and the objects that the path matches."""

    def __init__(self, source: Source) -> None:
        self._path = source.path
        self._name, _, self._pattern = source.path.removeprefix(S3).partition("/")
        self._endpoint, region = server_of(source.s3 or S3Place())
        if self._endpoint is not None and _SERVER.fullmatch(self._endpoint) is None:
            raise Refused(
                "AWS_ENDPOINT_URL is no server's address such as http://minio.bank.example:9000, or holds more"
            )
        with self._told():
            self._files = _file_system(self._endpoint, region)

    def listed(self) -> list[Listed]:
        """The objects that the path matches, in the order of their names. Raises Refused; for none too."""
        with self._told():
            found = [self._one(info) for info in self._infos() if info.is_file]
        names = self._pattern.split("/")
        chosen = [one for one in found if matches(names, one.key.split("/"))]
        if not chosen:
            self._refuse_nothing()
        if odd := [one.key for one in chosen if {"", ".", ".."} & set(one.key.split("/"))]:
            raise Refused(
                f"'{S3}{self._name}/{odd[0]}' cannot be read: a folder in its name is '', '.' or '..'"
            )
        return sorted(chosen, key=lambda one: PurePosixPath(one.key))

    def etag(self, one: Listed) -> str:
        """What the server says that changes with the object's content. Raises Moved, Refused."""
        with self._opened(one) as file:
            return self._tag(file, one)

    def read(self, one: Listed, take: Callable[[bytes], object]) -> str:
        """Give the object's bytes piece by piece and return its ETag. Raises Moved where it is not one version."""
        left = one.size
        with self._opened(one) as file:
            etag = self._tag(file, one)
            while piece := file.read(PIECE):
                left -= len(piece)
                take(piece)
        # each piece was asked for as a range of whatever was there by then
        if left or self.etag(one) != etag:
            raise Moved
        return etag

    @contextmanager
    def _opened(self, one: Listed) -> Iterator[Any]:
        with self._told(_GONE), closing(self._files.open_input_file(f"{self._name}/{one.key}")) as file:
            yield file

    def _tag(self, file: Any, one: Listed) -> str:
        if file.size() != one.size:
            raise Moved
        told = file.metadata() or {}
        found = told.get(b"ETag") or told.get("ETag") or b""
        text = found.decode() if isinstance(found, bytes) else str(found)
        # a server without ETags: the time of change must do
        return text.strip('"') or f"{one.size}-{one.mtime}"

    def _infos(self) -> Sequence[Any]:
        from pyarrow.fs import FileSelector

        names = self._pattern.split("/")
        fixed = next((place for place, name in enumerate(names) if _GLOB.search(name)), None)
        above = "/".join([self._name, *names[: len(names) - 1 if fixed is None else fixed]])
        if fixed is None:
            try:
                return self._files.get_file_info([f"{self._name}/{self._pattern}"])  # type: ignore[no-any-return]
            except OSError:
                # of one object a server tells no reason; of a listing it does
                self._files.get_file_info(FileSelector(above, allow_not_found=True))
                raise
        deep = fixed < len(names) - 1 or "**" in names
        return self._files.get_file_info(FileSelector(above, recursive=deep, allow_not_found=True))  # type: ignore[no-any-return]

    def _one(self, info: Any) -> Listed:
        return Listed(info.path.partition("/")[2], info.size, info.mtime_ns or 0)

    def _refuse_nothing(self) -> None:
        from pyarrow.fs import FileType

        with self._told():
            there = self._files.get_file_info(self._name).type != FileType.NotFound
        if there:
            above = self._path[: match.start()] if (match := _GLOB.search(self._path)) else self._path
            raise Refused(
                f"no file matches '{self._path}' at {self._server}: "
                f"`aws s3 ls {above.rpartition('/')[0]}/` shows what is there"
            )
        raise Refused(
            f"no bucket '{self._name}' at {self._server}: is it spelt so, and are `s3.endpoint` or AWS_ENDPOINT_URL "
            "and the region right?"
        )

    @property
    def _server(self) -> str:
        return self._endpoint or "AWS"

    @contextmanager
    def _told(self, moved: Sequence[str] = ()) -> Iterator[None]:
        """Errors of the server as one message. What it says itself may hold the name of a key, and is left out.

        moved: what it says of an object that was there a moment ago.
        """
        try:
            yield
        except FileNotFoundError:
            raise Moved from None
        except OSError as error:
            found = _SAID.search(str(error))
            if found is None:
                raise
            if found[1] in moved:
                raise Moved from None
            code = found[3] or (f"HTTP {found[2]}" if found[2] else found[1])
            spare = _DENIED if found[2] == "403" else "cannot be read: the server says {code}"
            why = _WHY.get(code, spare)
            raise Refused(f"the bucket '{self._name}' at {self._server} {why.format(code=code)}") from None


def server_of(place: S3Place) -> tuple[str | None, str | None]:
    """Endpoint and region: what the source says goes before the environment. Without either AWS's own files decide."""
    told = os.environ
    endpoint = place.endpoint or told.get("AWS_ENDPOINT_URL_S3") or told.get("AWS_ENDPOINT_URL") or None
    region = place.region or told.get("AWS_REGION") or told.get("AWS_DEFAULT_REGION") or None
    # other servers than AWS's ask for some region, and mind none
    return endpoint, region or ("us-east-1" if endpoint else None)


def matches(pattern: Sequence[str], names: Sequence[str]) -> bool:
    """Whether names of folders and file are those of a pattern, as a glob on disk takes it; `**` is any folders."""
    if not pattern:
        return not names
    if pattern[0] == "**":
        rest = pattern[1:] or ["*"]
        return any(matches(rest, names[start:]) for start in range(len(names)))
    return bool(names) and fnmatchcase(names[0], pattern[0]) and matches(pattern[1:], names[1:])


def _file_system(endpoint: str | None, region: str | None) -> Any:
    from pyarrow.fs import S3FileSystem

    return S3FileSystem(
        endpoint_override=endpoint,
        region=region,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=ANSWER_SECONDS,
        tls_ca_file_path=os.environ.get("AWS_CA_BUNDLE"),
    )
