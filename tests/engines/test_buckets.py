"""Files in a bucket as a source: read only, each fetched once, whole or not at all, and no key told of.

The server is a double that speaks S3 (tests/buckets.py); pyarrow's own client speaks to it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.engines import _s3, buckets
from leadlift.engines._s3 import matches
from leadlift.engines.buckets import BUCKETS
from leadlift.engines.files import matching
from leadlift.engines.found import files_of

from .bucketed import COLUMNS, PATH, ids, kept, months, opened, rows
from .conftest import all_rows, source

__all__ = ["months"]
DAY = 24 * 3600


def test_rows_and_columns_of_folders_come_as_from_files_of_this_machine(s3, months, new_engine, tmp_path):
    s3.page = 2  # a listing comes in pages
    for key, (content, _, _) in s3.buckets["bank"].items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(content)
    s3.put("bank", "sales/_SUCCESS", b"")
    s3.put("bank", "sales/month=2026-03/deeper/other.parquet", rows("dan"))
    s3.put("bank", "sales/month=2026-03/note.txt", b"not asked for")
    engine = opened(new_engine, months)
    assert engine.open_source("local", source(COLUMNS, path="sales/*/*.parquet")) == []
    assert sorted(all_rows(engine, "it")) == sorted(all_rows(engine, "local"))
    assert sorted(row[2] for row in all_rows(engine, "it")) == ["2026-01", "2026-02", "2026-03"]
    assert [piece.rows for piece in engine.partitions(months)] == [1, 1, 1]
    assert {one.partition(" ")[0] for one in s3.asked} == {"GET", "HEAD"}


def test_a_file_is_fetched_once_and_a_new_month_changes_no_other_piece(s3, months, new_engine):
    before = [piece.fingerprint for piece in opened(new_engine, months).partitions(months)]
    assert len(s3.got()) == 3
    opened(new_engine, months)
    assert s3.got() == []
    s3.put("bank", "sales/month=2026-04/part 1.parquet", rows("dan"))
    engine = opened(new_engine, months)
    assert s3.got() == ["sales/month=2026-04/part 1.parquet"]
    assert [piece.fingerprint for piece in engine.partitions(months)][:3] == before
    assert ids(engine) == ["ann", "bob", "cem", "dan"]


def test_a_changed_file_is_fetched_again_and_one_that_vanished_is_gone(s3, months, new_engine):
    opened(new_engine, months)
    s3.got()
    s3.put("bank", "sales/month=2026-02/part 1.parquet", rows("eve", "bob"))
    s3.remove("bank", "sales/month=2026-03/part 1.parquet")
    engine = opened(new_engine, months)
    assert s3.got() == ["sales/month=2026-02/part 1.parquet"]
    assert ids(engine) == ["ann", "bob", "eve"]


def test_a_file_replaced_within_a_second_by_one_of_equal_size_is_seen(s3, new_engine):
    now, of = time.time(), source("id:string", path="s3://bank/one.parquet")
    s3.put("bank", "one.parquet", rows("ann"), mtime=now)
    opened(new_engine, of)
    assert len(rows("ann")) == len(rows("bob"))
    s3.put("bank", "one.parquet", rows("bob"), mtime=now)
    assert ids(opened(new_engine, of)) == ["bob"]


def test_what_has_long_been_the_same_is_listed_and_not_asked_for(s3, new_engine):
    of = source("id:string", path="s3://bank/*.parquet")
    s3.put("bank", "old.parquet", rows("ann"), mtime=time.time() - 2 * DAY)
    s3.put("bank", "new.parquet", rows("bob"))
    opened(new_engine, of)
    s3.asked.clear()
    opened(new_engine, of)
    assert [one for one in s3.asked if not one.startswith("GET /bank?")] == ["HEAD /bank/new.parquet"]


def test_the_same_content_written_anew_is_the_same_piece_and_so_it_is_after_the_cache_was_cleared(
    s3, months, new_engine, tmp_path
):
    before = opened(new_engine, months).fingerprint(months)
    key = "sales/month=2026-01/part 1.parquet"
    s3.put("bank", key, s3.buckets["bank"][key][0], mtime=time.time() + 5)
    s3.got()
    assert opened(new_engine, months).fingerprint(months) == before
    assert s3.got() == []
    # where the server encrypts, the ETag is another each time
    s3.put("bank", key, s3.buckets["bank"][key][0], etag="another")
    assert opened(new_engine, months).fingerprint(months) == before
    assert s3.got() == [key]
    long_ago = time.time() - 2 * DAY
    s3.put("bank", key, rows("ann"), mtime=long_ago)
    mtimes = []
    for _ in range(2):
        (tmp_path / "cache" / BUCKETS).rename(tmp_path / f"cleared-{len(mtimes)}")
        engine = opened(new_engine, months)
        mtimes.append(engine.partitions(months)[0].files[0].stat().st_mtime)
    assert mtimes == [int(long_ago)] * 2


def test_a_command_goes_on_with_what_it_began_with(s3, months, new_engine, tmp_path):
    first = opened(new_engine, months)
    s3.put("bank", "sales/month=2026-02/part 1.parquet", rows("eve"))
    s3.remove("bank", "sales/month=2026-03/part 1.parquet")
    second = opened(new_engine, months)
    assert first.open_source("it", months) == []
    assert (ids(first), ids(second)) == (["ann", "bob", "cem"], ["ann", "eve"])
    assert len(kept(tmp_path)) == 4
    # the next change ends the time of what the first one read
    s3.put("bank", "sales/month=2026-02/part 1.parquet", rows("fay"))
    opened(new_engine, months)
    assert len(kept(tmp_path)) == 3
    assert len(files_of(tmp_path, tmp_path / "cache", months)) == 2


def test_a_file_replaced_while_it_is_read_is_read_anew(s3, new_engine, monkeypatch):
    monkeypatch.setattr(_s3, "PIECE", 300)
    of = source("id:string", path="s3://bank/*.parquet")
    s3.put("bank", "one.parquet", rows("ann"))
    pieces = []

    def replace_before_the_second_piece(key):
        pieces.append(key)
        if len(pieces) == 2:
            s3.put("bank", key, rows("bob"))

    s3.before_get = replace_before_the_second_piece
    assert ids(opened(new_engine, of)) == ["bob"]
    assert len(pieces) > 4
    s3.before_get = lambda key: s3.put("bank", key, rows("bob", amount=time.time()))
    s3.put("bank", "one.parquet", rows("cem"))
    (fault,) = new_engine().open_source("it", of)
    assert (
        fault.message == "files of the bucket change while they are read: try again when nobody writes there"
    )


PROGRAM = """
import sys
from pathlib import Path
from leadlift.engines.buckets import fetch
from leadlift.specs import Source
print(fetch(Path(sys.argv[1]), Source.model_validate_json(sys.argv[2]))[1])
"""


def test_a_command_that_is_killed_has_lost_one_file_and_the_listing_before_it_stays(
    s3, new_engine, tmp_path, monkeypatch
):
    monkeypatch.setattr(buckets, "AT_ONCE", 1)
    of, cache = source("id:string", path="s3://bank/*.parquet"), tmp_path / "cache"
    s3.put("bank", "0.parquet", rows("zoe"))
    opened(new_engine, of)
    for place in range(1, 6):
        s3.put("bank", f"{place}.parquet", rows(f"c{place}"))
    reached, go_on = Event(), Event()

    def wait_at_the_fourth(key):
        if key == "4.parquet":
            reached.set()
            go_on.wait(30)

    s3.before_get = wait_at_the_fourth
    one_by_one = PROGRAM.replace("print", "import leadlift.engines.buckets as b; b.AT_ONCE = 1\nprint")
    path = os.pathsep.join(path for path in sys.path if path)
    told = [sys.executable, "-c", one_by_one, str(cache), of.model_dump_json()]
    process = subprocess.Popen(told, env={**os.environ, "PYTHONPATH": path})
    assert reached.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    go_on.set()
    assert [path.name.partition(".")[0] for path in files_of(tmp_path, cache, of)] == ["0"]
    s3.before_get = lambda key: None
    s3.got()
    engine = opened(new_engine, of)
    assert s3.got() == ["4.parquet", "5.parquet"]
    assert ids(engine) == ["c1", "c2", "c3", "c4", "c5", "zoe"]
    assert list((cache / BUCKETS).rglob(".tmp-*")) == []


def test_a_fault_on_the_way_leaves_the_listing_before_it(s3, months, new_engine, tmp_path):
    opened(new_engine, months)
    before = files_of(tmp_path, tmp_path / "cache", months)

    def refuse(key):
        s3.fault = (403, "AccessDenied")

    s3.before_get = refuse
    s3.put("bank", "sales/month=2026-04/part 1.parquet", rows("dan"))
    s3.remove("bank", "sales/month=2026-01/part 1.parquet")
    (fault,) = new_engine().open_source("it", months)
    assert "may not be read with the keys that were found" in fault.message
    assert files_of(tmp_path, tmp_path / "cache", months) == before
    assert all(path.is_file() for path in before)


def test_two_commands_at_once_fetch_a_file_once(s3, months, tmp_path):
    asked = []
    s3.before_get = asked.append
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: buckets.fetch(tmp_path / "cache", months), range(2)))
    assert found[0] == found[1]
    assert len(found[0][0]) == len(asked) == 3


def test_the_server_that_the_source_names_goes_before_the_environments(s3, months, new_engine, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    named = source(COLUMNS, path=PATH, s3={"endpoint": s3.url, "region": "cn-north-1"})
    assert ids(opened(new_engine, named)) == ["ann", "bob", "cem"]


def test_delimited_text_lies_in_a_bucket_as_well(s3, new_engine):
    s3.put("bank", "eu/2026.csv", "id;amount\n姓名;1,50\n".encode("gb18030"))
    form = {"delimiter": ";", "decimal": ",", "encoding": "gb18030"}
    engine = opened(new_engine, source("id:string amount:decimal", path="s3://bank/eu/*.csv", csv=form))
    assert [(row[0], float(row[1])) for row in all_rows(engine, "it")] == [("姓名", 1.5)]


def test_files_of_one_name_and_one_content_in_two_folders_are_two_files(s3, new_engine):
    for folder in "ab":
        s3.put("bank", f"{folder}/same.parquet", rows("bob"))
    assert ids(opened(new_engine, source("id:string", path="s3://bank/*/*.parquet"))) == ["bob", "bob"]


def test_a_broken_copy_is_fetched_again(s3, months, new_engine, tmp_path):
    opened(new_engine, months)
    s3.got()
    next(iter(sorted(kept(tmp_path)))).write_bytes(b"cut")
    assert ids(opened(new_engine, months)) == ["ann", "bob", "cem"]
    assert len(s3.got()) == 1


TREE = st.lists(
    st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=3), min_size=1, max_size=6
)
PATTERNS = st.lists(
    st.sampled_from(["*", "a", "b", "a*", "?", "[ab]", "[!a]b", "ab", "**"]), min_size=1, max_size=3
).filter(lambda parts: parts[-1] != "**")


@settings(max_examples=60)
@given(tree=TREE, pattern=PATTERNS)
def test_a_pattern_matches_what_it_matches_on_disk(tmp_path_factory, tree, pattern):
    root, names = tmp_path_factory.mktemp("tree"), []
    for parts in tree:
        path = root.joinpath(*(f"{part}_" for part in parts[:-1]), parts[-1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    names = [path.relative_to(root).parts for path in root.rglob("*") if path.is_file()]
    asked = [*(f"{part}_" if part != "**" else part for part in pattern[:-1]), pattern[-1]]
    on_disk = {path.relative_to(root).parts for path in matching(root, "/".join(asked))}
    if not any(mark in "/".join(asked) for mark in "*?["):
        on_disk = {tuple(asked)} & set(names)
    assert {name for name in names if matches(asked, name)} == on_disk
