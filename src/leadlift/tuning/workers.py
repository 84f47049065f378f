"""Trials in other processes. They know nothing of the study: parameters go out, the metric of each tenth round and the
value come back, and whether a trial goes on is decided here. So a worker can be killed at any moment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from leadlift.engines.files import TEMPORARY, sweep
from leadlift.errors import UserError
from leadlift.machine import processors
from leadlift.tuning.fitting import Bench, LocalBench, Watch
from leadlift.tuning.folds import FoldedBench, folds_for
from leadlift.tuning.problem import TuningData, TuningSettings

# A worker that dies is started again; when it keeps dying, something is wrong with the machine.
MOST_STARTS = 3
ROWS = ("train", "valid")


class WorkerDied(Exception):  # noqa: N818  # an event, caught one room above
    """The process of a worker ended in the middle of a fit: killed, or out of memory. There is another now."""


@contextmanager
def benches(train: TuningData, valid: TuningData, settings: TuningSettings) -> Iterator[list[Bench]]:
    """One bench for each worker: this process itself when there is one, otherwise processes of their own.

    Their threads together are the processors. Rows are handed over as files that all of them map.
    """
    if settings.workers == 1:
        yield [local_bench(train, valid, settings)]
        return
    with _rows_on_disk(train, valid, settings.folder) as folder, ExitStack() as open_workers:
        job = _job(train, settings, folder)
        started = [_RemoteBench(job) for _ in range(settings.workers)]
        for bench in started:
            open_workers.callback(bench.close)
        for bench in started:
            bench.wait()
        yield list(started)


def local_bench(
    train: TuningData, valid: TuningData, settings: TuningSettings, threads: int | None = None
) -> Bench:
    """A bench in this process, for as many folds as the settings and the rows ask."""
    folds = folds_for(settings, valid)
    if folds > 1:
        return FoldedBench(train, valid, settings, folds, threads)
    return LocalBench(train, valid, settings, threads)


class _RemoteBench:
    """A worker process and the way to talk to it: one line of JSON at a time, each way."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._job, self._starts = job, 0
        self._start()

    def wait(self) -> None:
        """Return when the rows are read and binned. Raises UserError as `LocalBench`."""
        heard = self._hear()
        if "error" in heard:
            raise UserError(heard["error"])

    def trial(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """Fit on the sample, over there."""
        return self._fit("trial", params, watch)

    def final(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """Fit on all rows, over there."""
        return self._fit("final", params, watch)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            _close(stream)

    def _fit(self, what: str, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        self._say({what: dict(params)})
        while True:
            heard = self._hear()
            if "error" in heard:
                raise UserError(heard["error"])
            if "value" in heard:
                return float(heard["value"]), int(heard["rounds"])
            try:
                watch(heard["round"], heard["metric"])
            except BaseException:
                self._say({"go": False})
                self._hear()
                raise
            self._say({"go": True})

    def _say(self, line: Mapping[str, Any]) -> None:
        try:
            _pipe(self._process.stdin).write(json.dumps(line) + "\n")
            _pipe(self._process.stdin).flush()
        except OSError:
            self._died()

    def _hear(self) -> dict[str, Any]:
        line = _pipe(self._process.stdout).readline()
        if not line.endswith("\n"):
            self._died()
        heard: dict[str, Any] = json.loads(line)
        return heard

    def _died(self) -> None:
        code = self._process.wait()
        self._complaints.seek(0)
        said = self._complaints.read().decode(errors="replace")[-2_000:].strip()
        self.close()
        if code > 0:
            raise RuntimeError(f"a tuning worker failed with exit code {code}:\n{said}")
        if self._starts == MOST_STARTS:
            raise UserError(
                f"tune: a worker was killed {self._starts} times, by signal {-code} at last. Most often memory ran "
                "out: give fewer --workers. Finished trials are kept: the same command goes on"
            )
        self._start()
        self.wait()
        raise WorkerDied

    def _start(self) -> None:
        self._starts += 1
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "leadlift.tuning.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            start_new_session=True,  # an interruption at the terminal is for the command: it ends its workers
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        self._say(self._job)


def _job(train: TuningData, settings: TuningSettings, folder: Path) -> dict[str, Any]:
    told = asdict(settings)
    for name in ("storage", "study", "folder", "workers"):
        told.pop(name)  # not the worker's business: the URL of a database holds a password
    allowed = int(settings.params.get("num_threads", 0)) or processors()
    threads = max(1, allowed // settings.workers)
    return {
        "settings": told,
        "folder": str(folder),
        "encoding": train.encoding.to_dict(),
        "threads": threads,
    }


@contextmanager
def _rows_on_disk(train: TuningData, valid: TuningData, place: Path | None) -> Iterator[Path]:
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
        sweep(place)
    prefix = f"{TEMPORARY}{os.getpid()}-rows-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as made:
        folder = Path(made)
        for name, rows in zip(ROWS, (train, valid), strict=True):
            np.save(folder / f"{name}.npy", rows.matrix)
            np.save(folder / f"{name}_y.npy", rows.y)
            for what, found in (("customer", rows.customer), ("weight", rows.weight)):
                if found is not None:
                    np.save(folder / f"{name}_{what}.npy", found)
        yield folder


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("the worker was started without pipes")
    return stream


def _close(stream: IO[Any] | None) -> None:
    if stream is None:
        return
    try:
        stream.close()
    except OSError:
        return  # what was not read by a dead process cannot be written any more
