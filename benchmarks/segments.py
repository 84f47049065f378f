"""Segments: whether they find what the demo bank is made of, and how long a million customers take.

    python benchmarks/segments.py truth --customers 20000 --seeds 3
    python benchmarks/segments.py speed --customers 1000000 --transactions 24000000 [--folder DIR]

truth: the root workspace's segmentations over the demo bank. The clusters are held against the simulated stages of
life, which nothing in the bank's tables tells, by the adjusted Rand index; the number of clusters is chosen without
them. And of customers who leave, the stage of the life cycle on the last month end before. speed: the large bank of
features.py, one segmentation of each kind, from an empty cache and once more with features built; frozen by the first
build.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from bank import Size, make_bank
from definitions import write_workspace
from truth import make_bank as demo_bank

from leadlift.features.calendar import month_later
from leadlift.progress import SILENT
from leadlift.specs import open_workspace
from leadlift.workflows.segment import segment
from leadlift.workflows.segment_facts import groups_over_time
from leadlift.workflows.session import opened

DAY = date(2026, 6, 30)
MONTHS = 12
LARGE = {
    "who": "kind: rules\ngroups:\n  app: {when: app_count_90d > 3}\n  branch: {when: branch_count_90d > 2}\n",
    "flags": "kind: rules\nmatch: many\ngroups:\n  saver: {when: savings_last > 5000}\n"
    "  fund: {when: holds_fund = 1}\n",
    "tier": "kind: tiers\nof: savings_mean_180d + deposits_mean_180d\n"
    "groups: {low: {}, middle: {from: 50%}, high: {from: 90%}}\n",
    "rfm": "kind: rfm\nrecency: days_since_180d\nfrequency: txn_count_180d\nmonetary: inflow_180d\n",
    "life": "kind: lifecycle\ngroups:\n  dormant: {when: txn_count_90d = 0}\n"
    "  declining: {when: txn_count_30d < 0.2 * txn_count_90d}\n  growing: {when: savings_last > savings_mean_180d}\n",
    "clusters": "kind: clusters\nover:\n  - txn_count_90d\n  - {name: savings_last, scale: log}\n"
    "  - {name: inflow_90d, scale: log}\n  - held_count\n  - app_count_90d\n"
    "  - {name: deposits_mean_180d, scale: log}\n"
    "clusters: {from: 3, to: 8}\n",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("truth", "speed"))
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--transactions", type=int, default=24_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.what == "truth":
        for seed in range(1, given.seeds + 1):
            truth(given.customers, seed)
    else:
        with tempfile.TemporaryDirectory() as made:
            speed(given.folder or Path(made), given.customers, given.transactions)


def truth(customers: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        demo_bank(folder, customers, seed)
        ws = open_workspace(folder, freezing=True)
        segment(ws, None, DAY)
        ws = open_workspace(folder)
        clusters = ws.segment("life_cluster")
        print(f"seed {seed}, {customers:,} customers: {_index(folder):.3f} is the adjusted Rand index of clusters and "
              f"simulated stages, {len(clusters.groups) - 1} clusters")  # fmt: skip
        days = [month_later(DAY, -back) for back in range(MONTHS, -1, -1)]
        one = ws.segment("life_cycle")
        with opened(ws) as home:
            codes = groups_over_time(ws, home, one, days, SILENT)
        _leavers(codes, one.groups)


def _index(folder: Path) -> float:
    from sklearn.metrics import adjusted_rand_score

    path = folder / f"segments/life_cluster/as_of={DAY}/segments.parquet"
    found = pq.read_table(path).to_pandas()
    hidden = pd.read_parquet(folder / "data/truth/latents.parquet", columns=["customer_id", "life_stages"])
    both = found.merge(hidden, on="customer_id")
    return float(adjusted_rand_score(both.life_stages.str.split(">").str[-1], both.life_cluster))


def _leavers(codes: np.ndarray, groups: list[str]) -> None:
    """Who was a customer and is none at the end: the stage on the last date there."""
    there = codes >= 0
    last = codes.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    left = there.any(axis=1) & (last < codes.shape[1] - 1)
    stages = codes[np.flatnonzero(left), last[left]]
    declining = groups.index("declining")
    every = (codes[there] == declining).mean()
    gone = f"{left.sum():,} who left within {MONTHS} months"
    share = f"{(stages == declining).mean():.1%} were declining on the month end before"
    print(f"  of {gone} {share}; of all customers on all dates {every:.1%}")


def speed(folder: Path, customers: int, transactions: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    make_bank(folder, Size(customers, transactions))
    write_workspace(folder)
    (folder / "pipelines/segments").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / ".leadlift", ignore_errors=True)
    shutil.rmtree(folder / "pipelines/segments/frozen", ignore_errors=True)
    for name, text in LARGE.items():
        path = folder / f"pipelines/segments/{name}.yaml"
        path.write_text(f"segment: {name}\n{text}", encoding="utf-8")
    for called in ("first build, features and freezing with it", "again, features built"):
        began = time.monotonic()
        made = segment(open_workspace(folder, freezing=True), None, DAY)
        print(
            f"{called}: {time.monotonic() - began:.1f} s for {len(made)} segmentations of {customers:,} customers"
        )


if __name__ == "__main__":
    main()
