"""How waiting threads should wait: LightGBM with one and two threads, on a quiet machine and beside other work.

    python benchmarks/threads.py

Each policy is read when the OpenMP library is loaded, so each is a process of its own; the better of two fits counts.
Other work: processes that do nothing but count. `commands` is what the command line sets.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

SIZES = ((5_000, 20, 200), (29_000, 20, 200), (60_000, 100, 60), (150_000, 200, 20))
POLICIES: dict[str, dict[str, str]] = {
    "GNU's default": {},
    "sleep at once": {"OMP_WAIT_POLICY": "PASSIVE"},
    "spin 3000": {"GOMP_SPINCOUNT": "3000"},
    "commands": {"GOMP_SPINCOUNT": "500", "OMP_WAIT_POLICY": "PASSIVE"},
}


@contextmanager
def other_work(processes: int) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(processes):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(busy.kill)
        yield


def fits() -> list[str]:
    """Seconds of one and of two threads for each size."""
    import lightgbm as lgb
    import numpy as np

    rng, told = np.random.default_rng(0), []
    for rows, columns, rounds in SIZES:
        matrix = rng.normal(size=(rows, columns)).astype(np.float32)
        y = (rng.random(rows) < 1 / (1 + np.exp(2 - matrix[:, 0]))).astype(np.float64)
        data = lgb.Dataset(matrix, y, params={"verbosity": -1}).construct()
        for threads in (1, 2):
            took = []
            for _ in range(2):
                began = time.perf_counter()
                lgb.train({"objective": "binary", "verbosity": -1, "num_threads": threads}, data, rounds)
                took.append(time.perf_counter() - began)
            told.append(f"{min(took):.2f}")
    return told


def main() -> None:
    if "--one" in sys.argv:
        print(" | ".join(fits()))
        return
    heads = [f"{rows:,} x {columns}, {t}" for rows, columns, _ in SIZES for t in ("1 thread", "2")]
    print(f"| other processes | waiting | {' | '.join(heads)} |")
    print("|---" * (len(heads) + 2) + "|")
    plain = {k: v for k, v in os.environ.items() if k not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    for processes in (0, 1, 2):
        with other_work(processes):
            for name, policy in POLICIES.items():
                words = [sys.executable, __file__, "--one"]
                env = {**plain, **policy}
                made = subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, check=True)
                print(f"| {processes} | {name} | {made.stdout.strip()} |", flush=True)


if __name__ == "__main__":
    main()
