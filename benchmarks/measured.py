"""What programs take while they run: memory, processor time, and what Spark says of its tasks."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


@dataclass
class Taken:
    """peak: bytes of resident sets, added up over all processes (shared pages count in each). cpu: seconds."""

    peak: int = 0
    _cpu: dict[tuple[int, str], float] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """Processor time of all processes that were seen, those that ended included."""
        return sum(self._cpu.values())

    def look(self, root: int) -> None:
        """Count this process's descendants, itself left out."""
        rows = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            rows[int(folder.name)] = told
        mine, grown = {root}, True
        while grown:
            more = {pid for pid, told in rows.items() if int(told[1]) in mine} - mine
            mine, grown = mine | more, bool(more)
        for pid in mine - {root}:
            self._cpu[pid, rows[pid][19]] = (int(rows[pid][11]) + int(rows[pid][12])) / TICKS
        self.peak = max(self.peak, sum(int(rows[pid][21]) for pid in mine - {root}) * PAGE)


@contextmanager
def taken(every: float = 0.5) -> Iterator[Taken]:
    """What all processes started by this one take while the block lasts."""
    told, done = Taken(), threading.Event()

    def watch() -> None:
        while not done.wait(every):
            told.look(os.getpid())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield told
    finally:
        done.set()
        watcher.join()


@dataclass
class Tasks:
    """What Spark's tasks took, those that were lost or ran twice included.

    shuffled: bytes written for others to read. spilled: bytes put on disk for want of memory. cpu: seconds in the JVM.
    """

    shuffled: int = 0
    spilled: int = 0
    cpu: float = 0.0


def tasks_of(events: Path) -> Tasks:
    """What the event logs in this folder say."""
    found = Tasks()
    for log in events.iterdir():
        with log.open(encoding="utf-8") as lines:
            for line in lines:
                if '"SparkListenerTaskEnd"' in line:
                    metrics = json.loads(line).get("Task Metrics") or {}
                    found.shuffled += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
                    found.spilled += metrics.get("Disk Bytes Spilled", 0)
                    found.cpu += metrics.get("Executor CPU Time", 0) / 1e9
    return found
