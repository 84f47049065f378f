"""Training cases that stay with the engine: who trains, how they are written, and tasks that come to one end."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leadlift.errors import UserError
from leadlift.features.calendar import Maturity
from leadlift.names import TRAIN
from leadlift.progress import SILENT
from leadlift.specs import ModelChoice, Split, open_workspace
from leadlift.training import growing_task, learned_rule, split_cases, training_table
from leadlift.training.cases import prepare
from leadlift.training.distributed import write_rows
from leadlift.training.groups import protected_levels
from leadlift.training.growing import decayed
from leadlift.training.growing_task import GrowPart, model_of
from leadlift.training.parts import Encoded, Fading, Thinned, column_in, part_in
from leadlift.workflows.session import opened

from ..spark.contacts import make_contacts

IN_TIME = Split(out_of_time=0.25, valid=0.15, calibration=0.15)
FEATURES = ("height", "kind")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """3,000 customers, two cases each over eight months; one in eight responds."""
    draw = np.random.default_rng(2)
    days = np.sort(draw.integers(0, 240, 6_000))
    kind = draw.integers(0, 4, 6_000)
    return pa.table(
        {
            "customer_id": [f"c{one:05d}" for one in draw.permutation(np.arange(6_000) % 3_000)],
            "as_of": pa.array([date(2025, 1, 1) + timedelta(days=int(day)) for day in days]),
            "height": np.where(draw.random(6_000) < 0.1, np.nan, draw.normal(size=6_000)),
            "kind": ["abcd"[one] for one in kind],
            "target": pa.array((draw.random(6_000) < 0.05 + 0.1 * (kind == 2) + 0.05), pa.int32()),
        }
    )


@pytest.mark.parametrize("maturity", [None, Maturity(date(2025, 9, 1), 30)])
def test_a_case_alone_knows_whether_it_trains_as_the_split_of_all_says(table, maturity):
    parts = split_cases(table, IN_TIME, maturity)
    rule = learned_rule(parts, IN_TIME, maturity)
    days = table["as_of"].to_numpy().astype("datetime64[D]")
    trains = rule.of(table["customer_id"].combine_chunks()) & (days <= np.datetime64(rule.until))
    assert np.array_equal(np.flatnonzero(trains), parts.rows[TRAIN])
    assert (parts.embargoed > 0) == (maturity is not None)


@pytest.mark.parametrize("left_out", [(), (0,)])
def test_what_tasks_write_is_the_matrix_of_the_training_cases(table, tmp_path, left_out):
    cases, encoded = encoded_of(table, left_out=left_out)
    files = written(encoded, table, tmp_path)
    part, train = part_in(files), cases.rows(TRAIN)
    wanted = cases.matrix[train].copy()
    wanted[:, list(left_out)] = np.nan
    np.testing.assert_array_equal(part.matrix, wanted)
    assert np.array_equal(part.y, cases.y[train])
    assert part.weight is None


def test_cases_fade_as_they_do_in_one_process(table, tmp_path):
    cases, _ = encoded_of(table)
    train = cases.rows(TRAIN)
    fading = Fading(cases.as_of[train].max(), 60)
    _, encoded = encoded_of(table, fading=fading)
    found = part_in(written(encoded, table, tmp_path)).weight
    np.testing.assert_allclose(found, decayed(cases, 60)[train], rtol=1e-12)


def test_every_responder_is_kept_and_the_others_kept_stand_for_all(table, tmp_path):
    cases, _ = encoded_of(table)
    train = cases.rows(TRAIN)
    _, encoded = encoded_of(table, thinned=Thinned(0.3, 7))
    part = part_in(written(encoded, table, tmp_path))
    others = len(train) - cases.y[train].sum()
    assert part.y.sum() == cases.y[train].sum()
    assert (part.weight[part.y == 1] == 1).all()
    kept = (part.y == 0).sum()
    assert abs(kept - 0.3 * others) < 4 * np.sqrt(0.21 * others)
    assert np.allclose(part.weight[part.y == 0], 1 / 0.3)
    again = part_in(written(encoded, table, tmp_path))
    assert np.array_equal(part.matrix, again.matrix, equal_nan=True)


def test_a_sample_is_of_whole_customers_and_its_protected_groups_are_its_own(tmp_path):
    make_contacts(tmp_path / "bank")
    ws = open_workspace(tmp_path / "bank")
    spec = ws.pipeline("answers")
    away = ModelChoice.model_validate({"distributed": {"machines": 2, "on": "spark", "sample": 5_000}})
    asked = spec.model_copy(update={"model": away})
    with opened(ws) as home:
        whole = training_table(spec, ws.features, home, SILENT)
        found = training_table(asked, ws.features, home, SILENT)
        groups = protected_levels(asked, ws.features, home, found, SILENT)
        assert found.whole is not None
        assert home.engine.table(found.whole).num_rows == whole.table.num_rows
    assert 4_000 < found.table.num_rows < 6_000
    begins = [
        split_cases(one.table, spec.split, one.maturity, one.days_of_all).test_from for one in (whole, found)
    ]
    assert begins[0] == begins[1] != split_cases(found.table, spec.split, None).test_from
    assert found.key != whole.key
    chosen = set(found.table["customer_id"].to_pylist())
    assert sum(one in chosen for one in whole.table["customer_id"].to_pylist()) == found.table.num_rows
    expected = [("F", "M")[int(one[1:]) % 2] for one in found.table["customer_id"].to_pylist()]
    assert groups == {"gender": expected}
    assert whole.whole is None
    assert "a sample of customers" in " ".join(found.notes)


@pytest.mark.slow
def test_tasks_grow_one_booster_though_a_port_was_taken_meanwhile(table, tmp_path, monkeypatch):
    true_offer, taken, one_by_one = growing_task._offer, [], threading.Lock()
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()

        def offer(address):
            with one_by_one:
                taken.append(address)
                first = len(taken) == 1
            return {"host": f"{address}:{other.getsockname()[1]}"} if first else true_offer(address)

        monkeypatch.setattr(growing_task, "_offer", offer)
        booster = model_of(at_once(task_of(table, tmp_path), 2))
    assert len(taken) == 4
    assert booster.num_trees() == booster.best_iteration > 0
    assert "127.0.0.1" not in booster.model_to_string()


@pytest.mark.slow
def test_a_process_that_is_killed_ends_all_tasks_with_one_message(table, tmp_path, monkeypatch):
    true_watch, began = growing_task._watched, threading.Barrier(2)
    started = []

    def watch(me, folder, process, complaints):
        started.append(process)
        began.wait(30)
        if me.rank == 1:
            os.kill(process.pid, signal.SIGKILL)
        return true_watch(me, folder, process, complaints)

    monkeypatch.setattr(growing_task, "_watched", watch)
    told = at_once(task_of(table, tmp_path, rounds=(20_000, 20_000)), 2)
    with pytest.raises(UserError, match=r"task 2 of 2 was killed by signal 9\. .*Nothing was registered"):
        model_of(told)
    assert all(process.poll() is not None for process in started)
    assert told[0] == told[1]


@pytest.mark.slow
def test_a_fault_of_one_task_is_the_end_of_all(table, tmp_path):
    with pytest.raises(UserError, match="did you mean 'num_leaves'"):
        model_of(at_once(task_of(table, tmp_path, params={"num_leafs": 3}), 2))
    with pytest.raises(UserError, match=r"task \d of 2 ended with exit code 1: .*monotone_constraints"):
        model_of(at_once(task_of(table, tmp_path, params={"monotone_constraints": [1]}), 2))


def test_addresses_that_others_cannot_reach_are_told_before_anything_starts(table, tmp_path):
    task = task_of(table, tmp_path)
    with pytest.raises(UserError, match=r"known as 203\.0\.113\.9, where .* set SPARK_LOCAL_IP"):
        model_of(at_once(task, 2, ("127.0.0.1", "203.0.113.9")))
    with pytest.raises(UserError, match=r"known as 127\.0\.0\.1, where"):
        model_of(at_once(task, 2, ("127.0.0.1", "127.0.0.2")))


def encoded_of(table: pa.Table, **more):
    parts = split_cases(table, IN_TIME, None)
    cases = prepare(table, tuple(Named(name) for name in FEATURES), parts)
    return cases, Encoded(cases.encoding, learned_rule(parts, IN_TIME, None), **more)


def written(encoded: Encoded, table: pa.Table, folder: Path, name: str = "part") -> list[Path]:
    """What an engine writes of two batches, in one file."""
    path = folder / f"{name}.parquet"
    batches = list(encoded(iter(table.to_batches(max_chunksize=4_000))))
    pq.write_table(pa.Table.from_batches(batches, schema=encoded.schema), path)
    return [path]


def task_of(
    table: pa.Table, folder: Path, rounds=(30, 10), params: dict[str, object] | None = None
) -> GrowPart:
    """Two parts of the table, and its validation cases, as this process leaves them for tasks."""
    cases, encoded = encoded_of(table)
    half = pa.array([int(name[1:]) % 2 == 0 for name in table["customer_id"].to_pylist()])
    sides = [table.filter(side) for side in (half, pc.invert(half))]
    files = tuple((str(written(encoded, side, folder, f"part{n}")[0]),) for n, side in enumerate(sides))
    write_rows(folder, "valid", cases, cases.rows("valid"), None)
    assert sum(len(column_in([Path(one) for one in part], "y")) for part in files) == len(cases.rows(TRAIN))
    return GrowPart(
        str(folder), files, cases.encoding.to_dict(), {"num_threads": 1, **(params or {})}, rounds
    )


@dataclass(frozen=True)
class Named:
    """A feature, as far as encoding looks at it."""

    name: str


@dataclass
class Gathering:
    """Where threads tell each other a word."""

    count: int
    words: list[str] = field(default_factory=list)
    barrier: threading.Barrier = field(init=False)

    def __post_init__(self) -> None:
        self.words, self.barrier = [""] * self.count, threading.Barrier(self.count)


@dataclass
class Thread:
    """A member, in a thread of this process."""

    rank: int
    address: str
    gathering: Gathering
    processors: int = 1

    def tell(self, word: str) -> list[str]:
        self.gathering.words[self.rank] = word
        self.gathering.barrier.wait(60)
        found = list(self.gathering.words)
        self.gathering.barrier.wait(60)
        return found


def at_once(task: Callable[[Thread], str], count: int, addresses: tuple[str, ...] = ()) -> list[str]:
    """What tasks in threads come to, by rank."""
    gathering, told = Gathering(count), [""] * count

    def run(rank: int) -> None:
        told[rank] = task(Thread(rank, (addresses or ("127.0.0.1",) * count)[rank], gathering))

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert not any(one.is_alive() for one in threads)
    assert all(json.loads(word) for word in told)
    return told
