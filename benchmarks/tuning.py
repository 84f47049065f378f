"""Tuning beside the usual way, on the same rows: how long each takes, and how good the model is that comes out.

    python benchmarks/tuning.py --rows 200000 --features 200 --trials 50 --seeds 5

For each seed a table is drawn: numbers, amounts, counts and codes, a fifth of them partly missing, correlated by eight
factors; 2 % respond, by thirty features, bends and products among them. Test rows, half of `--rows`, no way sees
One after the other, with all processors (OMP_NUM_THREADS, where set):

- leadlift: `leadlift.tuning.tune` as `leadlift tune` calls it, with its defaults, a fifth of the rows for validation;
  then the winner on all rows, with as many rounds more as there are rows more;
- usual: an Optuna objective with `LGBMClassifier` and `cross_val_score` in three stratified folds by average
  precision, the usual nine parameters, all trials run to their end; then `fit` with the best on all rows.

Seconds hold everything from arrays to the fitted model; processor seconds, which other work on the machine disturbs
less, are compared beside them (with `--workers 1`: those of other processes do not count). The test gives average
precision; its difference is told with the 95 % interval of the mean over seeds (Student). Each seed is one line of
`--out`, written when it is done; seeds that stand there are not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "500")  # as the commands do

import lightgbm as lgb
import numpy as np
import optuna
from scipy.stats import t as student
from sklearn.model_selection import StratifiedKFold, cross_val_score

from leadlift.evaluation import average_precision
from leadlift.machine import processors
from leadlift.models import Encoding, fit_booster, make_dataset
from leadlift.tuning import TuningData, TuningSettings, tune

VALID_SHARE = 0.2


def table(rows: int, features: int, rate: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix, float32, and who responds."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(rows, 8)).astype(np.float32)
    law = np.random.default_rng(1_000)  # what the features are and do is the same for every seed
    matrix = np.empty((rows, features), dtype=np.float32)
    for j in range(features):
        matrix[:, j] = factors @ law.normal(size=8).astype(np.float32) * 0.3 + rng.normal(size=rows)
    odds = np.zeros(rows)
    told = law.permutation(features)[: min(30, features)]
    for position, j in enumerate(told):
        weight, x = law.normal() * 0.35, matrix[:, j]
        other = matrix[:, told[(position + 7) % len(told)]]
        odds += weight * (x, np.tanh(2 * x), (x > 0.8) * 2.0, x * other)[position % 4]
    for j in range(features):
        x = matrix[:, j]
        matrix[:, j] = (x, np.exp(x), np.floor(np.maximum(0, x * 2)), np.round(x * 1.5))[j % 4]
        if j % 5 == 0:
            matrix[rng.random(rows) < 0.3, j] = np.nan
    low, high = -20.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-odds - middle))).mean() < rate else (low, middle)
    return matrix, (rng.random(rows) < 1 / (1 + np.exp(-odds - low))).astype(np.float64)


def leadlift(matrix: np.ndarray, y: np.ndarray, asked: argparse.Namespace, seed: int) -> lgb.Booster:
    encoding = Encoding(tuple(f"f{j}" for j in range(matrix.shape[1])), {})
    held = np.random.default_rng(seed).random(len(y)) < VALID_SHARE
    train, valid = (TuningData(matrix[rows], y[rows], encoding) for rows in (~held, held))
    settings = TuningSettings(trials=asked.trials, seed=seed, workers=asked.workers)
    found = tune(train, valid, settings)
    states = [trial.state for trial in found.trials]
    print(
        f"  leadlift: {states.count('pruned')} of {len(states)} pruned, from {found.learned_from:,} rows",
        flush=True,
    )
    rounds = round(found.best_rounds * len(y) / len(train.y))
    return fit_booster(make_dataset(matrix, y, encoding), None, found.best_params, rounds)


def usual(matrix: np.ndarray, y: np.ndarray, asked: argparse.Namespace, seed: int) -> lgb.LGBMClassifier:
    fixed = {"n_jobs": processors(), "verbosity": -1, "random_state": seed, "subsample_freq": 1}

    def objective(trial: optuna.Trial) -> float:
        params = {
            "n_estimators": trial.suggest_int("n_estimators", 100, 500),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 7, 127, log=True),
            "max_depth": trial.suggest_int("max_depth", 3, 12),
            "min_child_samples": trial.suggest_int("min_child_samples", 10, 500, log=True),
            "subsample": trial.suggest_float("subsample", 0.5, 1.0),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
            "reg_alpha": trial.suggest_float("reg_alpha", 1e-3, 10.0, log=True),
            "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 100.0, log=True),
        }
        model = lgb.LGBMClassifier(**params, **fixed)
        folds = StratifiedKFold(3, shuffle=True, random_state=seed)
        return float(cross_val_score(model, matrix, y, cv=folds, scoring="average_precision").mean())

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=asked.trials)
    return lgb.LGBMClassifier(**study.best_params, **fixed).fit(matrix, y)


def compared(asked: argparse.Namespace, seed: int) -> dict[str, float]:
    matrix, y = table(asked.rows, asked.features, asked.rate, 2 * seed)
    unseen, came = table(asked.rows // 2, asked.features, asked.rate, 2 * seed + 1)
    start = (time.perf_counter(), time.process_time())
    ours = leadlift(matrix, y, asked, seed)
    took = since(start, "leadlift")
    line = {"seed": seed, **took, "leadlift_ap": average_precision(came, ours.predict(unseen))}
    print(f"  {line}", flush=True)
    if asked.ours_only:
        return line
    start = (time.perf_counter(), time.process_time())
    theirs = usual(matrix, y, asked, seed)
    took = since(start, "usual")
    return {**line, **took, "usual_ap": average_precision(came, theirs.predict_proba(unseen)[:, 1])}


def since(start: tuple[float, float], way: str) -> dict[str, float]:
    wall, cpu = start
    return {f"{way}_s": time.perf_counter() - wall, f"{way}_cpu_s": time.process_time() - cpu}


def show(lines: list[dict[str, float]]) -> None:
    print("| seed | leadlift s | usual s | times | times, processor | leadlift AP | usual AP | difference |")
    print("|---|---|---|---|---|---|---|---|")
    for one in lines:
        print(
            f"| {one['seed']} | {one['leadlift_s']:.0f} | {one['usual_s']:.0f} | "
            f"{one['usual_s'] / one['leadlift_s']:.1f} | {one['usual_cpu_s'] / one['leadlift_cpu_s']:.1f} | "
            f"{one['leadlift_ap']:.4f} | {one['usual_ap']:.4f} | "
            f"{one['leadlift_ap'] - one['usual_ap']:+.4f} |"
        )
    gained = np.array([one["leadlift_ap"] - one["usual_ap"] for one in lines])
    if len(gained) > 1:
        half = student.ppf(0.975, len(gained) - 1) * gained.std(ddof=1) / len(gained) ** 0.5
        print(
            f"mean difference {gained.mean():+.4f} [{gained.mean() - half:+.4f}, {gained.mean() + half:+.4f}]"
        )


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("--rows", type=int, default=200_000)
    reads.add_argument("--features", type=int, default=200)
    reads.add_argument("--rate", type=float, default=0.02)
    reads.add_argument("--trials", type=int, default=50)
    reads.add_argument("--seeds", type=int, default=5)
    reads.add_argument("--workers", type=int, default=1)
    reads.add_argument("--ours-only", action="store_true", help="leave the usual way out")
    reads.add_argument("--out", type=Path, help="a file of JSON lines, to go on later")
    asked = reads.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    known = {}
    if asked.out and asked.out.exists():
        known = {one["seed"]: one for one in map(json.loads, asked.out.read_text().splitlines())}
    for seed in range(asked.seeds):
        if seed not in known:
            print(f"seed {seed}", flush=True)
            known[seed] = compared(asked, seed)
            if asked.out:
                with asked.out.open("a") as file:
                    file.write(json.dumps(known[seed]) + "\n")
    if not asked.ours_only:
        show([known[seed] for seed in range(asked.seeds)])


if __name__ == "__main__":
    main()
