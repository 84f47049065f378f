"""Several processes that grow the same trees: as good as one, gone afterwards, one message when one dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.evaluation.metrics import auc
from leadlift.models import Encoding, Model
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import Cases, distributed, fit_calibrated
from leadlift.training.distributed import grow_together, parted
from leadlift.training.growing import grow
from leadlift.training.split import Parts

pytestmark = pytest.mark.slow
ROWS = 12_000
TOGETHER = ModelChoice(distributed={"machines": 2}, max_rounds=80, early_stopping=15)
ALONE = TOGETHER.model_copy(update={"distributed": None})


@pytest.fixture(scope="module")
def cases() -> Cases:
    """Two rows a customer; a category that few customers have, missing values, 8 % responders."""
    draw = np.random.default_rng(8)
    matrix = draw.normal(size=(ROWS, 5)).astype(np.float32)
    matrix[:, 4] = draw.integers(0, 6, ROWS)
    odds = -3.2 + 1.2 * matrix[:, 0] - matrix[:, 1] * matrix[:, 2] + (matrix[:, 4] == 3)
    matrix[draw.random((ROWS, 5)) < 0.05] = np.nan
    y = (draw.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float)
    customer = np.repeat(np.arange(ROWS // 2), 2)
    at = np.repeat(draw.integers(0, 4, ROWS // 2), 2)
    rows = {part: np.flatnonzero(at == n) for n, part in enumerate((TRAIN, VALID, CALIBRATION, TEST))}
    encoding = Encoding(("a", "b", "c", "d", "kind"), {"kind": tuple("pqrstu")})
    days = np.full(ROWS, np.datetime64("2025-03-31", "D"))
    return Cases(encoding, matrix, y, customer, days, Parts(rows, None, 0))


@pytest.fixture
def started(monkeypatch) -> list[subprocess.Popen[str]]:
    """The processes that were started, to be looked at afterwards."""
    seen: list[subprocess.Popen[str]] = []
    true_wait = distributed._wait

    def wait(folder, members):
        seen.extend(process for process, _ in members)
        return true_wait(folder, members)

    monkeypatch.setattr(distributed, "_wait", wait)
    return seen


def test_two_processes_are_as_good_as_one_within_the_bootstrap_interval_and_gone_afterwards(cases, started):
    together, alone = (grow(cases, {}, spec).raw for spec in (TOGETHER, ALONE))
    test = cases.rows(TEST)
    draw, gaps = np.random.default_rng(0), []
    customers = np.unique(cases.customer[test])
    for _ in range(200):
        drawn = draw.choice(customers, len(customers))
        rows = np.concatenate([2 * drawn, 2 * drawn + 1])
        gaps.append(auc(cases.y[rows], together[rows]) - auc(cases.y[rows], alone[rows]))
    low, high = np.quantile(gaps, [0.025, 0.975])
    assert low < 0 < high
    assert high - low < 0.04
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_two_runs_give_the_same_trees_and_the_model_is_saved_as_any_other(cases, tmp_path):
    one, other = (fit_calibrated(cases, {}, TOGETHER, "x") for _ in range(2))
    text = one.booster.model_to_string()
    assert text == other.booster.model_to_string()
    assert "127.0.0.1" not in text
    one.save(tmp_path / "model")
    read = Model.load(tmp_path / "model")
    rows = cases.matrix[:100]
    assert np.array_equal(read.predict_matrix(rows).probability, one.predict_matrix(rows).probability)


def test_it_stops_on_the_validation_cases_as_one_process_does(cases):
    turned = replace(cases, y=np.where(np.isin(np.arange(ROWS), cases.rows(VALID)), 1 - cases.y, cases.y))
    assert grow(turned, {}, TOGETHER).booster.num_trees() == 1, "what gets worse from the start is cut there"
    assert 10 < grow(cases, {}, TOGETHER).booster.num_trees() <= 80


def test_a_process_that_is_killed_ends_the_training_with_one_message(cases, monkeypatch):
    seen, true_wait = [], distributed._wait

    def kill_one(folder, members):
        seen.extend(process for process, _ in members)
        time.sleep(2.5)
        os.kill(seen[1].pid, signal.SIGKILL)
        return true_wait(folder, members)

    monkeypatch.setattr(distributed, "_wait", kill_one)
    long = TOGETHER.model_copy(update={"max_rounds": 20_000, "early_stopping": 20_000})
    with pytest.raises(
        UserError, match=r"process 2 of 2 was killed by signal 9\. .*\. Nothing was registered"
    ):
        grow(cases, {"learning_rate": 1e-6}, long)
    assert len(seen) == 2
    assert all(process.poll() is not None for process in seen)


def test_a_fault_over_there_is_told_here(cases, started):
    with pytest.raises(UserError, match="did you mean 'num_leaves'"):
        grow_together(cases, cases.rows(TRAIN), cases.rows(VALID), {"num_leafs": 3}, 2, (10, 5), None)
    wrong = {"monotone_constraints": [1]}
    with pytest.raises(UserError, match=r"process \d of 2 ended with exit code 1: .*monotone_constraints"):
        grow_together(cases, cases.rows(TRAIN), cases.rows(VALID), wrong, 2, (10, 5), None)
    assert all(process.poll() is not None for process in started)


def test_a_port_that_was_taken_meanwhile_is_not_the_end(cases, monkeypatch):
    import socket

    true_ports, asked = distributed._free_ports, []
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()

        def ports(count):
            asked.append(count)
            found = true_ports(count)
            return found if len(asked) > 1 else [other.getsockname()[1], *found[1:]]

        monkeypatch.setattr(distributed, "_free_ports", ports)
        assert grow(cases, {}, TOGETHER).booster.num_trees() > 10
    assert len(asked) == 2


def test_when_whoever_started_them_is_killed_the_processes_end(tmp_path):
    program = tmp_path / "train.py"
    program.write_text(ENDLESS, encoding="utf-8")
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 2
        process.kill()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() and not _zombie(pid) for pid in pids):
        assert time.monotonic() < until, "still running"
        time.sleep(0.1)


def test_all_processes_end_with_the_same_bins_and_trees_though_their_rows_differ():
    ports = [str(port) for port in distributed._free_ports(2)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    members = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_PART, str(rank), *ports],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        for rank in range(2)
    ]
    texts = [member.communicate(timeout=120)[0].partition("tree\n")[2] for member in members]
    assert "feature_infos=" in texts[0]
    assert "Tree=9" in texts[0]
    assert texts[0] == texts[1]


def test_the_rows_of_a_customer_are_in_one_part_and_parts_are_even():
    customer = np.repeat(np.arange(30_000), 3)
    part = parted(customer, 3)
    assert (part.reshape(-1, 3) == part[::3, None]).all()
    assert np.bincount(part).min() > 0.97 * len(part) / 3


def test_more_machines_than_customers_are_refused(cases):
    few = np.flatnonzero(cases.customer < 2)
    mixed = replace(cases, y=(np.arange(ROWS) % 2).astype(float))
    with pytest.raises(UserError, match=r"model\.distributed: 2 training customers do not fill 8 machines"):
        grow_together(mixed, few, few, {}, 8, (10, 5), None)


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


ONE_PART = """
import sys
import numpy as np
from leadlift.models import Encoding
from leadlift.models.together import Part, Place, fit_part, without_addresses
rank, ports = int(sys.argv[1]), sys.argv[2:]
draw = np.random.default_rng(rank)
matrix = (draw.normal(size=(3000, 3)) * (1 + rank)).astype(np.float32)
y = (draw.random(3000) < 1 / (1 + np.exp(-matrix[:, 0].astype(float)))).astype(float)
place = Place(tuple(f"127.0.0.1:{port}" for port in ports), rank)
params = {"num_threads": 1, "min_data_in_leaf": 50}
booster = fit_part(place, Part(matrix, y), None, Encoding(("a", "b", "c"), {}), params, (10, 5))
print(without_addresses(booster.model_to_string()), flush=True)
"""
ENDLESS = """
import numpy as np
from leadlift.models import Encoding
from leadlift.training import Cases, distributed
from leadlift.training.split import Parts
draw = np.random.default_rng(0)
matrix = draw.normal(size=(4000, 3)).astype(np.float32)
y = (draw.random(4000) < 0.3).astype(float)
none = np.full(4000, "NaT", "datetime64[D]")
cases = Cases(Encoding(("a", "b", "c"), {}), matrix, y, np.arange(4000), none, Parts({}, None, 0))
true_wait = distributed._wait
def wait(folder, members):
    print(*[process.pid for process, _ in members], flush=True)
    return true_wait(folder, members)
distributed._wait = wait
rows = np.arange(4000)
distributed.grow_together(cases, rows, rows, {"learning_rate": 1e-6}, 2, (1_000_000, 1_000_000), None)
"""
