"""What the next-product rules are worth beside propensity models, on the same customers out of time.

    python benchmarks/affinity.py                    20,000 customers of the demo bank

Rules are learned as of the first test day of each pipeline and never after, so that both sides know as much. On the
test cases: AUC and average precision of the rules' chance for the product, of a model, and of both together (the rules
as features), each with a bootstrap interval by customer, and the differences from the same resamples.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from truth import make_bank

from leadlift.affinity import chances_of, next_rules, rules_for
from leadlift.affinity.histories import day_number
from leadlift.evaluation import auc, average_precision
from leadlift.evaluation.bootstrap import Estimate, estimates
from leadlift.names import CUSTOMER, TEST
from leadlift.progress import SILENT
from leadlift.specs import Workspace
from leadlift.training import fit_calibrated, prepare, split_cases, training_table
from leadlift.workflows.affinity import FROZEN, holdings_of
from leadlift.workflows.session import opened

PRODUCTS = {"fund_propensity": "fund", "card_propensity": "card"}
RULES = ("holds_*", "next_*")


def compared(ws: Workspace, pipeline: str, resamples: int) -> Iterator[tuple[str, str, Estimate]]:
    """(what, measure, estimate) of rules, model without and with the rules as features, and the differences."""
    spec = ws.pipeline(pipeline)
    without = spec.features.model_copy(update={"exclude": (*spec.features.exclude, *RULES)})
    scores = {}
    with opened(ws) as home:
        for name, choice in (("model", without), ("model with rules", spec.features)):
            asked = spec.model_copy(update={"features": choice})
            table = training_table(asked, ws.features, home, SILENT)
            split = split_cases(table.table, asked.split, table.maturity)
            cases = prepare(table.table, table.features, split)
            rows = cases.rows(TEST)
            model = fit_calibrated(cases, {}, asked.model, "the test cases")
            scores[name] = model.predict_matrix(cases.matrix[rows]).score
            y, test = cases.y[rows], table.table.take(pa.array(rows))
        days = test["as_of"].to_pylist()
        scores["rules"] = rules_on(ws, home, PRODUCTS[pipeline], min(days), test[CUSTOMER].to_pylist(), days)
    measures = {"AUC": auc, "average precision": average_precision}

    def measure(weight: np.ndarray) -> dict[str, float]:
        told = {
            f"{name}|{what}": of(y, score, weight)
            for name, score in scores.items()
            for what, of in measures.items()
        }
        for what in measures:
            told[f"model less rules|{what}"] = told[f"model|{what}"] - told[f"rules|{what}"]
            told[f"with rules less model|{what}"] = told[f"model with rules|{what}"] - told[f"model|{what}"]
        return told

    for key, estimate in estimates(measure, np.array(test[CUSTOMER].to_pylist()), resamples, 1).items():
        name, what = key.split("|")
        yield name, what, estimate


def rules_on(
    ws: Workspace, home: object, product: str, learned: date, customers: list[str], days: list[date]
) -> np.ndarray:
    """The rules' chance of a product for each case: learned as of one day, applied to what was held on each."""
    spec = ws.file.affinity
    known = holdings_of(home, spec, learned)
    bases, rules = next_rules(
        known, day_number(learned), spec.horizon, spec.windows, spec.least, spec.together
    )
    suggestion = {product: rules_for(bases, rules)[product]}
    chance = np.zeros(len(days))
    for day in sorted(set(days)):
        now = holdings_of(home, spec, day)
        found = dict(
            zip(
                now.customers,
                chances_of(now.held_on(day_number(day)), now.products, suggestion)[0][:, 0],
                strict=True,
            )
        )
        mine = [place for place, one in enumerate(days) if one == day]
        # who holds nothing has only the base
        chance[mine] = [found.get(customers[place], suggestion[product].base.chance.value) for place in mine]
    return chance


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--customers", type=int, default=20_000)
    asked.add_argument("--resamples", type=int, default=200)
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ws = make_bank(Path(folder), words.customers)
        print(f"{words.customers:,} customers; rules frozen in {FROZEN} are left out of `model`")
        print(f"{'pipeline':<18}{'scored by':<24}{'measure':<20}{'value':>9}{'95 % interval':>22}")
        for pipeline in PRODUCTS:
            for name, what, one in compared(ws, pipeline, words.resamples):
                print(
                    f"{pipeline:<18}{name:<24}{what:<20}{one.value:>9.4f}{one.low:>12.4f} to {one.high:.4f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
