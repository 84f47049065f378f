"""How much of the gain of ranking by the true effect an uplift model of the demo bank recovers.

    python benchmarks/uplift_bank.py                     20,000 customers, seed 1
    python benchmarks/uplift_bank.py --customers 6000 --folds 3

The experiment: customers whom the bank's campaigns contacted at random about term deposits, against those drawn alike
and left alone (the table `experiments`, docs/demo_bank.md). Trained as `leadlift train` trains it. Everyone eligible on
a day of the test period is ranked by the model, by the response model, and by the true effect of that day that the
simulator wrote down, which no model sees; told is the mean true effect among the best 10, 20 and 30 %, and the area
between each order's curve of true effects and a random one's.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from truth import make_bank

from leadlift.features import Home, feature_query
from leadlift.models import Model
from leadlift.progress import SILENT
from leadlift.specs import Workspace, open_workspace
from leadlift.training import (
    everyone_spine,
    fit_uplift,
    judge_uplift,
    prepare,
    split_cases,
    training_table,
    verdict,
)
from leadlift.training.uplift_fit import response_model
from leadlift.workflows.session import opened
from leadlift.workflows.train_uplift import chosen_for, experiment_of

DAY = date(2026, 5, 31)
PIPELINE = """
pipeline: term_deposit_uplift
kind: uplift
description: What a contact about a term deposit adds to the chance of opening one within 60 days.
population:
  source: experiments
  where: offer = 'term_deposit'
  from: 2025-01-01
  eligible: age >= 18 and savings_balance >= 500
treatment:
  column: arm
  control: control
  arms: contact
  folds: FOLDS
  learners: [LEARNERS]
target: {source: sales, where: product = 'term_deposit', outcome: 60d}
features: {include: ["*"], exclude: ["consent_*", home_branch]}
split: {out_of_time: 20%, valid: 15%, calibration: 20%}
"""


def scored_day(
    ws: Workspace, home: Home, model: Model, known: dict[str, float]
) -> tuple[np.ndarray, np.ndarray, pa.Table]:
    """Rows of everyone eligible on the morning after DAY of whom the true effect is known: keep, effects, features."""
    names = [*model.encoding.features, "age", "savings_balance"]
    spine = everyone_spine(home, [DAY + timedelta(days=1)])
    query, _ = feature_query(home, ws.features, list(dict.fromkeys(names)), spine, SILENT)
    table = home.engine.table(query)
    effect = np.array([known.get(customer, np.nan) for customer in table["customer_id"].to_pylist()])
    age, savings = (table[name].to_numpy() for name in ("age", "savings_balance"))
    return ~np.isnan(effect) & (age >= 18) & (savings >= 500), effect, table


def true_effects(folder: Path) -> dict[str, float]:
    """What a contact adds on DAY, by the state of that day, for everyone who has room for the product."""
    truth = pq.read_table(
        folder / "data/truth/effects.parquet",
        columns=["customer_id", "as_of", "effect"],
        filters=[("offer", "=", "term_deposit"), ("as_of", "=", DAY)],
    )
    return dict(zip(truth["customer_id"].to_pylist(), truth["effect"].to_pylist(), strict=True))


def gains(effect: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """Mean true effect among the best by score, and the area over a random order, per customer."""
    order = effect[np.argsort(-score, kind="stable")]
    curve = np.concatenate([[0.0], np.cumsum(order)]) / len(order)
    told = {f"top {share:.0%}": float(order[: round(share * len(order))].mean()) for share in (0.1, 0.2, 0.3)}
    area = float(np.trapezoid(curve, np.linspace(0, 1, len(curve))) - curve[-1] / 2)
    return {**told, "area": area}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--customers", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--folds", type=int, default=5)
    asked.add_argument("--learners", nargs="+", default=["s", "t", "x", "dr", "proportional"])
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_bank(folder, words.customers, words.seed)
        text = PIPELINE.replace("FOLDS", str(words.folds)).replace("LEARNERS", ", ".join(words.learners))
        (folder / "pipelines" / "term_deposit_uplift.yaml").write_text(text, encoding="utf-8")
        ws = open_workspace(folder)
        spec = ws.pipeline("term_deposit_uplift")
        with opened(ws) as home:
            table = training_table(spec, ws.features, home, SILENT)
        parts = split_cases(table.table, spec.split, table.maturity)
        cases = prepare(table.table, table.features, parts)
        experiment, _, drawn = experiment_of(table, cases, spec.treatment, spec.split.seed, spec.pipeline)
        print(
            f"{words.customers:,} customers, seed {words.seed}: {table.table.num_rows:,} cases. {drawn}",
            flush=True,
        )
        choice = chosen_for(experiment, spec.treatment, spec.split.seed, SILENT)
        for one in choice.tried[:6]:
            print(one)
        fitted = fit_uplift(experiment, choice, spec.split.seed, "test")
        print(f"{choice.why}; slope {fitted.differs.slope:.2f}", flush=True)
        print(verdict(judge_uplift(fitted, experiment), share=True))
        assert parts.test_from is not None
        assert parts.test_from <= DAY
        with opened(ws) as home:
            keep, effect, today = scored_day(ws, home, fitted.model, true_effects(folder))
        matrix = fitted.model.encoding.encode(today)[keep]
        orders = {
            "true effect": effect[keep],
            "uplift model": fitted.model.raw(matrix),
            "response model": response_model(experiment)(matrix),
        }
        best = gains(effect[keep], effect[keep])
        print(f"{int(keep.sum()):,} customers on {DAY}, mean true effect {effect[keep].mean():.4f}")
        for order, score in orders.items():
            found = gains(effect[keep], score)
            line = "  ".join(f"{key} {value:.4f} ({value / best[key]:.0%})" for key, value in found.items())
            print(f"{order:<16}{line}", flush=True)


if __name__ == "__main__":
    main()
