"""A standalone cluster on loopback: one master, some workers, each a process that a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 90


@dataclass(frozen=True)
class Worker:
    """A worker and all that it starts. folder: where its executors say what they do."""

    process: subprocess.Popen[bytes]
    folder: Path

    def tasks(self) -> int:
        """How many tasks its executors have finished."""
        return sum(
            path.read_text(errors="replace").count("Finished task") for path in self.folder.glob("*/*/stderr")
        )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(frozen=True)
class Cluster:
    """Where the master listens, and the workers."""

    master: str
    workers: list[Worker]


@contextmanager
def cluster(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """A master and workers with one processor each, until the block ends. memory: of each worker."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    master = f"spark://127.0.0.1:{port}"
    begun = [_start(folder / "master", "master.Master", "--port", str(port))]
    try:
        _wait(lambda: "I have been elected leader" in _said(folder / "master"), "the master")
        made = []
        for number in range(workers):
            place = folder / f"worker{number}"
            begun.append(
                _start(
                    place,
                    "worker.Worker",
                    "--cores",
                    "1",
                    "--memory",
                    memory,
                    "--work-dir",
                    str(place),
                    master,
                )
            )
            made.append(Worker(begun[-1], place))
        for one in made:
            _wait(lambda place=one.folder: "Successfully registered" in _said(place), "a worker")
        yield Cluster(master, made)
    finally:
        for process in begun:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def connect_server(folder: Path, source: Path) -> Iterator[str]:
    """A server of Spark Connect on two threads; its address. source: where the workers of Python find leadlift."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    settings = {"spark.ui.enabled": "false", "spark.connect.grpc.binding.port": str(port)}
    told = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    main = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--name", "server"]
    env = {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": os.pathsep.join([str(source), *sys.path])}
    process = _run(folder, ["spark-submit", "--master", "local[2]", *told, *main], env)
    try:
        _wait(lambda: "Spark Connect server started" in _said(folder), "the server")
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _start(folder: Path, name: str, *words: str) -> subprocess.Popen[bytes]:
    told = ["--host", "127.0.0.1", "--webui-port", "0", *words]
    return _run(folder, ["spark-class", f"org.apache.spark.deploy.{name}", *told], {})


def _run(folder: Path, words: list[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
    import pyspark

    folder.mkdir()
    home = Path(pyspark.__file__).parent
    told = [str(home / "bin" / words[0]), *words[1:]]
    env = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home)} | more
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(told, stdout=log, stderr=log, env=env, start_new_session=True)


def _said(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")


def _wait(there: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < until, f"{what} did not come up"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
