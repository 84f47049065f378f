"""What a booster, a bag and a blend are worth on public data: raw outputs, one split, the same rows for all.

Run: python benchmarks/quality/tried.py --seeds 3 [--sets bank_random telco]
Every way learns from the cases before the test alone; `today` and `seeds` learn from 65 % of them and stop on 15 %,
as the default split does, `folds80` from 80 %, the rest from all, each member stopping on its own fold. Outputs are not
calibrated.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from datasets import SETS, Data
from sklearn import metrics as sk

OURS = {
    "objective": "binary", "learning_rate": 0.04, "num_leaves": 15, "min_data_in_leaf": 100, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 10.0, "verbosity": -1, "deterministic": True,
    "force_col_wise": True,
}  # fmt: skip
FOREST = {"boosting": "rf", "num_leaves": 127, "min_data_in_leaf": 20, "bagging_fraction": 0.6}
EXTRA = {"extra_trees": True, "feature_fraction": 0.8}
Raw = np.ndarray


def codes(frame: pd.DataFrame) -> tuple[np.ndarray, list[int]]:
    """Texts as codes of their categories, and which columns those are."""
    texts = [i for i, kind in enumerate(frame.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    coded = frame.copy()
    for i in texts:
        coded[frame.columns[i]] = pd.factorize(frame.iloc[:, i])[0]
    return coded.to_numpy(np.float32), texts


class Table:
    """One split of one data set."""

    def __init__(self, data: Data, seed: int) -> None:
        self.x, self.cats = codes(data.frame)
        self.y, self.seed = data.y, seed
        self.test = data.test(seed)
        self.share = np.random.default_rng(seed + 100).random(data.who.max() + 1)[data.who]

    def fit(
        self, train: np.ndarray, valid: np.ndarray | None, params: Mapping[str, Any], rounds: int = 3000
    ) -> Raw:
        """Log-odds of the test."""
        told = {**OURS, **params}
        learn = lgb.Dataset(
            self.x[train], self.y[train], categorical_feature=self.cats, params={"verbosity": -1}
        )
        stop = [] if valid is None else [learn.create_valid(self.x[valid], self.y[valid])]
        booster = lgb.train(
            told,
            learn,
            rounds,
            valid_sets=stop,
            callbacks=[lgb.early_stopping(60, verbose=False)] if stop else [],
        )
        return np.asarray(booster.predict(self.x[self.test], raw_score=True))

    def folds(self, params: Mapping[str, Any], first: float = 0.0, k: int = 5, rounds: int = 3000) -> Raw:
        """Mean of k members, each stopped on its own fold of the cases above `first`."""
        before = ~self.test & (self.share >= first)
        fold = ((self.share - first) / (1 - first) * k).astype(int)
        return np.mean(
            [
                self.fit(before & (fold != i), before & (fold == i), {**params, "seed": i}, rounds)
                for i in range(k)
            ],
            axis=0,
        )


def with_rates(t: Table, instead: bool = False) -> Table:
    """Each category's response rate among customers of the other folds beside it, drawn to that of all by 20 cases.

    instead: categories of fewer than 50 cases become missing, so that their rate alone is left to speak for them.
    """
    made, before = copy(t), ~t.test
    fold, rate = np.where(before, (t.share * 5).astype(int), -1), t.y[before].mean()
    added = np.empty((len(t.y), len(t.cats)), dtype=np.float32)
    made.x = t.x.copy()
    for place, column in enumerate(t.cats):
        code = t.x[:, column].astype(int)
        for part in np.unique(fold):
            learn = before & (fold != part)
            count = np.bincount(code[learn], minlength=code.max() + 1)
            came = np.bincount(code[learn], t.y[learn], minlength=code.max() + 1)
            here = fold == part
            added[here, place] = ((came + 20 * rate) / (count + 20))[code[here]]
        if instead:
            rare = np.bincount(code[before], minlength=code.max() + 1) < 50
            made.x[rare[code], column] = np.nan
    made.x = np.hstack([made.x, added])
    return made


def plain(t: Table) -> Raw:
    model = lgb.LGBMClassifier(verbosity=-1).fit(t.x[~t.test], t.y[~t.test], categorical_feature=t.cats)
    return np.asarray(model.predict(t.x[t.test], raw_score=True))


def today(t: Table, seeds: int = 1, **params: Any) -> Raw:
    valid, learn = ~t.test & (t.share < 0.15), ~t.test & (t.share >= 0.35)
    return np.mean([t.fit(learn, valid, {**params, "seed": i}) for i in range(seeds)], axis=0)


WAYS: Mapping[str, Callable[[Table], Raw]] = {
    "plain LightGBM": plain,
    "today": today,
    "today, 63 leaves": lambda t: today(t, num_leaves=63),
    "5 seeds": lambda t: today(t, 5),
    "folds80": lambda t: t.folds({}, first=0.2),
    "folds": lambda t: t.folds({}),
    "10 folds": lambda t: t.folds({}, k=10),
    "folds, rate .02": lambda t: t.folds({"learning_rate": 0.02}),
    "folds, 31 leaves": lambda t: t.folds({"num_leaves": 31}),
    "folds, 7 leaves": lambda t: t.folds({"num_leaves": 7}),
    "folds, cat_smooth 50": lambda t: t.folds({"cat_smooth": 50, "cat_l2": 30}),
    "folds, rates of categories": lambda t: with_rates(t).folds({}),
    "folds, rates for rare ones": lambda t: with_rates(t, instead=True).folds({}),
    "folds, extra": lambda t: t.folds(EXTRA),
    "folds, extra, 63 leaves, rate .08": lambda t: t.folds({**EXTRA, "num_leaves": 63, "learning_rate": 0.08}),
    "folds, dart": lambda t: t.folds({"boosting": "dart", "learning_rate": 0.1}, rounds=250),
    "folds, rf": lambda t: t.folds(FOREST, rounds=100),
    "folds, linear": lambda t: t.folds({"linear_tree": True, "linear_lambda": 10.0}),
}  # fmt: skip
BLENDS = {
    "folds + extra": ("folds", "folds, extra"),
    "folds + extra 63": ("folds", "folds, extra, 63 leaves, rate .08"),
    "folds + dart": ("folds", "folds, dart"),
    "folds + rf": ("folds", "folds, rf"),
    "folds + extra + dart": ("folds", "folds, extra", "folds, dart"),
    "folds 7 + 15 + 31": ("folds, 7 leaves", "folds", "folds, 31 leaves"),
}


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("--seeds", type=int, default=3)
    told.add_argument("--sets", nargs="+", default=list(SETS))
    told.add_argument("--ways", nargs="+", default=list(WAYS))
    args = told.parse_args()
    lines = []
    for name in args.sets:
        data = SETS[name]()
        for seed in range(args.seeds):
            lines += [{"set": name, "seed": seed, **line} for line in measured(Table(data, seed), args.ways)]
        table = pd.DataFrame(lines)
        table = table[table["set"] == name].groupby("way", sort=False).mean(numeric_only=True)
        print(f"\n{name}\n{table.drop(columns='seed').round(5).to_string()}", flush=True)
    ranks = pd.DataFrame(lines)
    ranks["ap_rank"] = ranks.groupby(["set", "seed"])["ap"].rank(ascending=False)
    ranks["loss_rank"] = ranks.groupby(["set", "seed"])["loss"].rank()
    means = ranks.groupby("way", sort=False)[["ap_rank", "loss_rank", "s"]].mean()
    print(f"\nmean ranks\n{means.round(2).to_string()}")


def measured(t: Table, ways: list[str]) -> list[dict[str, Any]]:
    raw, lines = {}, []
    for way in ways:
        began = time.perf_counter()
        raw[way] = WAYS[way](t)
        lines.append({"way": way, **metrics(t.y[t.test], raw[way]), "s": time.perf_counter() - began})
    for way, parts in ((way, parts) for way, parts in BLENDS.items() if set(parts) <= set(ways)):
        lines.append({"way": way, **metrics(t.y[t.test], np.mean([raw[part] for part in parts], axis=0))})
    return lines


def metrics(y: np.ndarray, raw: Raw) -> dict[str, float]:
    chance = 1 / (1 + np.exp(-raw))
    top = np.argsort(-raw, kind="stable")[: len(y) // 10]
    return {
        "auc": sk.roc_auc_score(y, raw), "ap": sk.average_precision_score(y, raw),
        "lift10": y[top].mean() / y.mean(), "loss": sk.log_loss(y, np.clip(chance, 1e-6, 1 - 1e-6)),
    }  # fmt: skip


if __name__ == "__main__":
    main()
