"""What early warnings are worth: signs against arrears on the demo bank, and bad loans of Berka, each with intervals.

    python benchmarks/early_warning.py                       20,000 customers of the demo bank
    python benchmarks/early_warning.py --berka DIR           the examples' workspace over the data in DIR

Demo bank: the pipeline is trained and promoted as shipped, a list is written as of a day that no training case reaches,
and its customers are followed through the whole outcome window. Berka: out-of-fold chances of all 354 loans from many
random splits, averaged by loan; the AUC's interval is a bootstrap by account. With 30 bad loans it is wide, and an
average over splits does not narrow it.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
from truth import make_bank

from leadlift.evaluation import auc, average_precision
from leadlift.evaluation.bootstrap import estimates
from leadlift.evaluation.experiment import wilson
from leadlift.names import CUSTOMER, TEST
from leadlift.progress import SILENT
from leadlift.specs import open_workspace
from leadlift.training import fit_baseline, fit_calibrated, prepare, split_cases, training_table
from leadlift.warning import held_against, rate_said
from leadlift.workflows.promote import promote
from leadlift.workflows.session import opened
from leadlift.workflows.train import train
from leadlift.workflows.warn import warn

BERKA = Path(__file__).resolve().parents[1] / "examples/berka"
PIPELINE, BEFORE, AFTER = "arrears_warning", date(2026, 3, 29), date(2026, 6, 30)
SPLITS = 40


def demo(customers: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ws = make_bank(Path(folder), customers, seed)
        train(ws, PIPELINE)
        promote(ws, PIPELINE, "benchmark")
        found = warn(ws, PIPELINE, BEFORE)
        (one,) = warn(ws, PIPELINE, AFTER).became
        print(
            f"{customers:,} customers, seed {seed}, {found.customers:,} scored as of {BEFORE}, followed to {AFTER}"
        )
        print(f"{'sign':<14}{'customers':>10}{'fell behind':>13}   share, 95 % interval")
        for row in one.rows:
            print(f"{row['sign']:<14}{row['customers']:>10,}{row['fell_behind']:>13,}   {row['share']}")
        print("unusual: share on the day and a month before")
        for line in found.unusual:
            print(
                f"  {line.feature:<28}{line.share:>8.2%}{line.before if line.before else 0:>8.2%}  mark {line.mark:.1f}"
            )
        if found.odd:
            print(f"  {'all together':<28}{found.odd['share']:>8.2%}{found.odd['before']:>8.2%}")


def berka(data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "berka"
        kept = shutil.ignore_patterns("data", "mlruns", ".leadlift", "scores", "reports", "warnings")
        shutil.copytree(BERKA, root, ignore=kept)
        (root / "data").symlink_to(data.resolve(), target_is_directory=True)
        ws = open_workspace(root)
        spec = ws.pipeline("bad_loan")
        with opened(ws) as home:
            table = training_table(spec, ws.features, home, SILENT)
            y = _out_of_fold(spec, table)
            _indicators(spec, table, y)


def _out_of_fold(spec: object, table: object) -> np.ndarray:
    sums, counts, y = {"model": 0.0, "logistic regression": 0.0}, 0.0, None
    for seed in range(1, SPLITS + 1):
        split = spec.split.model_copy(update={"seed": seed, "random": 0.2})
        cases = prepare(table.table, table.features, split_cases(table.table, split, table.maturity))
        rows, y = cases.rows(TEST), cases.y
        model = fit_calibrated(cases, {}, spec.model, "the test cases")
        simple = fit_baseline(cases, seed)
        for name, score in (
            ("model", model.predict_matrix(cases.matrix[rows]).probability),
            ("logistic regression", simple.predict(cases.matrix[rows])),
        ):
            told = np.zeros(len(y))
            told[rows] = score
            sums[name] = sums[name] + told
        hit = np.zeros(len(y))
        hit[rows] = 1
        counts = counts + hit
    accounts = np.array(table.table[CUSTOMER].to_pylist())
    known = counts > 0
    print(
        f"Berka: {len(y)} loans, {int(y.sum())} bad; {SPLITS} random splits, "
        f"each loan {counts[known].min():.0f} or more times in the test"
    )
    for name, total in sums.items():
        score = total[known] / counts[known]

        def measure(weight: np.ndarray, score: np.ndarray = score) -> dict[str, float]:
            return {
                "AUC": auc(y[known], score, weight),
                "average precision": average_precision(y[known], score, weight),
            }

        for what, one in estimates(measure, accounts[known], 1_000, 1).items():
            print(f"{name:<22}{what:<20}{one.value:.3f}   {one.low:.3f} to {one.high:.3f}")
    return y


def _indicators(spec: object, table: object, y: np.ndarray) -> None:
    print(f"{'indicator':<26}{'broken: bad':<34}not broken: bad")
    for one in spec.warning.indicators:
        values = np.asarray(table.table[one.feature].to_pandas(), dtype=np.float64)
        hit = held_against(one, values).broken
        told = [
            f"{int(y[who].sum())} of {who.sum()}, {rate_said(wilson(y[who].sum(), who.sum()))}"
            if who.any()
            else "none"
            for who in (hit, ~hit)
        ]
        print(f"{one.indicator:<26}{told[0]:<34}{told[1]}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--customers", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=2)
    asked.add_argument("--berka", type=Path, help="The folder with the PKDD'99 files.")
    words = asked.parse_args()
    if words.berka is not None:
        berka(words.berka)
    else:
        demo(words.customers, words.seed)


if __name__ == "__main__":
    main()
