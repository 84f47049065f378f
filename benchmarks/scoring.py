"""Scoring end to end, features on disk to ranked scores on disk, beside what one would write without leadlift.

    python benchmarks/scoring.py --customers 5000000 --trees 100 500

The data are made here: 200 features (198 float64 numbers, of which half have 20 % nulls, normal, lognormal and whole;
two texts of 12 and 60 categories), a text customer_id, in its order, as the engine writes features. The boosters have
63 leaves a tree and are trained on the first 100,000 customers. Three ways, each in a process of its own, on the same
files:

- leadlift: what `leadlift score` runs from the engine's query to scores.parquet, with probability, percentile, band and
  rank;
- predict: `Booster.predict` alone, on the same rows in memory as one float32 matrix. Reading and encoding not timed;
- pandas: the plain loop. Batches of the file to pandas, texts as categories, `Booster.predict`, appended; then one
  frame, sorted for the ranks, and `to_parquet`. No probability, percentile or band.

Wall time of each, the median of `--repeats`, and peak memory from `getrusage`. Scores of all three are compared bit for
bit, ranks with a full sort. Bytes a customer: leadlift's peaks at a quarter of the customers and at all, the lowest of
the repeats (the allocators' noise only adds), and the slope between.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

os.environ.setdefault("GOMP_SPINCOUNT", "500")  # as the commands do

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS, GROUP, LEARN = 198, 122_880, 100_000
TEXTS = {
    "region": tuple(f"region {i:02}" for i in range(12)),
    "branch": tuple(f"branch {i:02}" for i in range(60)),
}
FEATURES = (*(f"f{i:03}" for i in range(NUMBERS)), *TEXTS)
DAY = date(2026, 6, 30)


def block(start: int, rows: int) -> pa.Table:
    """Customers start to start + rows; the same ones whatever the block is cut from."""
    rng = np.random.default_rng([7, start])
    columns = {"customer_id": pa.array(np.char.mod("C%09d", np.arange(start, start + rows)))}
    for i in range(NUMBERS):
        values = rng.normal(size=rows)
        if i % 3 == 1:
            values = np.round(np.exp(7 + values), 2)
        elif i % 3 == 2:
            values = np.floor(np.exp(1.5 + values))
        mask = rng.random(rows) < 0.2 if i % 2 else None
        columns[f"f{i:03}"] = pa.array(values, mask=mask)
    for name, categories in TEXTS.items():
        codes = (rng.random(rows) ** 2 * len(categories)).astype(int)
        columns[name] = pa.array(categories).take(pa.array(codes))
    return pa.table(columns)


def make_data(path: Path, customers: int) -> None:
    """The file as leadlift's engine writes finished features."""
    from sqlglot import exp

    from leadlift.engines.duckdb import DuckDbEngine

    raw = path.with_name("raw.parquet")
    with pq.ParquetWriter(raw, block(0, 1).schema, compression="lz4") as writer:
        for start in range(0, customers, GROUP):
            writer.write_table(block(start, min(GROUP, customers - start)))
    engine = DuckDbEngine(path.parent, path.parent / "cache")
    engine.define_files("raw", raw)
    engine.write(exp.select("*").from_("raw"), path)
    engine.close()
    raw.unlink()


def target(table: pa.Table) -> np.ndarray:
    """Who responded: by forty of the numbers, a step, a product, and one category in seven."""
    rng = np.random.default_rng(1)
    x = np.column_stack([np.nan_to_num(np.log1p(np.abs(table[f"f{i:03}"].to_numpy()))) for i in range(40)])
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    odds = x @ rng.normal(0, 0.25, 40) + 0.8 * (x[:, 3] > 0.5) + 0.4 * x[:, 5] * x[:, 8] - 3
    odds += np.isin(table["branch"].to_numpy(zero_copy_only=False), TEXTS["branch"][::7])
    return (rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)


def make_model(data: Path, folder: Path, trees: int) -> None:
    from leadlift.models import (
        Bands,
        Encoding,
        Model,
        ReferencePercentiles,
        fit_booster,
        fit_calibrator,
        make_dataset,
    )  # fmt: skip

    rows = next(pq.ParquetFile(data).iter_batches(LEARN))
    table = pa.Table.from_batches([rows])
    encoding, y = Encoding.fit(table, FEATURES), target(table)
    matrix = encoding.encode(table)
    params = {"num_leaves": 63, "min_data_in_leaf": 20, "feature_fraction": 0.3}
    booster = fit_booster(make_dataset(matrix, y, encoding), None, params, max_rounds=trees)
    raw = np.asarray(booster.predict(matrix))
    cut = ReferencePercentiles.from_scores(raw, "who was learned from")
    Model(booster, encoding, fit_calibrator("isotonic", raw, y), Bands.from_base_rate(y.mean()), cut).save(
        folder
    )


def leadlift_way(data: Path, model: Path, customers: int, out: Path) -> float:
    from sqlglot import exp

    from leadlift.engines.duckdb import DuckDbEngine
    from leadlift.models import Model
    from leadlift.workflows.score_stream import Stream, scores_to_file

    loaded = Model.load(model)
    start = time.perf_counter()
    engine = DuckDbEngine(out.parent, out.parent / "cache")
    engine.define_files("features", data)
    query = exp.select("customer_id", *FEATURES).from_("features")
    scores_to_file(Stream(engine, query, customers), loaded, DAY, out)
    seconds = time.perf_counter() - start
    engine.close()
    return seconds


def predict_way(data: Path, model: Path, customers: int, out: Path) -> float:
    from leadlift.models import Model

    loaded = Model.load(model)
    matrix = np.empty((customers, len(FEATURES)), dtype=np.float32)
    at = 0
    for batch in pq.ParquetFile(data).iter_batches(GROUP):
        loaded.encoding.encode(batch, matrix[at:])
        at += batch.num_rows
    start = time.perf_counter()
    scores = loaded.booster.predict(matrix)
    seconds = time.perf_counter() - start
    np.save(out, scores)
    return seconds


def pandas_way(data: Path, model: Path, customers: int, out: Path) -> float:
    import pandas as pd

    from leadlift.models import Model

    booster = Model.load(model).booster
    start = time.perf_counter()
    parts = []
    for batch in pq.ParquetFile(data).iter_batches(100_000):
        frame = batch.to_pandas()
        rows = frame[list(FEATURES)].copy()
        for name, categories in TEXTS.items():
            rows[name] = pd.Categorical(frame[name], categories).codes
        scores = booster.predict(rows.astype(np.float32).to_numpy())
        parts.append(pd.DataFrame({"customer_id": frame["customer_id"], "score": scores}))
    found = pd.concat(parts, ignore_index=True)
    order = found.sort_values(["score", "customer_id"], ascending=[False, True]).index
    found.loc[order, "rank"] = np.arange(1, len(found) + 1)
    found.astype({"rank": "int32"}).to_parquet(out)
    return time.perf_counter() - start


WAYS = {"leadlift": leadlift_way, "predict": predict_way, "pandas": pandas_way}


def alone(way: str, data: Path, model: Path, customers: int, out: Path) -> dict[str, float]:
    """One way in a process of its own: seconds, and peak megabytes."""
    command = [sys.executable, __file__, "--way", way, "--customers", str(customers)]
    command += ["--files", str(data), str(model), str(out)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(folder: Path) -> None:
    """Raise unless all three say the same, to the last bit."""
    wanted = np.load(folder / "predict.npy")
    ranks = np.empty(len(wanted), dtype=np.int64)
    ranks[np.argsort(-wanted, kind="stable")] = np.arange(1, len(wanted) + 1)
    for way in ("leadlift", "pandas"):
        found = pq.read_table(folder / f"{way}.parquet", columns=["score", "rank"])
        assert found["score"].to_numpy().tobytes() == wanted.tobytes(), f"{way}: other scores"
        assert (found["rank"].to_numpy() == ranks).all(), f"{way}: other ranks"


def run(customers: int, trees: list[int], repeats: int, folder: Path) -> None:
    data, small = folder / "features.parquet", folder / "quarter.parquet"
    make_data(data, customers)
    make_data(small, customers // 4)
    print(
        f"{customers:,} customers x {len(FEATURES)} features, {data.stat().st_size / 1e9:.2f} GB, median of {repeats}\n"
    )
    print("| trees | way | s | of predict | peak MB | bytes a customer |\n|---|---|---|---|---|---|")
    for count in trees:
        model = folder / f"model-{count}"
        make_model(data, model, count)
        found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        quarter = []
        for _ in range(repeats):
            for way, told in found.items():
                out = folder / f"{way}{'.npy' if way == 'predict' else '.parquet'}"
                told.append(alone(way, data, model, customers, out))
            quarter.append(alone("leadlift", small, model, customers // 4, folder / "quarter-scores.parquet"))
        compare(folder)
        base = median(one["seconds"] for one in found["predict"])
        grown = min(one["peak"] for one in found["leadlift"]) - min(one["peak"] for one in quarter)
        for way, told in found.items():
            seconds, peak = median(one["seconds"] for one in told), min(one["peak"] for one in told)
            slope = f"{grown / (customers - customers // 4):.1f}" if way == "leadlift" else ""
            print(f"| {count} | {way} | {seconds:.1f} | {seconds / base:.2f} | {peak / 1e6:,.0f} | {slope} |")
    print("\nscores and ranks of the three ways are equal, to the last bit")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=300_000)
    parser.add_argument("--trees", type=int, nargs="+", default=[100, 500])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the files are made; some 1.6 kB a customer")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--files", type=Path, nargs=3, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.way:
        data, model, out = told.files
        seconds = WAYS[told.way](data, model, told.customers, out)
        # kilobytes on Linux
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "peak": peak}))
        return
    with tempfile.TemporaryDirectory(dir=told.folder) as folder:
        run(told.customers, told.trees, told.repeats, Path(folder))


if __name__ == "__main__":
    main()
