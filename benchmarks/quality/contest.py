"""leadlift beside what a modeller would otherwise use: same rows, same budget of wall-clock time, chances on the test.

Run: python benchmarks/quality/contest.py --seeds 5 --budget 120 [--sets bank_random telco] [--ways leadlift plain ...]
Ways: plain LightGBM; LightGBM with Optuna, written the usual way (three folds, average precision); FLAML and AutoGluon
(tabular, without torch) where they are installed, else they are named and left out; leadlift with its defaults and
`ensemble: 5`; leadlift after a search for nine tenths of the budget, as `leadlift tune` and `train` do it, told of
customers and days as a pipeline's keys and split tell them. None sees a target of the test. Two seeds of the same
split in time differ in the fits alone. Ranks: 1 is best; mean over data sets and seeds. How threads wait is left as the
libraries have it, for all ways alike.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pyarrow as pa
from datasets import SETS, Data
from sklearn import metrics as sk
from sklearn.model_selection import StratifiedKFold, cross_val_score
from standing import page

from leadlift.models import Encoding
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import Cases, Parts, fit_calibrated, learned_from

SHARES = {VALID: 0.15, CALIBRATION: 0.35, TRAIN: 1.0}
MEMBERS, SEARCH = 5, 0.9
Frame = pd.DataFrame


@dataclass(frozen=True, eq=False)
class Known:
    """What a pipeline's `split` and keys tell `leadlift train` beside features.

    who: (n,), the learning cases' customers. as_of: (n + m,), the days of learning and test cases, NaT where a table
    has none. ordered: rows are in the order of time, the test being the latest.
    """

    who: np.ndarray
    as_of: np.ndarray
    ordered: bool

    @classmethod
    def of(cls, data: Data, test: np.ndarray) -> Known:
        when = np.append(data.when[~test], data.when[test])
        dated = data.ordered and len(np.unique(when)) < len(when)
        days = np.datetime64("1997-09-30") + when.astype("timedelta64[D]")
        return cls(
            data.who[~test], days if dated else np.full(len(when), np.datetime64("NaT", "D")), data.ordered
        )


def plain(learn: Frame, y: np.ndarray, test: Frame, budget: float, seed: int, known: Known) -> np.ndarray:
    """LightGBM's defaults."""
    model = lgb.LGBMClassifier(verbosity=-1, random_state=seed).fit(as_categories(learn), y)
    return np.asarray(model.predict_proba(as_categories(test))[:, 1])


def usual(learn: Frame, y: np.ndarray, test: Frame, budget: float, seed: int, known: Known) -> np.ndarray:
    """LightGBM in an Optuna objective of three folds, until the budget is used up, then refitted to all rows."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    x, folds = as_categories(learn), StratifiedKFold(3, shuffle=True, random_state=seed)

    def params(trial: optuna.trial.BaseTrial) -> dict[str, float]:
        return {
            "n_estimators": trial.suggest_int("n_estimators", 50, 600),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 5, 127, log=True),
            "min_child_samples": trial.suggest_int("min_child_samples", 5, 300, log=True),
            "colsample_bytree": trial.suggest_float("colsample_bytree", 0.4, 1.0),
            "subsample": trial.suggest_float("subsample", 0.5, 1.0),
            "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 100.0, log=True),
        }

    def objective(trial: optuna.Trial) -> float:
        model = lgb.LGBMClassifier(verbosity=-1, subsample_freq=1, random_state=seed, **params(trial))
        return float(cross_val_score(model, x, y, cv=folds, scoring="average_precision").mean())

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, timeout=budget * 0.9)
    model = lgb.LGBMClassifier(verbosity=-1, subsample_freq=1, random_state=seed, **study.best_params).fit(
        x, y
    )
    return np.asarray(model.predict_proba(as_categories(test))[:, 1])


def flaml(learn: Frame, y: np.ndarray, test: Frame, budget: float, seed: int, known: Known) -> np.ndarray:
    """FLAML on log loss."""
    from flaml import AutoML

    model = AutoML()
    model.fit(
        as_categories(learn), y.astype(int), task="classification", metric="log_loss", time_budget=budget,
        seed=seed, verbose=0,
    )  # fmt: skip
    return np.asarray(model.predict_proba(as_categories(test))[:, 1])


def autogluon(learn: Frame, y: np.ndarray, test: Frame, budget: float, seed: int, known: Known) -> np.ndarray:
    """AutoGluon's best quality within the budget, on log loss."""
    import tempfile

    from autogluon.tabular import TabularPredictor

    with tempfile.TemporaryDirectory() as folder:
        model = TabularPredictor("target", eval_metric="log_loss", path=folder, verbosity=0).fit(
            learn.assign(target=y.astype(int)), time_limit=budget, presets="best_quality", num_cpus=2
        )
        return np.asarray(model.predict_proba(test)[1])


def leadlift(learn: Frame, y: np.ndarray, test: Frame, budget: float, seed: int, known: Known) -> np.ndarray:
    """A search on two parts of the rows, then the ensemble on all of them, calibrated."""
    cases = cases_of(learn, y, test, seed, known)
    params = searched(cases, budget * SEARCH, seed)
    model = fit_calibrated(cases, params, ModelChoice(ensemble=MEMBERS), "the test")
    return model.predict_matrix(cases.matrix[cases.rows(TEST)]).probability


def untuned(learn: Frame, y: np.ndarray, test: Frame, budget: float, seed: int, known: Known) -> np.ndarray:
    """leadlift's ensemble with its default parameters: a few seconds."""
    cases = cases_of(learn, y, test, seed, known)
    model = fit_calibrated(cases, {}, ModelChoice(ensemble=MEMBERS), "the test")
    return model.predict_matrix(cases.matrix[cases.rows(TEST)]).probability


WAYS: Mapping[str, Callable[[Frame, np.ndarray, Frame, float, int, Known], np.ndarray]] = {
    "plain": plain, "usual": usual, "flaml": flaml, "autogluon": autogluon, "untuned": untuned, "leadlift": leadlift,
}  # fmt: skip


OTHERS = (flaml, autogluon)
"""Other projects: what goes wrong in there is told, and the contest goes on."""


def as_categories(frame: Frame) -> Frame:
    return frame.apply(lambda c: c if pd.api.types.is_numeric_dtype(c) else c.astype("category"))


def cases_of(learn: Frame, y: np.ndarray, test: Frame, seed: int, known: Known) -> Cases:
    """The rows as training reads them; what the test's targets are, it is not told."""
    table = pa.Table.from_pandas(pd.concat([learn, test], ignore_index=True), preserve_index=False)
    n, m = len(learn), len(test)
    # not the draw that chose the test's customers: theirs are gone from it
    who = known.who
    share = np.random.default_rng((seed, 1)).random(who.max() + 1)[who]
    rows, low = {TEST: np.arange(n, n + m)}, 0.0
    for part, high in SHARES.items():
        rows[part], low = np.flatnonzero((share >= low) & (share < high)), high
    encoding = Encoding.fit(table.take(pa.array(rows[TRAIN])), table.column_names)
    hidden = np.append(y, np.zeros(m))
    parts = Parts(rows, None, 0, ordered=known.ordered)
    customer = np.append(who, np.full(m, who.max() + 1))
    return Cases(encoding, encoding.encode(table), hidden, customer, known.as_of, parts)


def searched(cases: Cases, seconds: float, seed: int) -> Mapping[str, object]:
    """What `leadlift tune` does with the seconds."""
    from leadlift import tuning

    began = time.perf_counter()
    cases, _ = learned_from(cases, ModelChoice())
    seconds -= time.perf_counter() - began
    train, valid = (
        tuning.TuningData(cases.matrix[rows], cases.y[rows], cases.encoding, cases.customer[rows])
        for rows in (np.concatenate([cases.rows(TRAIN), cases.rows(CALIBRATION)]), cases.rows(VALID))
    )
    settings = tuning.TuningSettings(trials=None, seconds=seconds, metric="log_loss", seed=seed, folds=5)
    return tuning.tune(train, valid, settings).best_params


def measured(data: Data, seed: int, way: str, budget: float) -> dict[str, float] | None:
    """The way's figures on the test and its seconds; None where its library is not installed, or failed."""
    test = data.test(seed)
    learn, y = data.frame[~test].reset_index(drop=True), data.y[~test]
    began = time.perf_counter()
    try:
        told = WAYS[way](
            learn, y, data.frame[test].reset_index(drop=True), budget, seed, Known.of(data, test)
        )
    except ImportError as absent:
        print(f"{way} left out: {absent}", flush=True)
        return None
    except Exception as error:
        if WAYS[way] not in OTHERS:
            raise
        print(f"{way} failed and is left out: {type(error).__name__}: {error}", flush=True)
        return None
    return {**metrics(data.y[test], told), "s": time.perf_counter() - began}


def run(args: argparse.Namespace) -> pd.DataFrame:
    """Every figure wanted; what `--out` holds of the same budget is not measured again."""
    done = [json.loads(line) for line in args.out.read_text().splitlines()] if args.out.exists() else []
    known = {(one["set"], one["seed"], one["way"]) for one in done if one["budget"] == args.budget}
    for seed in range(args.seeds):
        for name in args.sets:
            data = SETS[name]()
            for way in [way for way in args.ways if (name, seed, way) not in known]:
                found = measured(data, seed, way, args.budget)
                if found is not None:
                    line = {"set": name, "seed": seed, "way": way, "budget": args.budget, **found}
                    with args.out.open("a") as file:
                        file.write(json.dumps(line) + "\n")
                    print(line, flush=True)
    lines = pd.DataFrame([json.loads(line) for line in args.out.read_text().splitlines()])
    wanted = lines["budget"].eq(args.budget) & lines["way"].isin(args.ways) & lines["set"].isin(args.sets)
    return lines[wanted & lines["seed"].lt(args.seeds)].drop(columns=["budget"])


def metrics(y: np.ndarray, told: np.ndarray) -> dict[str, float]:
    order = np.argsort(-told, kind="stable")
    lift = {f"lift{k}": y[order[: len(y) * k // 100]].mean() / y.mean() for k in (5, 10)}
    loss = sk.log_loss(y, np.clip(told, 1e-6, 1 - 1e-6))
    return {"auc": sk.roc_auc_score(y, told), "ap": sk.average_precision_score(y, told), **lift, "loss": loss}


def main() -> None:
    reads = argparse.ArgumentParser()
    reads.add_argument("--seeds", type=int, default=5)
    reads.add_argument("--budget", type=float, default=120)
    reads.add_argument("--sets", nargs="+", default=list(SETS))
    reads.add_argument("--ways", nargs="+", default=list(WAYS))
    reads.add_argument("--out", type=Path, default=Path("contest.jsonl"), help="figures, kept and added to")
    reads.add_argument("--table", type=Path, help="write the tables to this file too")
    args = reads.parse_args()
    lines = run(args)
    places = {name: at for at, name in enumerate([*SETS, *WAYS])}
    lines = lines.sort_values(
        ["set", "way", "seed"], key=lambda column: column.map(lambda one: places.get(one, one))
    )
    told = page(lines, args.budget)
    print(f"\n{told}")
    if args.table is not None:
        args.table.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
