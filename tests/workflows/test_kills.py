"""A verb killed at any moment leaves nothing half done that anybody would take for whole.

LEADLIFT_KILLS says how often each verb is killed (2; the wide test takes 20). The processes are forked from one that
has imported everything, so that the moments fall into the work and not into the imports.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leadlift.cli.main import main
from leadlift.engines.files import TEMPORARY, sha256_of
from leadlift.models import Model
from leadlift.specs import open_workspace
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.session import tracker_of

from ..workspaces import copied

DAY = "2026-06-30"
KILLS = int(os.environ.get("LEADLIFT_KILLS", "2"))
TRAIN = ("train", "fund_purchase")
SCORE = ("score", "fund_purchase", "--as-of", DAY)
LEADS = ("leads", "fund_call", "--as-of", DAY, "--replace")
READY = ["leadlift.cli.main", "leadlift.workflows.train", "leadlift.workflows.leads", "leadlift.reports.plots",
         "leadlift.tracking.mlflow_tracker", "leadlift.engines.duckdb", "sklearn.linear_model"]  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="needs a fork server")]


@pytest.fixture(scope="module")
def started() -> Callable[[tuple[str, ...], Path], multiprocessing.Process]:
    """Start a verb in a process of its own."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(READY)

    def start(verb: tuple[str, ...], folder: Path) -> multiprocessing.Process:
        process = server.Process(target=main, args=([*verb, "--workspace", str(folder)],))
        process.start()
        return process

    warm = server.Process(
        target=int
    )  # the server imports all of it now, and not on the clock of the first verb
    warm.start()
    warm.join(120)
    return start


def forget(folder: Path) -> None:
    """Throw the built features away, so that the next run has all of its work to do."""
    shutil.rmtree(folder / ".leadlift", ignore_errors=True)


def seconds(started, verb: tuple[str, ...], folder: Path) -> float:
    """How long the verb takes when it is let be."""
    forget(folder)
    began = time.monotonic()
    process = started(verb, folder)
    process.join(120)
    assert process.exitcode == 0
    return time.monotonic() - began


def kill(started, verb: tuple[str, ...], folder: Path, after: float) -> bool:
    """Start the verb and kill it; whether it was still at work."""
    forget(folder)
    process = started(verb, folder)
    time.sleep(after)
    process.kill()
    process.join(30)
    return process.exitcode != 0


def nothing_half_done(folder: Path) -> None:
    """What is there under its own name is whole; the store has no run that nobody runs."""
    for manifest in folder.glob("*/*/*/manifest.json"):
        if not manifest.parent.name.startswith(TEMPORARY):
            told = json.loads(manifest.read_text("utf-8"))["files"]
            assert {name: sha256_of(manifest.parent / name) for name in told} == {
                name: facts["sha256"] for name, facts in told.items()
            }
    for day in [*folder.glob("scores/*/*"), *folder.glob("leads/*/*")]:
        assert day.name.startswith(TEMPORARY) or (day / "manifest.json").is_file(), day
    for built in (folder / ".leadlift").rglob("*.parquet"):
        unfinished = any(part.startswith(TEMPORARY) for part in built.relative_to(folder).parts)
        assert unfinished or pq.read_metadata(built).num_rows >= 0
    if (folder / "mlruns/mlflow.db").exists():
        the_store_is_sound(folder)


def the_store_is_sound(folder: Path) -> None:
    tracker = tracker_of(open_workspace(folder))
    runs = {run.id: run for run in tracker.runs("fund_purchase")}
    assert {run.status for run in runs.values()} <= {"FINISHED", "KILLED"}
    for version in tracker.history("fund_purchase"):
        assert runs[version.run_id].status == "FINISHED"
        model = Model.load(tracker.download(version, folder / "downloaded" / str(version.version)))
        assert model.booster.num_trees() > 0


def leftovers(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob(f"{TEMPORARY}*") if "downloaded" not in path.parts]


@pytest.mark.parametrize(
    ("verb", "after"),
    [(TRAIN, ("promote", "fund_purchase")), (SCORE, LEADS), (LEADS, LEADS[:-1])],
    ids=["train", "score", "leads"],
)
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_and_the_verb_then_succeeds(
    verb, after, bank, started, capfd
):
    draw = random.Random(f"{verb}{KILLS}")
    whole = seconds(started, verb, bank)
    for number in range(KILLS):
        # one moment in each equal part of the run, so that few kills see all of it
        moment = whole * (number + draw.random()) / KILLS
        while not kill(started, verb, bank, after=moment):
            whole, moment = (
                whole * 0.8,
                moment * 0.8,
            )  # it was done before: it runs faster than when it was timed
        nothing_half_done(bank)
        # the next command goes well or says what is missing: never a traceback, never a half-written file taken
        assert main([*after, "--workspace", str(bank)]) in (0, 2, 3)
        said = capfd.readouterr().err
        assert "Traceback" not in said
        assert "not the file that was written" not in said
    assert main([*verb, "--workspace", str(bank)]) == 0
    nothing_half_done(bank)
    assert leftovers(bank) == []


def test_a_first_training_killed_leaves_a_store_that_the_next_can_use(starter, started, tmp_path):
    draw = random.Random(KILLS)
    for attempt in range((KILLS + 1) // 2):
        # a folder each: within one process MLflow remembers the store it has opened under a path
        folder = shutil.copytree(starter, tmp_path / f"bank-{attempt}")
        kill(started, TRAIN, folder, after=draw.uniform(0.2, 4.0))
        nothing_half_done(folder)
        last = folder
    assert main([*TRAIN, "--workspace", str(last)]) == 0
    nothing_half_done(last)


def test_a_list_that_is_killed_is_in_ledger_and_folder_or_the_next_command_mends_it(
    bank, started, tmp_path, capfd
):
    """Two machines share a ledger; one of them is killed at any moment while it writes the list of a day."""
    spec = bank / "leadlift.yaml"
    spec.write_text(
        f"ledger: sqlite:///{tmp_path / 'ledger.db'}\n" + spec.read_text("utf-8"), encoding="utf-8"
    )
    draw, other = random.Random(KILLS), shutil.copytree(bank, tmp_path / "other")
    whole = seconds(started, LEADS, bank)
    for number in range(KILLS):
        kill(started, LEADS, bank, after=whole * (number + draw.random()) / KILLS)
        # whoever looks first sees one list in use, whole, and its own machine has all of its files
        told = [ledger_of(open_workspace(place)).root for place in (other, bank)]
        there = [(root / f"leads/fund_call/{DAY}/manifest.json").read_bytes() for root in told]
        assert there[0] == there[1]
        assert (bank / f"leads/fund_call/{DAY}/manifest.json").read_bytes() == there[0]
        nothing_half_done(bank)
        assert main([*LEADS[:-1], "--once", "--workspace", str(other)]) == 0
        assert "Traceback" not in capfd.readouterr().err
    assert main([*LEADS, "--workspace", str(bank)]) == 0
    assert leftovers(bank) == []


def test_of_two_commands_that_write_one_list_at_once_on_two_machines_one_is_refused(
    bank, tmp_path, new_database
):
    shutil.rmtree(bank / "leads")
    spec = bank / "leadlift.yaml"
    spec.write_text(f"ledger: {new_database}\n" + spec.read_text("utf-8"), encoding="utf-8")
    places = [bank, copied(bank, tmp_path / "other")]
    words = [sys.executable, "-m", "leadlift", *LEADS[:-1], "--workspace"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    running = [subprocess.Popen([*words, str(place)], **quiet) for place in places]
    said = "".join(process.communicate(timeout=120)[1] for process in running)
    assert sorted(process.returncode for process in running) == [0, 2], said
    assert said.count("error: ") == 1
    assert "while this one was made" in said or "the ledger holds a list" in said
    (winner,) = [place for place in places if (place / f"leads/fund_call/{DAY}").exists()]
    for place in places:
        (kept,) = ledger_of(open_workspace(place)).root.glob(f"leads/fund_call/{DAY}*/manifest.json")
        assert kept.read_bytes() == (winner / f"leads/fund_call/{DAY}/manifest.json").read_bytes()
        assert leftovers(place) == []
