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
precision; its difference is told with the 95 % interval of the mean over seeds (Student). `--out` takes a line of each
finished way and of each trial of the usual one; what stands there is not run again. So a run that was ended goes on
with the trial that it was in; its seconds are those of the parts.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

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
_Whole, _Real = optuna.distributions.IntDistribution, optuna.distributions.FloatDistribution
SPACE: dict[str, optuna.distributions.BaseDistribution] = {
    "n_estimators": _Whole(100, 500),
    "learning_rate": _Real(0.01, 0.2, log=True),
    "num_leaves": _Whole(7, 127, log=True),
    "max_depth": _Whole(3, 12),
    "min_child_samples": _Whole(10, 500, log=True),
    "subsample": _Real(0.5, 1.0),
    "colsample_bytree": _Real(0.3, 1.0),
    "reg_alpha": _Real(1e-3, 10.0, log=True),
    "reg_lambda": _Real(1e-3, 100.0, log=True),
}


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


Line = dict[str, Any]


class Lines:
    """The lines of `--out` that are of the same table and trials, in memory alone without it."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._path: Path | None = asked.out
        self._of = {name: getattr(asked, name) for name in ("rows", "features", "rate", "trials", "workers")}
        there = self._path.read_text() if self._path and self._path.exists() else ""
        if self._path and there and not there.endswith("\n"):  # ended while writing
            there = there[: there.rfind("\n") + 1]
            self._path.write_text(there)
        told = [json.loads(one) for one in there.splitlines()]
        self.lines: list[Line] = [one for one in told if self._of.items() <= one.items()]

    def add(self, line: Line) -> None:
        """Write a line, at once."""
        self.lines.append(line)
        print(f"  {line}", flush=True)
        if self._path:
            with self._path.open("a") as file:
                file.write(json.dumps({**self._of, **line}) + "\n")

    def way(self, seed: int, way: str) -> Line | None:
        """The finished line of a way."""
        found = [one for one in self.lines if (one["seed"], one["way"]) == (seed, way) and "ap" in one]
        return found[0] if found else None

    def trials(self, seed: int) -> list[Line]:
        """The trials of the usual way."""
        return [one for one in self.lines if one["seed"] == seed and "trial" in one]


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


def usual(
    matrix: np.ndarray, y: np.ndarray, asked: argparse.Namespace, seed: int, kept: Lines
) -> lgb.LGBMClassifier:
    fixed = {"n_jobs": processors(), "verbosity": -1, "random_state": seed, "subsample_freq": 1}

    def objective(params: dict[str, Any]) -> float:
        model = lgb.LGBMClassifier(**params, **fixed)
        folds = StratifiedKFold(3, shuffle=True, random_state=seed)
        return float(cross_val_score(model, matrix, y, cv=folds, scoring="average_precision").mean())

    done = kept.trials(seed)
    sampler = optuna.samplers.TPESampler(seed=seed + 1_000 * len(done))
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for one in done:
        study.add_trial(
            optuna.trial.create_trial(params=one["params"], distributions=SPACE, value=one["value"])
        )
    for number in range(len(done), asked.trials):
        start, trial = clocks(), study.ask(SPACE)
        value = objective(trial.params)
        study.tell(trial, value)
        line = {"seed": seed, "way": "usual", "trial": number, "params": trial.params, "value": value}
        kept.add({**line, **since(start)})
    return lgb.LGBMClassifier(**study.best_params, **fixed).fit(matrix, y)


def compared(asked: argparse.Namespace, seed: int, kept: Lines) -> None:
    """Run what does not stand yet of a seed."""
    wanted = ("leadlift",) if asked.ours_only else ("leadlift", "usual")
    ways = [way for way in wanted if kept.way(seed, way) is None]
    if not ways:
        return
    print(f"seed {seed}", flush=True)
    matrix, y = table(asked.rows, asked.features, asked.rate, 2 * seed)
    unseen, came = table(asked.rows // 2, asked.features, asked.rate, 2 * seed + 1)
    for way in ways:
        start, before = clocks(), kept.trials(seed) if way == "usual" else []
        if way == "usual":
            model = usual(matrix, y, asked, seed, kept)
            took, says = since(start), model.predict_proba(unseen)[:, 1]
        else:
            booster = leadlift(matrix, y, asked, seed)
            took, says = since(start), booster.predict(unseen)
        spent = {name: took[name] + sum(one[name] for one in before) for name in took}
        kept.add({"seed": seed, "way": way, **spent, "ap": average_precision(came, says)})


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def since(start: tuple[float, float]) -> dict[str, float]:
    return {name: now - then for name, now, then in zip(("s", "cpu_s"), clocks(), start, strict=True)}


def show(pairs: list[tuple[Line, Line]]) -> None:
    """The table of complete seeds. pairs: leadlift's line and the usual way's."""
    print("| seed | leadlift s | usual s | times | times, processor | leadlift AP | usual AP | difference |")
    print("|---|---|---|---|---|---|---|---|")
    for ours, theirs in pairs:
        print(
            f"| {ours['seed']} | {ours['s']:.0f} | {theirs['s']:.0f} | {theirs['s'] / ours['s']:.1f} | "
            f"{theirs['cpu_s'] / ours['cpu_s']:.1f} | {ours['ap']:.4f} | {theirs['ap']:.4f} | "
            f"{ours['ap'] - theirs['ap']:+.4f} |"
        )
    gained = np.array([ours["ap"] - theirs["ap"] for ours, theirs in pairs])
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
    kept = Lines(asked)
    for seed in range(asked.seeds):
        compared(asked, seed, kept)
    both = [(kept.way(seed, "leadlift"), kept.way(seed, "usual")) for seed in range(asked.seeds)]
    if pairs := [(ours, theirs) for ours, theirs in both if ours and theirs]:
        show(pairs)


if __name__ == "__main__":
    main()
