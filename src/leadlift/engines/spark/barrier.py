"""Tasks that run at once and know of each other: Spark's barrier mode, which Spark Connect has too."""

from __future__ import annotations

import re
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from leadlift.engines.protocol import Task, Work
from leadlift.engines.spark.session import no_word_of_pandas
from leadlift.errors import UserError

# Spark waits for room for all tasks without end. Executors are there by now, or are started anew within this time.
BEGIN_WITHIN = 90.0
MOST_STARTS = 3
LOOK_EVERY = 0.1
TOLD = "told"
# Why Spark does not begin: the rest of the sentence is its own.
_REFUSED = re.compile(r"Barrier execution mode does not [^.\n]*")
# A fault of the task itself, which would come again; whatever else Spark fails of is tried again.
_OF_PYTHON = "PYTHON_EXCEPTION"


class BarrierMember:
    """See Member: a task of Spark's, in barrier mode."""

    def __init__(self) -> None:
        from pyspark import BarrierTaskContext

        self._context = BarrierTaskContext.get()
        self.rank = int(self._context.partitionId())
        self.processors = max(1, int(self._context.cpus()))
        host = self._context.getTaskInfos()[self.rank].address.rpartition(":")[0]
        self.address = socket.gethostbyname(host)

    def tell(self, word: str) -> list[str]:
        """See Member. Spark looks for the answers once a second."""
        return list(self._context.allGather(word))


def at_once(spark: SparkSession, task: Task, count: int, folder: Path) -> list[str]:
    """See AtOnce. folder: seen by driver and executors alike; made here, and left behind."""
    _refuse_too_many(spark, count)
    for _ in range(MOST_STARTS):
        begun = folder / uuid.uuid4().hex
        begun.mkdir(parents=True)
        told = _begun(spark, task, count, begun)
        if told is not None:
            return told
    raise UserError(
        f"a task of Spark was lost {MOST_STARTS} times while {count} ran at once: an executor died, or its machine. "
        "Most often memory ran out, see spark.executor.memoryOverhead. Nothing was registered; the same "
        "command begins anew"
    )


def _begun(spark: SparkSession, task: Task, count: int, folder: Path) -> list[str] | None:
    """What the tasks came to; None when one of them was lost."""
    job = _Job(spark, task, count, folder)
    job.start()
    until = time.monotonic() + BEGIN_WITHIN
    while job.is_alive():
        job.join(LOOK_EVERY)
        if time.monotonic() > until and (there := len(list(folder.iterdir()))) < count and job.is_alive():
            spark.interruptTag(job.tag)
            raise UserError(
                f"{there} of {count} tasks could begin within {BEGIN_WITHIN:.0f} s, and all must run at once. Give "
                "fewer machines in model.distributed, or more executors. Nothing was registered"
            )
    return job.result()


class _Job(threading.Thread):
    """Spark's job, aside, so that this thread can look whether it begins."""

    def __init__(self, spark: SparkSession, task: Task, count: int, folder: Path) -> None:
        super().__init__(daemon=True)
        self.tag = f"leadlift-{folder.name}"
        self._spark, self._count, self._through = spark, count, _through(task, str(folder))
        self._told: list[str] | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._spark.addTag(self.tag)
            begin = self._spark.range(0, self._count, 1, self._count)
            with no_word_of_pandas():
                found = begin.mapInArrow(self._through, f"rank int, {TOLD} string", barrier=True).toArrow()
            self._told = found.sort_by("rank")[TOLD].to_pylist()
        except Exception as error:  # raised by `result`, where the command waits
            self._error = error

    def result(self) -> list[str] | None:
        """What the tasks came to; None when one was lost. Raises UserError when Spark does not begin."""
        if self._error is None:
            return self._told
        text = str(self._error)
        if refused := _REFUSED.search(text):
            raise UserError(f"model.distributed: {refused[0]}") from self._error
        if _OF_PYTHON in text or not isinstance(self._error, PySparkException | Py4JError):
            raise self._error
        return None


def _through(task: Task, folder: str) -> Work:
    """What Spark runs in each task: it says that it has begun, and then what it came to."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            pass
        me = BarrierMember()
        Path(folder, str(me.rank)).touch()
        yield pa.record_batch(
            {"rank": pa.array([me.rank], pa.int32()), TOLD: pa.array([task(me)], pa.string())}
        )

    return run


def _refuse_too_many(spark: SparkSession, count: int) -> None:
    try:
        there = int(spark.sparkContext.defaultParallelism)
    except PySparkException:  # Spark Connect does not say
        return
    if spark.conf.get("spark.default.parallelism", None) is None and there < count:
        raise UserError(
            f"model.distributed: {count} machines are asked for, and {there} tasks of Spark can run at once: give "
            "fewer, or more executors"
        )
