"""Exact contributions and reason codes, beside LightGBM's `pred_contrib` on the same customers.

    python benchmarks/reasons.py --customers 2000 --leads 100000 --trees 100 500

Data and boosters are those of scoring.py: 200 features (198 numbers, half of them with 20 % nulls, two texts of 12 and
60 categories), 63 leaves a tree. All in one process, by turns, the median of `--repeats`:

- pred_contrib: `Booster.predict(pred_contrib=True)` of the customers as one float32 matrix; encoding is not timed;
- compiled: the explainer that `leadlift leads` uses, from Arrow to contributions, its batches over as many threads as
  LightGBM has. Compiled and checked before; `ready` says how long that took, machine code kept on disk or not;
- leads: what `leadlift leads` runs for its leads, from a loaded model and a table of features to three sentences each:
  choosing the explainer, compiling, checking, contributions, choice and wording. Once.

Every contribution of the customers is compared; more than 1e-6 apart ends the run.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("GOMP_SPINCOUNT", "500")  # as the commands do

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scoring import FEATURES, LEARN, TEXTS, block, make_model

from leadlift.explain import Phrase, ReasonCodes
from leadlift.machine import processors
from leadlift.models import Model
from leadlift.models.contributions import TOLERANCE, Explainer, fastest_explainer
from leadlift.progress import SILENT
from leadlift.workflows.ahead import ahead
from leadlift.workflows.reasons import told_of

PART = 512
EVERYBODY = 10**9


def by_lightgbm(model: Model, customers: pa.Table) -> tuple[float, np.ndarray]:
    matrix = model.encoding.encode(customers)
    start = time.perf_counter()
    found = model.contributions(matrix)
    return time.perf_counter() - start, found


def by_compiled(explainer: Explainer, customers: pa.Table) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    parts = customers.to_batches(max_chunksize=PART)
    found = np.concatenate(list(ahead(explainer.contributions, parts, explainer.workers)))
    return time.perf_counter() - start, found


def worded() -> ReasonCodes:
    """Half of the features have sentences of their own; every value is compared with a usual one."""
    said = "{label} is {value} CNY, usually {typical}"
    phrases = {
        name: Phrase(name, name, f"Feature {name}", "CNY", *((said, said) if place % 2 else ()))
        for place, name in enumerate(FEATURES)
    }
    typical = {name: TEXTS[name][0] if name in TEXTS else 1.0 for name in FEATURES}
    return ReasonCodes(FEATURES, phrases, typical)


def run(customers: int, leads: int, trees: int, repeats: int, data: Path) -> None:
    folder = data.with_name(f"model-{trees}")
    make_model(data, folder, trees)
    model, some = Model.load(folder), block(LEARN, customers).select(FEATURES).combine_chunks()
    start = time.perf_counter()
    explainer = fastest_explainer(model.booster, model.encoding, EVERYBODY, some.to_batches()[0])
    ready = time.perf_counter() - start
    assert explainer.name == "compiled", explainer.why
    plain, fast, apart = [], [], 0.0
    for _ in range(repeats):
        (slow, wanted), (quick, found) = by_lightgbm(model, some), by_compiled(explainer, some)
        plain.append(slow)
        fast.append(quick)
        apart = max(apart, float(np.abs(found - wanted).max()))
    assert apart <= TOLERANCE, f"contributions are {apart} apart"
    base = customers / median(plain)
    row(trees, "pred_contrib", customers, median(plain), base)
    row(trees, f"compiled (ready in {ready:.1f} s)", customers, median(fast), base)
    table = block(LEARN, leads).select(FEATURES)
    start = time.perf_counter()
    told = told_of(model, worded(), table, SILENT)
    row(trees, f"leads ({told.explainer})", leads, time.perf_counter() - start, base)
    print(f"| {trees} | largest difference | | | {apart:.1e} | |", flush=True)


def row(trees: int, way: str, rows: int, seconds: float, base: float) -> None:
    rate = rows / seconds
    print(f"| {trees} | {way} | {rows:,} | {seconds:.2f} | {rate:,.0f} | {rate / base:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=1_000)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--trees", type=int, nargs="+", default=[100, 500])
    parser.add_argument("--repeats", type=int, default=3)
    told = parser.parse_args()
    print(f"{processors()} threads, {len(FEATURES)} features, median of {told.repeats}\n")
    print("| trees | way | customers | s | customers/s | times pred_contrib |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "features.parquet"
        pq.write_table(block(0, LEARN), data)
        for trees in told.trees:
            run(told.customers, told.leads, trees, told.repeats, data)


if __name__ == "__main__":
    main()
