"""A small server that speaks S3 as far as reading asks for it: ListObjectsV2, HeadObject and GetObject with ranges.

It is a test double: pages of listings, ETags, dates in whole seconds and errors are as AWS documents them; keys are
checked by their name, signatures are not. Its buckets are in memory, and it writes down what it was asked.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

KEY, SECRET = "AKIALEADLIFTTESTS000", "s3cr3t/of+the+tests"


class S3Server:
    """Buckets in memory. page: how many names a listing tells at once. asked: such as `GET /bank/a.parquet`.

    fault: what every request is refused with. before_get: called with the key of an object that is about to be read.
    """

    def __init__(self) -> None:
        self.buckets: dict[str, dict[str, tuple[bytes, str, float]]] = {}
        self.asked: list[str] = []
        self.page = 1000
        self.fault: tuple[int, str] | None = None
        self.before_get: Callable[[str], None] = lambda key: None
        handler = type("Handler", (_Handler,), {"home": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def put(self, bucket: str, key: str, content: bytes, mtime: float | None = None, etag: str = "") -> None:
        """Write an object, whole; the bucket is made where it is missing."""
        told = etag or hashlib.md5(content, usedforsecurity=False).hexdigest()
        self.buckets.setdefault(bucket, {})[key] = (content, told, time.time() if mtime is None else mtime)

    def remove(self, bucket: str, key: str) -> None:
        del self.buckets[bucket][key]

    def got(self) -> list[str]:
        """The keys of objects whose bytes were asked for since the last time, in order of their names, each once."""
        found = sorted(
            {one.partition(" ")[2] for one in self.asked if one.startswith("GET /") and "?" not in one}
        )
        self.asked.clear()
        return [path.split("/", 2)[2] for path in found]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    home: S3Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        split = urlsplit(self.path)
        bucket, _, key = unquote(split.path).lstrip("/").partition("/")
        self.home.asked.append(f"{self.command} {unquote(self.path)}")
        if self.home.fault is not None:
            return self._refuse(*self.home.fault)
        found = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        if found is None:
            return self._refuse(403, "AccessDenied")
        if found[1] != KEY:
            return self._refuse(403, "InvalidAccessKeyId")
        objects = self.home.buckets.get(bucket)
        if objects is None:
            return self._refuse(404, "NoSuchBucket")
        if key:
            return self._object(objects, key)
        return self._listing(bucket, objects, {k: v[0] for k, v in parse_qs(split.query).items()})

    def _object(self, objects: dict[str, tuple[bytes, str, float]], key: str) -> None:
        if self.command == "GET":
            self.home.before_get(key)
        if key not in objects:
            return self._refuse(404, "NoSuchKey")
        content, etag, mtime = objects[key]
        headers = {
            "ETag": f'"{etag}"',
            "Last-Modified": formatdate(mtime, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked is None:
            return self._send(200, content, headers)
        start, end = int(asked[1]), min(int(asked[2]), len(content) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        return self._send(206, content[start : end + 1], headers)

    def _listing(
        self, bucket: str, objects: dict[str, tuple[bytes, str, float]], asked: dict[str, str]
    ) -> None:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        entries: dict[str, str] = {}
        for key in sorted(objects):
            if not key.startswith(prefix):
                continue
            rest = key[len(prefix) :]
            if delimiter and delimiter in rest:
                folder = prefix + rest.partition(delimiter)[0] + delimiter
                entries[folder] = f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>"
            else:
                entries[key] = _entry(key, *objects[key])
        after = asked.get("continuation-token", "")
        names = [name for name in sorted(entries) if name > after]
        told = names[: min(self.home.page, int(asked.get("max-keys", "1000")))]
        more = len(told) < len(names)
        token = f"<NextContinuationToken>{escape(told[-1])}</NextContinuationToken>" if more else ""
        body = (
            f"<?xml version='1.0'?><ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<KeyCount>{len(told)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
            + "".join(entries[name] for name in told)
            + "</ListBucketResult>"
        )
        self._send(200, body.encode(), {"Content-Type": "application/xml"})

    def _refuse(self, status: int, code: str) -> None:
        # AWS names the key it was given
        body = f"<Error><Code>{code}</Code><Message>no {KEY}</Message><AWSAccessKeyId>{KEY}</AWSAccessKeyId></Error>"
        self._send(status, body.encode(), {"Content-Type": "application/xml"})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, quote(value, safe=' "/=:,-+'))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _entry(key: str, content: bytes, etag: str, mtime: float) -> str:
    day = datetime.fromtimestamp(mtime, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f"<Contents><Key>{escape(key)}</Key><LastModified>{day}</LastModified><ETag>&quot;{etag}&quot;</ETag>"
        f"<Size>{len(content)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server for as long as the block lasts."""
    server = S3Server()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A server of our own; its address and keys are in the environment, and nothing of this machine's AWS is."""
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with s3_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        yield server
