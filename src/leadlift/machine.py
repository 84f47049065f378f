"""How much there is of memory and processors: of the machine, or of what this process may use of it."""

from __future__ import annotations

import os
from pathlib import Path

# what Python and the libraries take when nothing is loaded yet, and the least that any work needs
PROGRAM, LEAST = 500_000_000, 256_000_000
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def machine_memory() -> int:
    """Bytes of memory that this process could use at most."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *(limit for path in _LIMITS if (limit := _limit(Path(path))) is not None)])


def memory_budget(setting: str) -> int:
    """Bytes for work that a setting such as `60%` or `8GB` leaves beside the program itself; never below 256 MB."""
    amount = float(setting.rstrip("%MGB"))
    unit = {"%": machine_memory() / 100, "M": 1e6, "G": 1e9}[setting.rstrip("B")[-1]]
    return max(LEAST, int(amount * unit) - PROGRAM)


def processors() -> int:
    """How many threads to use: OMP_NUM_THREADS, as LightGBM does, else the processors this process may run on."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdigit() and int(told) > 0:
        return int(told)
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _limit(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
