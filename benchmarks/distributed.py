"""Growing trees in one process, in several, and on fewer negatives: time, memory, quality with intervals.

    python benchmarks/distributed.py --rows 400000 --features 100 --rate 0.02
    python benchmarks/distributed.py --rows 400000 --ways one two --out distributed.jsonl

Rows are drawn: numbers of which a tenth is missing, one category, two rows a customer, and responders by a chance
that a few numbers, a product and the category decide. Half the rows are learned from, a seventh stopped on; 100,000
others are the test. Each way runs in a process of its own: `one`; `one, other seed`, to see what luck in growing alone
does; `two` and `three` processes (`model.distributed`); `20` and `5` negatives for each positive (`model.negatives`),
weighted, without a calibration; and `5 corrected`, as many, not weighted, whose odds are corrected afterwards (Elkan,
2001). The interval is that of the difference to `one` on the same test rows, from 200 bootstrap samples of customers.
Memory is the peak of the resident set, mapped files included: of the process that asks, and of the largest of those
that it starts. The one that asks holds the rows in memory as `leadlift train` does, 4 bytes a value.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from leadlift.evaluation.metrics import auc, average_precision
from leadlift.models import Encoding
from leadlift.models.calibrators import chance, log_odds
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import Cases, distributed, fewer
from leadlift.training.growing import grow
from leadlift.training.split import Parts

TEST_ROWS, SAMPLES = 100_000, 200
WAYS = {
    "one": {},
    "one, other seed": {},
    "two": {"distributed": {"machines": 2}},
    "three": {"distributed": {"machines": 3}},
    "20": {"negatives": 20},
    "5": {"negatives": 5},
    "5 corrected": {"negatives": 5},
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--features", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--way", help="one way alone, in this process; for the script itself")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.way is not None:
        _one_way(asked)
        return
    with tempfile.TemporaryDirectory() as folder:
        told = {
            way: _apart(asked, way, Path(folder) / f"{way}.npz")
            for way in dict.fromkeys(["one", *asked.ways])
        }
    sys.stdout.write(
        f"| {asked.rows:,} x {asked.features} | trees | s | peak MB, largest started | AUC | difference | "
        "average precision | difference | predicted / came |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    for way, (figures, scores) in told.items():
        sys.stdout.write(_line(way, figures, scores, told["one"][1]))
    if asked.out:
        asked.out.write_text("".join(json.dumps(one[0]) + "\n" for one in told.values()), encoding="utf-8")


def _apart(asked: argparse.Namespace, way: str, out: Path) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    words = [sys.executable, __file__, "--way", way, "--out", str(out), "--rounds", str(asked.rounds)]
    words += ["--rows", str(asked.rows), "--features", str(asked.features), "--rate", str(asked.rate)]
    said = subprocess.run(words, check=True, capture_output=True, text=True)
    sys.stderr.write(f"{way}: {said.stdout.splitlines()[-1]}\n")
    with np.load(out) as kept:
        return dict(json.loads(said.stdout.splitlines()[-1])), dict(kept)


def _line(
    way: str, figures: dict[str, float], found: dict[str, np.ndarray], one: dict[str, np.ndarray]
) -> str:
    y, cells = found["y"], []
    for measure in (auc, average_precision):
        gaps, draw = [], np.random.default_rng(0)
        for _ in range(SAMPLES if way != "one" else 0):
            drawn = draw.integers(0, len(y) // 2, len(y) // 2)
            rows = np.concatenate([2 * drawn, 2 * drawn + 1])
            gaps.append(measure(y[rows], found["score"][rows]) - measure(y[rows], one["score"][rows]))
        between = " to ".join(f"{gap:+.4f}" for gap in np.quantile(gaps, [0.025, 0.975])) if gaps else ""
        cells += [f"{measure(y, found['score']):.4f}", between]
    ends = [f"{figures['trees']:.0f}", f"{figures['seconds']:.1f}"]
    ends += [f"{figures['peak MB']:,.0f}, {figures['started MB']:,.0f}"]
    return f"| {way} | {' | '.join([*ends, *cells])} | {found['score'].mean() / y.mean():.3f} |\n"


def _one_way(asked: argparse.Namespace) -> None:
    cases = _cases(asked)
    choice = ModelChoice(max_rounds=asked.rounds, **WAYS[asked.way])
    kept = 1.0
    if asked.way == "5 corrected":
        rows, stands = fewer.fewer(cases.rows(TRAIN), cases.y, 5, 0)
        kept, choice = 1 / stands.max(), choice.model_copy(update={"negatives": None})
        # stopped on rows of the same rate: log loss of others would judge the level that is yet to be corrected
        valid, _ = fewer.fewer(cases.rows(VALID), cases.y, 5, 0)
        cases.parts.rows.update({TRAIN: rows, VALID: valid})
    started: list[float] = [0.0]
    distributed._wait = _measured(distributed._wait, started)
    begun = time.perf_counter()
    grown = grow(cases, {"seed": int(asked.way == "one, other seed")}, choice)
    seconds = time.perf_counter() - begun
    test = cases.rows(TEST)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    told = {"way": asked.way, "trees": grown.booster.num_trees(), "seconds": seconds}
    # every negative left out makes a responder look likelier by as much (Elkan, 2001)
    np.savez(asked.out, y=cases.y[test], score=chance(log_odds(grown.raw[test]) + np.log(kept)))
    sys.stdout.write(json.dumps({**told, "peak MB": peak, "started MB": max(started)}) + "\n")


def _measured(true_wait, started: list[float]):
    """Look at the memory of the processes when the model is there and they are not ended yet."""

    def wait(folder, members):
        best = true_wait(folder, members)
        for process, _ in members:
            status = Path(f"/proc/{process.pid}/status").read_text()
            started.append(float(status.partition("VmHWM:")[2].split()[0]) / 1000)
        return best

    return wait


def _cases(asked: argparse.Namespace) -> Cases:
    draw, count = np.random.default_rng(1), asked.rows + TEST_ROWS
    matrix = draw.standard_normal((count, asked.features), dtype=np.float32)
    matrix[:, -1] = draw.integers(0, 8, count)
    weight = np.random.default_rng(2).normal(size=12) * 0.45
    odds = matrix[:, :12] @ weight + 0.5 * matrix[:, 0] * matrix[:, 1] + (matrix[:, -1] == 3)
    odds += np.log(asked.rate) - 0.9
    for start in range(0, count, 100_000):
        piece = matrix[start : start + 100_000, :-1]
        piece[draw.random(piece.shape, dtype=np.float32) < 0.1] = np.nan
    y = (draw.random(count) < 1 / (1 + np.exp(-odds.astype(float)))).astype(float)
    at = np.repeat(draw.choice(3, count // 2, p=[0.5, 0.15, 0.35]), 2)
    at[asked.rows :] = 3
    rows = {part: np.flatnonzero(at == n) for n, part in enumerate((TRAIN, VALID, CALIBRATION, TEST))}
    names = tuple(f"f{n}" for n in range(asked.features))
    encoding = Encoding(names, {names[-1]: tuple("abcdefgh")})
    none = np.full(count, np.datetime64("NaT", "D"))
    return Cases(encoding, matrix, y, np.repeat(np.arange(count // 2), 2), none, Parts(rows, None, 0, False))


if __name__ == "__main__":
    main()
