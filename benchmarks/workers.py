"""Wall time a trial: two tuning workers on one study in PostgreSQL, beside one worker.

    python benchmarks/workers.py postgresql://bank@127.0.0.1/empty

For each seed a table is drawn (tuning.py) and the same number of trials is run on it three ways by turns, each in a
process and a study of its own, with the defaults of `leadlift tune`: `one` worker with one thread, `two` workers with
one thread each, and `one, two threads`. Seconds are from arrays to the best parameters: rows handed to workers,
binning, trials, the fits of the best on all rows, and what the database takes. Trials that ended early count as
trials. Ratios are to `one`, seed by seed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import uuid

WAYS = {"one": (1, 1), "two": (2, 2), "one, two threads": (1, 2)}  # workers, threads in all


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("storage", help="URL of an empty database")
    reads.add_argument("--rows", type=int, default=100_000)
    reads.add_argument("--features", type=int, default=100)
    reads.add_argument("--trials", type=int, default=24)
    reads.add_argument("--seeds", type=int, default=3)
    reads.add_argument("--one", help=argparse.SUPPRESS)
    asked = reads.parse_args()
    if asked.one:
        _one(asked, **json.loads(asked.one))
        return
    print("| seed | way | s | trials | of them pruned | s a trial | of `one` | best average precision |")
    print("|---|---|---|---|---|---|---|---|")
    for seed in range(asked.seeds):
        usual = None
        for way, (workers, threads) in WAYS.items():
            told = _apart(asked.storage, seed, workers, threads)
            each = told["s"] / told["trials"]
            usual = usual or each
            print(
                f"| {seed} | {way} | {told['s']:.1f} | {told['trials']} | {told['pruned']} | {each:.2f} | "
                f"{each / usual:.2f} | {told['best']:.4f} |",
                flush=True,
            )


def _apart(storage: str, seed: int, workers: int, threads: int) -> dict[str, float]:
    """One way on one seed, in a process whose threads in all are so many."""
    job = json.dumps({"seed": seed, "workers": workers})
    words = [sys.executable, __file__, storage, *sys.argv[2:], "--one", job]
    env = {**os.environ, "OMP_NUM_THREADS": str(threads), "GOMP_SPINCOUNT": "500"}
    made = subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
    return found


def _one(asked: argparse.Namespace, seed: int, workers: int) -> None:
    import numpy as np
    import optuna
    from tuning import VALID_SHARE, table

    from leadlift.models import Encoding
    from leadlift.tuning import TuningData, TuningSettings, tune

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    matrix, y = table(asked.rows, asked.features, 0.02, 2 * seed)
    encoding = Encoding(tuple(f"f{j}" for j in range(matrix.shape[1])), {})
    held = np.random.default_rng(seed).random(len(y)) < VALID_SHARE
    train, valid = (TuningData(matrix[rows], y[rows], encoding) for rows in (~held, held))
    settings = TuningSettings(
        trials=asked.trials, seed=seed, workers=workers, storage=asked.storage, study=uuid.uuid4().hex
    )
    began = time.perf_counter()
    found = tune(train, valid, settings)
    told = {"s": time.perf_counter() - began, "trials": len(found.trials), "best": found.best_value}
    pruned = sum(trial.state == "pruned" for trial in found.trials)
    print(json.dumps({**told, "pruned": pruned}))


if __name__ == "__main__":
    main()
