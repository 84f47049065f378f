"""Trees grown by Spark's barrier tasks on two workers: as good as in one process, equal again, never half a model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from leadlift.evaluation.metrics import auc, average_precision
from leadlift.models import Model
from leadlift.names import TEST
from leadlift.progress import SILENT
from leadlift.specs import open_workspace
from leadlift.training import Cases, fit_calibrated, prepare, split_cases, training_table
from leadlift.workflows.session import opened, tracker_of

from ..sparks import needs_spark
from .cluster import Cluster, Worker, cluster
from .contacts import PIPELINE, make_contacts, model_stanza
from .test_cluster import SOURCE, on_cluster

pytestmark = [needs_spark, pytest.mark.slow]
MEMBER = "leadlift.training.member"
PROGRAM = Path(__file__).parent / "growing.py"
TOGETHER = {"distributed": {"machines": 2, "on": "spark"}}
SAMPLED = {"distributed": {"machines": 2, "on": "spark", "sample": 8_000}}
# Some hundred rounds a second, so that there is time to kill a worker.
LONG = TOGETHER | {"params": {"learning_rate": 1e-6}, "max_rounds": 3_000, "early_stopping": 3_000}
COMMAND = """
import sys
from leadlift.cli.main import main
from leadlift.engines.spark import barrier
barrier.BEGIN_WITHIN = 15.0
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Grown:
    """What the program told of each model, and where they are."""

    told: Mapping[str, Mapping[str, object]]
    folder: Path
    workspace: Path

    def model(self, name: str) -> Model:
        return Model.load(self.folder / name)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """The same pipeline grown three times on a cluster of two workers."""
    root = tmp_path_factory.mktemp("contacts")
    folder = root / "workspace"
    make_contacts(folder)
    plain = (folder / "leadlift.yaml").read_text(encoding="utf-8")
    with cluster(root / "cluster") as there:
        on_cluster(folder, there.master)
        stanzas = {"one": TOGETHER, "again": TOGETHER, "sampled": SAMPLED}
        with growing(folder, root / "models", stanzas) as process:
            said, _ = process.communicate(timeout=900)
        assert process.returncode == 0, said
    (folder / "leadlift.yaml").write_text(plain, encoding="utf-8")
    return Grown(lines(said), root / "models", folder)


@pytest.fixture(scope="module")
def alone(grown: Grown) -> tuple[Cases, Model]:
    """The same pipeline in one process, by the embedded engine."""
    ws = open_workspace(grown.workspace)
    spec = ws.pipeline(PIPELINE)
    with opened(ws) as home:
        table = training_table(spec, ws.features, home, SILENT)
    cases = prepare(table.table, table.features, split_cases(table.table, spec.split, table.maturity))
    return cases, fit_calibrated(cases, {}, spec.model, "x")


def test_two_tasks_are_as_good_as_one_process_within_the_paired_bootstrap_interval(grown: Grown, alone):
    cases, one = alone
    test, together = cases.rows(TEST), grown.model("one")
    assert grown.told["one"]["cases"] == len(cases.y)
    assert f"2 tasks of the engine from {len(cases.rows('train')):,} cases" in str(grown.told["one"]["parts"])
    scores = [model.raw(cases.matrix[test]) for model in (together, one)]
    for measure, width in ((auc, 0.03), (average_precision, 0.08)):
        low, high = paired(measure, cases.y[test], *scores, cases.customer[test])
        assert low < 0 < high, measure
        assert high - low < width
    assert auc(cases.y[test], scores[0]) > 0.78


def test_equal_rows_and_seed_give_equal_trees_again(grown: Grown):
    one, again = ((grown.folder / name / "model.txt").read_text() for name in ("one", "again"))
    assert one == again
    assert "127.0.0.1" not in one


def test_trees_learn_from_all_training_cases_though_this_process_takes_a_sample(grown: Grown, alone):
    cases, one = alone
    told = grown.told["sampled"]
    assert 6_000 < int(str(told["cases"])) < 10_000 < len(cases.rows("train"))
    assert f"from {len(cases.rows('train')):,} cases" in str(told["parts"])
    test = cases.rows(TEST)
    low, high = paired(
        auc,
        cases.y[test],
        grown.model("sampled").raw(cases.matrix[test]),
        one.raw(cases.matrix[test]),
        cases.customer[test],
    )
    assert low < 0 < high


def test_a_worker_killed_while_trees_grow_is_made_up_for_by_another(tmp_path: Path):
    folder = tmp_path / "workspace"
    make_contacts(folder)
    with cluster(tmp_path / "cluster", workers=3) as there:
        on_cluster(folder, there.master)
        with growing(folder, tmp_path / "models", {"long": LONG}) as process:
            members = kill_a_member(there, process)
            said, _ = process.communicate(timeout=600)
        assert process.returncode == 0, said
        assert len(members) == 2
        assert gone(members)
    assert "2 tasks of the engine" in str(lines(said)["long"].get("parts")), said
    assert "Lost executor" in (folder / ".leadlift/cache/spark/driver.log").read_text(errors="replace")
    assert Model.load(tmp_path / "models/long").booster.num_trees() > 0
    assert not list((folder / ".leadlift/cache").glob("**/valid.npy"))


def test_without_another_worker_it_ends_with_one_message_and_nothing_registered(tmp_path: Path):
    folder = tmp_path / "workspace"
    make_contacts(folder)
    model_stanza(folder, json.dumps(LONG))
    with cluster(tmp_path / "cluster") as there:
        on_cluster(folder, there.master)
        words = [sys.executable, "-c", COMMAND, "train", PIPELINE, "--workspace", str(folder)]
        with begun(words) as process:
            members = kill_a_member(there, process)
            said, _ = process.communicate(timeout=400)
        assert process.returncode == 2, said
        assert gone(members)
    assert "of 2 tasks could begin within 15 s" in said
    assert said.count("error:") == 1
    assert tracker_of(open_workspace(folder)).history(PIPELINE) == []


def paired(measure, y, one, other, customer) -> tuple[float, float]:
    """The 95 % interval of a difference, over customers drawn with replacement."""
    order = np.argsort(customer, kind="stable")
    starts = np.flatnonzero(np.diff(customer[order], prepend=-1))
    rows = np.split(order, starts[1:])
    draw, gaps = np.random.default_rng(0), []
    for _ in range(200):
        drawn = np.concatenate([rows[place] for place in draw.integers(0, len(rows), len(rows))])
        gaps.append(measure(y[drawn], one[drawn]) - measure(y[drawn], other[drawn]))
    low, high = np.quantile(gaps, [0.025, 0.975])
    return float(low), float(high)


@contextmanager
def growing(folder: Path, out: Path, stanzas: Mapping[str, object]) -> Iterator[subprocess.Popen[str]]:
    with begun([sys.executable, str(PROGRAM), str(folder), str(out), json.dumps(stanzas)]) as process:
        yield process


@contextmanager
def begun(words: list[str]) -> Iterator[subprocess.Popen[str]]:
    env = os.environ | {"PYTHONPATH": str(SOURCE)}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(said: str) -> dict[str, dict[str, object]]:
    found = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return {one["name"]: one for one in found if "name" in one}


def kill_a_member(there: Cluster, process: subprocess.Popen[str]) -> list[int]:
    """Kill a worker on which a part is grown, as soon as two are; the processes that grew both parts."""
    until = time.monotonic() + 400
    while sum(len(members_of(worker)) for worker in there.workers) < 2:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < until
        time.sleep(0.2)
    time.sleep(2.0)
    found = {pid: worker for worker in there.workers for pid in members_of(worker)}
    next(iter(found.values())).kill()
    return list(found)


def gone(pids: list[int]) -> bool:
    """Whether none of them grows any more, or will in a moment."""
    until = time.monotonic() + 20
    while set(pids) & set(processes(MEMBER)):
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def members_of(worker: Worker) -> list[int]:
    """The processes that grow trees for a worker, by who started whom."""
    return [pid for pid in processes(MEMBER) if worker.process.pid in ancestors(pid)]


def processes(word: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                said = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if word.encode() in said.split(b"\0"):
                found.append(int(folder.name))
    return found


def ancestors(pid: int) -> list[int]:
    found = []
    while pid > 1:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            break
        pid = int(stat.rpartition(")")[2].split()[1])
        found.append(pid)
    return found
