"""Trees grown by several processes of this machine: rows parted by customer, one booster in the end, or one message."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.machine import processors
from leadlift.models import Booster, Matrix
from leadlift.models.together import settings_of_all
from leadlift.training.cases import Cases

Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

LOOPBACK = "127.0.0.1"
# A free port may be taken by another program before LightGBM opens it.
MOST_STARTS = 3
LOOK_EVERY = 0.05
# Rows are copied to disk in pieces of so many, never all at once.
PIECE = 100_000


class _PortTaken(Exception):  # noqa: N818  # an event, caught below
    """A process could not open its port."""


def grow_together(
    cases: Cases,
    train: Rows,
    valid: Rows,
    params: Mapping[str, Any],
    machines: int,
    rounds: tuple[int, int],
    weight: Floats | None,
) -> Booster:
    """Grow one booster in `machines` processes and return it cut at its best round.

    The rows of a customer are in one part. The first process alone holds the validation rows and decides when to stop.
    rounds: most, and those without progress. weight: (n_cases,). Raises UserError when a process ends before
    the model is there; none is left running, whatever happens.
    """
    shared = settings_of_all(params, cases.y[train], cases.y[valid])
    part = parted(cases.customer[train], machines)
    held = np.bincount(part, minlength=machines)
    if not held.all():
        raise UserError(
            f"model.distributed: {len(np.unique(cases.customer[train]))} training customers do not fill "
            f"{machines} machines: give fewer machines, or leave distributed out"
        )
    with tempfile.TemporaryDirectory(prefix="leadlift-parts-") as made:
        folder = Path(made)
        for rank in range(machines):
            write_rows(folder, str(rank), cases, train[part == rank], weight)
        write_rows(folder, "valid", cases, valid, weight)
        threads = int(shared.get("num_threads", 0)) or processors()
        shared["num_threads"] = max(1, threads // machines)
        job = {"folder": made, "encoding": cases.encoding.to_dict(), "params": shared, "rounds": rounds}
        return _first_to_bind(job, machines)


def parted(customer: Rows, machines: int) -> Rows:
    """Each row's part, from a hash of its customer's code. customer: (n,). Parts are even up to chance."""
    mixed = customer.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((mixed >> np.uint64(33)) % np.uint64(machines), dtype=np.intp)


def _first_to_bind(job: Mapping[str, Any], machines: int) -> Booster:
    for _ in range(MOST_STARTS):
        try:
            return _once(job, machines)
        except _PortTaken:
            continue
    raise UserError(f"model.distributed: no free port on {LOOPBACK} in {MOST_STARTS} attempts")


def _once(job: Mapping[str, Any], machines: int) -> Booster:
    folder = Path(job["folder"])
    for old in folder.glob("said-*.json"):
        old.unlink()
    hosts = [f"{LOOPBACK}:{port}" for port in _free_ports(machines)]
    with ExitStack() as members:
        started = [
            members.enter_context(member_process({**job, "hosts": hosts, "rank": rank}))
            for rank in range(machines)
        ]
        best = _wait(folder, started)
    booster = Booster(model_file=str(folder / "model.txt"))
    booster.best_iteration = best
    return booster


def _wait(folder: Path, started: list[tuple[subprocess.Popen[str], IO[bytes]]]) -> int:
    """Return the best round once the model is there. Raises UserError as soon as a process cannot go on."""
    while True:
        for rank, (process, complaints) in enumerate(started):
            said = folder / f"said-{rank}.json"
            if said.exists():
                told = json.loads(said.read_text(encoding="utf-8"))
                if "port_taken" in told:
                    raise _PortTaken
                if "fault" in told:
                    raise UserError(told["fault"])
                if rank == 0:
                    return int(told["best"])
            elif process.poll() is not None:
                raise UserError(_died(rank, started, complaints))
        time.sleep(LOOK_EVERY)


def _died(rank: int, started: list[tuple[subprocess.Popen[str], IO[bytes]]], complaints: IO[bytes]) -> str:
    """What ended the training. When one is killed the others fail for want of it: the one killed is told of."""
    codes = [process.poll() for process, _ in started]
    killed = [place for place, code in enumerate(codes) if code is not None and code < 0]
    rank = killed[0] if killed else rank
    head = f"model.distributed: process {rank + 1} of {len(started)}"
    tail = "Nothing was registered; the other processes were ended"
    if killed:
        why = "Most often memory ran out: see docs/scaling.md, or give model.negatives"
        return f"{head} was killed by signal {-(codes[rank] or 0)}. {why}. {tail}"
    return f"{head} ended with exit code {codes[rank]}: {last_words(complaints)}. {tail}"


def last_words(complaints: IO[bytes]) -> str:
    """The last line that a process wrote of its own fault."""
    complaints.seek(0)
    said = complaints.read().decode(errors="replace").strip().splitlines()
    return said[-1] if said else "no message"


@contextmanager
def member_process(job: Mapping[str, Any]) -> Iterator[tuple[subprocess.Popen[str], IO[bytes]]]:
    """A process at its job; ended with the block."""
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [sys.executable, "-m", "leadlift.training.member"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            text=True,
            start_new_session=True,  # an interruption at the terminal is for the command: it ends its processes
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        ) as process,
    ):
        try:
            if process.stdin is not None:
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
            yield process, complaints
        finally:
            process.kill()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        listening = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in listening:
            one.bind((LOOPBACK, 0))
        return [int(one.getsockname()[1]) for one in listening]


def write_rows(folder: Path, name: str, cases: Cases, rows: Rows, weight: Floats | None) -> None:
    """Write cases as a process maps them, see `part_at`. weight: (n_cases,)."""
    shape = (len(rows), cases.matrix.shape[1])
    out: Matrix = np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=np.float32, shape=shape)
    for start in range(0, len(rows), PIECE):
        out[start : start + PIECE] = cases.matrix[rows[start : start + PIECE]]
    np.save(folder / f"{name}_y.npy", cases.y[rows])
    if weight is not None:
        np.save(folder / f"{name}_weight.npy", weight[rows])
