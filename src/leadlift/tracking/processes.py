"""Which process is this, and is it alive? Process numbers come back: with the start time they do not."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

HOST_TAG, PID_TAG, STARTED_TAG = "leadlift.host", "leadlift.pid", "leadlift.process_started"
ONLY_WHILE_RUNNING = (PID_TAG, STARTED_TAG)


def this_process() -> dict[str, str]:
    """Tags that tell this process from every other on every machine."""
    pid = os.getpid()
    return {HOST_TAG: socket.gethostname(), PID_TAG: str(pid), STARTED_TAG: process_started(pid) or ""}


def is_dead(tags: Mapping[str, str]) -> bool:
    """Whether the process that wrote these tags is surely gone; False when nobody here can know."""
    if tags.get(HOST_TAG) != socket.gethostname() or not tags.get(PID_TAG, "").isdigit():
        return False
    if not tags.get(STARTED_TAG) or process_started(os.getpid()) is None:
        return False
    return process_started(int(tags[PID_TAG])) != tags[STARTED_TAG]


def process_started(pid: int) -> str | None:
    """When a process started, in the system's own words; None when it is gone or there is no way to ask."""
    if Path("/proc/self/stat").exists():
        return _from_proc(pid)
    return _from_ps(pid)


def _from_proc(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    after_name = stat.rpartition(")")[2].split()  # the bracketed name may hold spaces and brackets
    state, ticks_since_boot = after_name[0], after_name[19]
    return None if state == "Z" else f"{boot}/{ticks_since_boot}"


def _from_ps(pid: int) -> str | None:
    try:
        answer = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None
