"""Builds that share a cache: two at the same moment, and one that is killed at any of its file operations."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadlift.engines.files import TEMPORARY

from .test_ways import APRIL, END_OF_APRIL, END_OF_MARCH, EVENTS, FACTS, MARCH, STANZAS, features
from .ways import features_in, home_in, lay

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a fork server")

CASES = [(who, day) for who in ("ann", "bob", "eve") for day in (END_OF_MARCH, END_OF_APRIL)]
OTHERS = {**STANZAS, "most": {"agg": "max", "of": "amount", "windows": ["60d"]}}
WAYS = ("sql", "tiles")
# events of Python's own auditing that change what lies on disk, or are about to
TOUCHES = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"}
KILLS = 6


@pytest.fixture(scope="module")
def server():
    """Processes are forked from one that has imported all that a build needs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["leadlift.features.tiles.build", "leadlift.engines.duckdb", __name__])
    return context


@pytest.fixture
def folder(tmp_path):
    lay(tmp_path, EVENTS, {"2024-03": MARCH, "2024-04": APRIL})
    return tmp_path


def source():
    return EVENTS.model_copy(update={"path": f"{FACTS}/*.parquet"})


def built(folder: Path, way: str, stanzas=STANZAS):
    with home_in(folder, source(), way) as home:
        return features_in(home, features(stanzas), CASES)


def build_often(folder: Path, way: str, stanzas, start, answers) -> None:
    """Build once all have come so far, and say what was found."""
    start.wait()
    answers.put((sorted(stanzas), built(folder, way, stanzas)))


def build_until(folder: Path, way: str, operation: int, seen) -> None:
    """Build, and die of a kill right before the so-manieth operation on the folder's files."""

    def hook(event: str, details: tuple[object, ...]) -> None:
        if event in TOUCHES and details and str(details[0]).startswith(str(folder / "cache")):
            seen.value += 1
            if seen.value == operation:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    built(folder, way)


def all_is_whole(cache: Path) -> None:
    for path in cache.rglob("*.parquet"):
        if not any(part.startswith(TEMPORARY) for part in path.parts):
            assert pq.read_table(path).num_rows >= 0


@pytest.mark.parametrize("way", WAYS)
def test_processes_that_build_at_the_same_moment_find_what_one_alone_finds(way, folder, tmp_path, server):
    start, answers = server.Barrier(4), server.Queue()
    processes = [
        server.Process(target=build_often, args=(folder, way, stanzas, start, answers))
        for stanzas in (STANZAS, OTHERS, STANZAS, OTHERS)
    ]
    for process in processes:
        process.start()
    found = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    (tmp_path / "apart").mkdir()
    lay(tmp_path / "apart", EVENTS, {"2024-03": MARCH, "2024-04": APRIL})
    expected = {tuple(sorted(one)): built(tmp_path / "apart", way, one) for one in (STANZAS, OTHERS)}
    assert all(values == expected[tuple(names)] for names, values in found)
    all_is_whole(folder / "cache")


@pytest.mark.parametrize("way", WAYS)
def test_a_build_killed_at_any_operation_leaves_nothing_that_the_next_takes_for_whole(way, folder, server):
    expected = built(folder, way)
    operations = killed(folder, way, 0, server)
    for number in range(KILLS):
        killed(folder, way, 1 + number * (operations - 1) // (KILLS - 1), server)
        all_is_whole(folder / "cache")
        assert built(folder, way) == expected
        left = [path for path in (folder / "cache").rglob(f"{TEMPORARY}*") if path.is_dir()]
        assert left == []


def killed(folder: Path, way: str, operation: int, server) -> int:
    """Build from an empty cache until this operation; how many there were until then."""
    import shutil

    shutil.rmtree(folder / "cache")
    seen = server.Value("i", 0)
    process = server.Process(target=build_until, args=(folder, way, operation, seen))
    process.start()
    process.join(60)
    assert process.exitcode == (-signal.SIGKILL if operation else 0)
    return int(seen.value)
