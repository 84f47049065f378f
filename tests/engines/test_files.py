"""Files are found, fingerprinted, and written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from leadlift.engines.files import (
    TEMPORARY,
    matching,
    sha256_of,
    stat_fingerprint,
    sweep,
    whole_file,
    whole_folder,
    write_bytes,
    write_text,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_path_a_glob_and_an_absolute_path_name_files_in_the_order_of_their_names(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "d.csv").mkdir()
    assert [path.name for path in matching(tmp_path, "a.csv")] == ["a.csv"]
    assert [path.name for path in matching(tmp_path, "*.csv")] == ["a.csv", "b.csv"]
    assert [path.name for path in matching(tmp_path / "d.csv", f"{tmp_path}/*.csv")] == ["a.csv", "b.csv"]
    assert matching(tmp_path, str(tmp_path / "c.txt")) == [tmp_path / "c.txt"]
    assert matching(tmp_path, "d.csv") == []
    assert matching(tmp_path, "nothing.csv") == []


def test_a_fingerprint_sees_size_time_and_name(tmp_path):
    path = tmp_path / "a"
    path.write_text("1")
    os.utime(path, ns=(5, 5))
    seen = [stat_fingerprint([path])]
    path.write_text("22")
    os.utime(path, ns=(5, 5))
    seen.append(stat_fingerprint([path]))
    os.utime(path, ns=(6, 6))
    seen.append(stat_fingerprint([path]))
    seen.append(stat_fingerprint([path.rename(tmp_path / "b")]))
    assert len(set(seen)) == 4


def test_the_digest_of_a_file_is_its_sha256(tmp_path):
    path = write_bytes(tmp_path / "a", b"abc" * 100_000)
    assert sha256_of(path) == hashlib.sha256(b"abc" * 100_000).hexdigest()


def test_a_file_is_there_when_its_block_has_ended_well(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    with whole_file(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert names(path.parent) == ["a.txt"]


def write_half(path):
    with whole_file(path) as temporary:
        temporary.write_text("half of the n")
        raise ZeroDivisionError


def test_a_block_that_fails_leaves_the_old_file_and_no_other(tmp_path):
    path = write_text(tmp_path / "a.txt", "old")
    with pytest.raises(ZeroDivisionError):
        write_half(path)
    assert (path.read_text(), names(tmp_path)) == ("old", ["a.txt"])


def test_a_folder_is_there_when_its_block_has_ended_well(tmp_path):
    with whole_folder(tmp_path / "leads") as temporary:
        (temporary / "a.csv").write_text("x")
        assert not (tmp_path / "leads").exists()
    assert names(tmp_path / "leads") == ["a.csv"]
    assert names(tmp_path) == ["leads"]


def test_a_folder_that_is_there_is_never_overwritten_unasked(tmp_path):
    (tmp_path / "leads").mkdir()
    (tmp_path / "leads" / "old.csv").write_text("x")
    with pytest.raises(OSError, match="leads"), whole_folder(tmp_path / "leads") as temporary:
        (temporary / "new.csv").write_text("x")
    assert names(tmp_path / "leads") == ["old.csv"]
    assert names(tmp_path) == ["leads"]


def test_a_folder_may_be_replaced_or_kept_under_another_name(tmp_path):
    for name, more in (("1", {}), ("2", {"replace": True}), ("3", {"keep_as": tmp_path / "before"})):
        with whole_folder(tmp_path / "leads", **more) as temporary:
            (temporary / name).write_text("x")
    assert (names(tmp_path / "leads"), names(tmp_path / "before")) == (["3"], ["2"])
    assert names(tmp_path) == ["before", "leads"]


def test_a_replacement_that_fails_leaves_the_old_folder(tmp_path):
    with whole_folder(tmp_path / "leads") as temporary:
        (temporary / "1").write_text("x")
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "leads", replace=True) as temporary:
        raise ZeroDivisionError
    assert (names(tmp_path / "leads"), names(tmp_path)) == (["1"], ["leads"])


def test_sweeping_removes_what_dead_commands_left_and_nothing_else(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f"{TEMPORARY}{dead.pid}-a.parquet").write_text("x")
    (tmp_path / f"{TEMPORARY}{dead.pid}-folder").mkdir()
    (tmp_path / f"{TEMPORARY}{os.getpid()}-mine").write_text("x")
    (tmp_path / f"{TEMPORARY}other").write_text("x")
    (tmp_path / "a.parquet").write_text("x")
    sweep(tmp_path)
    sweep(tmp_path / "nowhere")
    assert names(tmp_path) == sorted([f"{TEMPORARY}{os.getpid()}-mine", f"{TEMPORARY}other", "a.parquet"])


def test_a_folder_whose_successor_never_came_gets_its_name_back(tmp_path):
    gone = 2**22 + 1  # beyond the largest process number of Linux
    (tmp_path / f".tmp-{gone}-old-2026-06-30").mkdir()
    (tmp_path / f".tmp-{gone}-old-2026-06-30" / "scores").write_text("old")
    (tmp_path / f".tmp-{gone}-2026-06-30").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-30"]
    assert (tmp_path / "2026-06-30" / "scores").read_text() == "old"


def test_a_replaced_folder_that_has_its_successor_is_removed(tmp_path):
    gone = 2**22 + 1
    (tmp_path / f".tmp-{gone}-old-2026-06-30").mkdir()
    (tmp_path / "2026-06-30").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-30"]
