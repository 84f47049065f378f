"""How near the demo bank's models come to the chances that the simulator really used, out of time.

    python benchmarks/truth.py                       20,000 customers, the six pipelines of the root workspace
    python benchmarks/truth.py --customers 6000 --pipelines card_propensity

Each model is trained as `leadlift train` trains it, without tuning, and judged on its out-of-time cases: AUC of the
model, AUC of the true chance on the very same cases, and the responders predicted over those that came. The natural
chances leave out what later contacts bring about: for funds and cards about a tenth of the responders.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.evaluation import auc
from leadlift.names import TEST
from leadlift.progress import SILENT
from leadlift.simulate import BankPlan, simulate
from leadlift.specs import Workspace, open_workspace
from leadlift.training import fit_calibrated, prepare, split_cases, training_table
from leadlift.workflows.session import opened

ROOT = Path(__file__).resolve().parents[1]
TRUTH = {
    "term_deposit_response": "term_deposit_if_contacted",
    "fund_propensity": "fund_natural",
    "card_propensity": "card_natural",
    "customer_churn": "leave",
    "fund_churn": "fund_redeem",
    "arrears_warning": "arrears",
}


@dataclass(frozen=True)
class Line:
    """One pipeline out of time. unknown: test cases without a true chance, left out of both AUCs."""

    pipeline: str
    cases: int
    responders: int
    model: float
    truth: float
    predicted: float
    unknown: int
    seconds: float

    @property
    def gap(self) -> float:
        return self.truth - self.model

    @property
    def ratio(self) -> float:
        """Responders predicted over those that came."""
        return self.predicted / self.responders


def make_bank(folder: Path, customers: int, seed: int = 1, months: int = 24) -> Workspace:
    """The root workspace's specs over a bank of this size."""
    for part in ("leadlift.yaml", "feature_defs", "pipelines"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    simulate(BankPlan(customers=customers, months=months, seed=seed), folder / "data")
    return open_workspace(folder)


def measured(ws: Workspace, pipelines: Sequence[str] = tuple(TRUTH)) -> Iterator[Line]:
    """Train and judge each pipeline."""
    for name in pipelines:
        began = time.monotonic()
        spec = ws.pipeline(name)
        with opened(ws) as home:
            table = training_table(spec, ws.features, home, SILENT)
        cases = prepare(table.table, table.features, split_cases(table.table, spec.split, table.maturity))
        model = fit_calibrated(cases, {}, spec.model, "the test cases")
        rows = cases.rows(TEST)
        found = model.predict_matrix(cases.matrix[rows])
        chance = true_chances(ws, TRUTH[name], table.table.take(pa.array(rows)))
        known = ~np.isnan(chance)
        y = cases.y[rows]
        yield Line(
            pipeline=name,
            cases=len(rows),
            responders=int(y.sum()),
            model=auc(y[known], found.score[known]),
            truth=auc(y[known], chance[known]),
            predicted=float(found.probability.sum()),
            unknown=int((~known).sum()),
            seconds=time.monotonic() - began,
        )


def true_chances(ws: Workspace, event: str, cases: pa.Table) -> np.ndarray:
    """The true chance of each case at the last month end up to its day, (n,); nan for who was not at risk then."""
    truth = pq.read_table(
        ws.root / "data/truth/chances.parquet",
        columns=["customer_id", "as_of", "chance"],
        filters=[("event", "=", event)],
    )
    customers, months = truth["customer_id"].to_pylist(), truth["as_of"].to_numpy().astype("datetime64[M]")
    known = dict(zip(zip(customers, months.tolist(), strict=True), truth["chance"].to_pylist(), strict=True))
    days = cases["as_of"].to_numpy().astype("datetime64[D]")
    # the day after the last of a month is in the next one: a month end counts for itself
    ends = (days + np.timedelta64(1, "D")).astype("datetime64[M]") - np.timedelta64(1, "M")
    wanted = zip(cases["customer_id"].to_pylist(), ends.tolist(), strict=True)
    return np.array([known.get(case, np.nan) for case in wanted], dtype=np.float64)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--customers", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--pipelines", nargs="+", choices=TRUTH, default=list(TRUTH))
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ws = make_bank(Path(folder), words.customers, words.seed)
        print(f"{words.customers:,} customers, seed {words.seed}")
        print(
            f"{'pipeline':<24}{'cases':>8}{'came':>7}{'AUC':>8}{'truth':>8}{'gap':>8}{'pred/came':>11}{'seconds':>9}"
        )
        for line in measured(ws, words.pipelines):
            print(
                f"{line.pipeline:<24}{line.cases:>8,}{line.responders:>7,}{line.model:>8.3f}{line.truth:>8.3f}"
                f"{line.gap:>8.3f}{line.ratio:>11.3f}{line.seconds:>9.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
