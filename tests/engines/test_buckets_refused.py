"""What is wrong with a bucket, or with the way to it: one message that says what to do, and no key of access."""

from __future__ import annotations

import errno

import pytest

from leadlift.engines import _s3, buckets
from leadlift.engines.found import files_of

from ..buckets import KEY, SECRET
from .bucketed import COLUMNS, PATH, ids, months, opened, rows
from .conftest import source

__all__ = ["months"]


def unreachable(s3, monkeypatch):
    s3.close()


def without_keys(s3, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


def with_another_key(s3, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")


def refusing(status, code):
    return lambda s3, monkeypatch: setattr(s3, "fault", (status, code))


@pytest.mark.parametrize(
    ("path", "happens", "message"),
    [
        ("s3://bnak/sales/*.parquet", None, "no bucket 'bnak' at {url}: is it spelt so, and are `s3.endpoint` or"),
        ("s3://bnak/one.parquet", None, "no bucket 'bnak' at {url}"),
        (
            "s3://bank/slaes/*.parquet",
            None,
            "no file matches 's3://bank/slaes/*.parquet' at {url}: `aws s3 ls s3://bank/slaes/` shows what is there",
        ),
        ("s3://bank/none.parquet", None, "no file matches 's3://bank/none.parquet' at {url}: `aws s3 ls s3://bank/`"),
        (PATH, without_keys, "the bucket 'bank' at {url} may not be read with the keys that were found, or none were"),
        (PATH, refusing(403, "AccessDenied"), "let whom they belong to list the bucket and get its objects"),
        (PATH, with_another_key, "the bucket 'bank' at {url} does not know the key that was found: look at AWS_ACCESS"),
        (PATH, refusing(403, "SignatureDoesNotMatch"), "says that the secret is not the key's own"),
        (PATH, refusing(400, "ExpiredToken"), "takes the keys no longer, whose time is over: fetch new ones"),
        (PATH, refusing(301, "PermanentRedirect"), "is of another region: give it as `s3.region`, or AWS_REGION"),
        (PATH, refusing(503, "SlowDown"), "since the server has no time (SLOW_DOWN): try again later"),
        (PATH, refusing(400, "Whatever"), "cannot be read: the server says Whatever"),
        (PATH, unreachable, "the bucket 'bank' at {url} cannot be reached: is the network there"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_message_that_says_what_to_do_and_no_key(
    s3, months, new_engine, monkeypatch, path, happens, message
):
    if happens is not None:
        happens(s3, monkeypatch)
    (fault,) = new_engine().open_source("it", source(COLUMNS, path=path))
    assert fault.path == ("path",)
    assert message.format(url=s3.url) in fault.message
    assert not [secret for secret in (KEY, SECRET, "AKIAOTHER") if secret in fault.message]


def test_a_file_that_has_no_room_is_refused_before_it_is_fetched(s3, months, new_engine, monkeypatch):
    monkeypatch.setattr(buckets.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 10}))
    (fault,) = new_engine().open_source("it", months)
    assert fault.message.startswith("3 files of the bucket, 0.0 GB, have no room below ")
    assert s3.got() == []


def test_a_disk_that_is_full_on_the_way_is_told_and_what_was_fetched_counts(
    s3, months, new_engine, monkeypatch, tmp_path
):
    monkeypatch.setattr(buckets, "AT_ONCE", 1)
    true_read, full = _s3.Bucket.read, []

    def refuse(piece):
        raise OSError(errno.ENOSPC, "No space left on device")

    def read(bucket, one, take):
        if "2026-03" in one.key and not full:
            full.append(one)
            return true_read(bucket, one, refuse)
        return true_read(bucket, one, take)

    monkeypatch.setattr(_s3.Bucket, "read", read)
    (fault,) = new_engine().open_source("it", months)
    assert fault.message.startswith("the disk is full below ")
    assert files_of(tmp_path, tmp_path / "cache", months) == []
    s3.got()
    assert ids(opened(new_engine, months)) == ["ann", "bob", "cem"]
    assert s3.got() == ["sales/month=2026-03/part 1.parquet"]


@pytest.mark.parametrize(
    "address", ["http://ann:s3cret@127.0.0.1:9000", "minio:9000/?s3cret", "ftp://s3cret"]
)
def test_an_address_of_the_environment_that_is_none_is_not_shown(
    s3, months, new_engine, monkeypatch, address
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    (fault,) = new_engine().open_source("it", months)
    assert fault.message.startswith("AWS_ENDPOINT_URL is no server's address such as")
    assert "s3cret" not in fault.message


@pytest.mark.parametrize("key", ["a/../../../up.parquet", "a//twice.parquet"])
def test_a_key_that_is_no_path_is_told_of_and_nothing_is_written(s3, new_engine, tmp_path, key):
    s3.put("bank", "a/good.parquet", rows("ann"))
    s3.put("bank", key, rows("bob"))
    (fault,) = new_engine().open_source("it", source("id:string", path="s3://bank/a/**/*.parquet"))
    assert f"'s3://bank/{key}' cannot be read: a folder in its name is" in fault.message
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize(
    "path", ["gs://bank/x.parquet", "s3a://bank/x.parquet", "https://bank.example/x.parquet"]
)
def test_another_address_is_told_what_to_do_instead(new_engine, path):
    (fault,) = new_engine().open_source("it", source("id:string", path=path))
    assert fault.path == ("path",)
    assert (
        f"'{path}' is an address, and leadlift reads files of this machine and of buckets that"
        in fault.message
    )
