"""Time and memory of feature builds against the number of customers and of rows, under a stated memory budget.

    python benchmarks/scaling.py
    python benchmarks/scaling.py --sizes 1e5:5e6:60% 1e6:5e7:1GB

A size is customers:transactions:memory. For each a bank is made (`bank.py`: 133 features of three sources, see
`features.py`), everyone's features as of one date are built from an empty cache in a process of its own, and the bank
is thrown away unless `--keep`. Work is the rows read of all sources: time should grow no faster than they do, once the
seconds that it takes to start are apart. Peak memory is the process's resident set, mapped files included.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SIZES = (
    "1e5:5e6:60%",
    "1e6:5e6:1GB",
    "1e6:5e7:1GB",
    "1e6:5e7:60%",
    "1e7:5e7:8GB",
    "1e6:2e8:8GB",
    "1e7:2e8:8GB",
)
# rows that each customer has in the other sources: twelve month ends, three holdings
OTHER_ROWS = 15


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", default=Path(tempfile.gettempdir()) / "leadlift-scaling")
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    sys.stdout.write(
        "| customers, M | transactions, M | rows read, M | budget | s | cpu s | s per M rows | peak GB | cache GB |\n"
    )
    sys.stdout.write("|---|---|---|---|---|---|---|---|---|\n")
    for size in asked.sizes:
        sys.stdout.write(_line(asked, *size.split(":")))
        sys.stdout.flush()


def _line(asked: argparse.Namespace, customers: str, transactions: str, memory: str) -> str:
    folder = Path(asked.folder) / f"{customers}-{transactions}"
    told = _built(folder, customers, transactions, memory)
    cache = sum(path.stat().st_size for path in (folder / ".leadlift").rglob("*") if path.is_file())
    shutil.rmtree(folder / ".leadlift")
    if not asked.keep:
        shutil.rmtree(folder)
    rows = (float(transactions) + OTHER_ROWS * float(customers)) / 1e6
    cells = [f"{float(customers) / 1e6:g}", f"{float(transactions) / 1e6:g}", f"{rows:g}", memory]
    cells += [f"{told['seconds']:.1f}", f"{told['cpu']:.1f}", f"{told['seconds'] / rows:.2f}"]
    cells += [f"{told['peak MB'] / 1000:.2f}", f"{cache / 1e9:.2f}"]
    return f"| {' | '.join(cells)} |\n"


def _built(folder: Path, customers: str, transactions: str, memory: str) -> dict[str, float]:
    """Make the bank in one process and build its features in another, whose figures are returned."""
    words = [sys.executable, str(HERE / "features.py"), "--folder", str(folder), "--memory", memory]
    words += ["--customers", customers, "--transactions", transactions]
    subprocess.run([*words, "--ways"], check=True, stdout=subprocess.DEVNULL)
    said = subprocess.run([*words, "--way", "leadlift"], check=True, capture_output=True, text=True)
    return dict(json.loads(said.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
