"""Files in a bucket of S3 as a source: what the path must look like, and where the bucket is."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from leadlift.specs.base import Spec

S3 = "s3://"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


class S3Place(Spec):
    """Where the bucket is. Keys of access come from the environment or from AWS's own files, never from here."""

    endpoint: str | None = Field(
        None,
        description="The server, such as http://minio.bank.example:9000; by default AWS_ENDPOINT_URL_S3 or "
        "AWS_ENDPOINT_URL of the environment, else AWS itself.",
    )
    region: str | None = Field(
        None,
        description="By default AWS_REGION or AWS_DEFAULT_REGION of the environment, else AWS's own files.",
    )

    @field_validator("endpoint")
    @classmethod
    def _an_address_without_keys(cls, endpoint: str | None) -> str | None:
        if endpoint is None:
            return None
        refuse_keys(endpoint)
        if not re.fullmatch(r"https?://[\w.-]+(:\d+)?/?", endpoint):
            raise ValueError("this is no server's address, such as http://minio.bank.example:9000")
        return endpoint.rstrip("/")


def refuse_bad_path(path: str) -> None:
    """Raise ValueError for a path of S3 that names no bucket or no file."""
    bucket, _, key = path.removeprefix(S3).partition("/")
    if _BUCKET.fullmatch(bucket) is None:
        raise ValueError("after s3:// comes the name of a bucket. Write s3://BUCKET/FOLDER/*.parquet")
    if not key or key.endswith("/"):
        raise ValueError(f"{path!r} names no file. Write {path.rstrip('/')}/*.parquet")


def refuse_keys(url: str) -> None:
    """Raise ValueError for a URL that may hold a key of access, without telling it."""
    server, _, rest = url.partition("://")[2].partition("/")
    if "@" in server or re.search(r"[?&][\w-]+=[^/]*$", rest):
        raise ValueError(
            "a key may stand in this address; keys of access come from the environment (AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY) or ~/.aws, and the server and its region from `s3`"
        )
