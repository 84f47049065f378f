"""Hillstrom: leadlift's uplift model beside the response model and the learners of scikit-uplift and causalml.

    python benchmarks/uplift.py --others /path/to/other/python          # one with scikit-uplift, causalml, lightgbm
    python benchmarks/uplift.py --seeds 1 --shuffled                    # leadlift alone, and a shuffled copy

The women's e-mail against none, outcome `visit`, 42,693 customers. A random 30 % is the test, alike for all. leadlift
is trained as `leadlift train` trains examples/hillstrom: of the rest it sets 20 % aside to scale effects, and learns
from the others. The other libraries learn from all of the rest, categories as indicator columns, on LightGBM with
their default settings and with small trees (8 leaves, 100 rounds at 0.05). Told is the Qini on the test, in
points (100 x outcomes gained per customer), with a 95 % bootstrap interval; the difference to leadlift is paired.
`--shuffled` deals the treatment out anew at random and trains once more: there is no effect to be found then.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from leadlift.evaluation import evaluate_uplift, uplift_difference
from leadlift.models import Encoding
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.training import Cases, Experiment, Parts, choose, fit_uplift, judge_uplift, verdict

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("LEADLIFT_DATA", ROOT.parent / "shared" / "data"))
FEATURES = ["recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"]
LEARNERS = ["s", "t", "x", "dr", "class_transformation"]


def experiment(seed: int, shuffled: bool) -> Experiment:
    """The two groups, split at random."""
    table = pa.csv.read_csv(DATA / "hillstrom" / "hillstrom.csv")
    segment = np.array(table["segment"].to_pylist())
    table = table.filter(pa.array(segment != "Mens E-Mail"))
    treated = (segment[segment != "Mens E-Mail"] == "Womens E-Mail").astype(float)
    draw = np.random.default_rng(seed)
    if shuffled:
        treated = draw.permutation(treated)
    part = draw.random(table.num_rows)
    learn = part >= 0.3
    inside = (part - 0.3) / 0.7
    rows = {
        TEST: ~learn,
        VALID: learn & (inside < 0.15),
        CALIBRATION: learn & (inside >= 0.15) & (inside < 0.35),
        TRAIN: learn & (inside >= 0.35),
    }
    parts = Parts({name: np.flatnonzero(here) for name, here in rows.items()}, None, 0)
    encoding = Encoding.fit(table.select(FEATURES).take(parts.rows[TRAIN]), FEATURES)
    n = table.num_rows
    cases = Cases(
        encoding=encoding,
        matrix=encoding.encode(table),
        y=table["visit"].to_numpy().astype(np.float64),
        customer=np.arange(n),
        as_of=np.full(n, np.datetime64("NaT", "D")),
        parts=parts,
    )
    return Experiment(cases, treated, np.full(n, treated.mean()))


def indicators(one: Experiment) -> np.ndarray:
    """The features as numbers alone."""
    encoding, columns = one.cases.encoding, []
    for index, name in enumerate(encoding.features):
        values = one.cases.matrix[:, index]
        known = encoding.categories.get(name)
        columns += (
            [values] if known is None else [(values == code).astype(float) for code in range(len(known))]
        )
    return np.column_stack(columns)


def scores_of_others(one: Experiment, python: str) -> dict[str, np.ndarray]:
    """What the other libraries say of the test."""
    learn, test = one.before, one.cases.rows(TEST)
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        x = indicators(one)
        np.savez(given, x=x[learn], y=one.cases.y[learn], t=one.treated[learn], test=x[test])
        plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        script = Path(__file__).with_name("uplift_others.py")
        subprocess.run([python, str(script), str(given), str(found)], check=True, env=plain)
        return dict(np.load(found))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--folds", type=int, default=5)
    asked.add_argument("--others")
    asked.add_argument("--shuffled", action="store_true")
    words = asked.parse_args()
    for seed in range(1, words.seeds + 1):
        compare(experiment(seed, False), seed, words.folds, words.others)
    if words.shuffled:
        one = experiment(1, True)
        fitted = fitted_of(one, 1, words.folds)
        print(f"shuffled: {verdict(judge_uplift(fitted, one), share=True)}", flush=True)


def fitted_of(one: Experiment, seed: int, folds: int):
    choice = choose(one.trial(one.learned), one.weight[one.learned], LEARNERS, folds, seed)
    return fit_uplift(one, choice, seed, "the test cases")


def compare(one: Experiment, seed: int, folds: int, others: str | None) -> None:
    fitted = fitted_of(one, seed, folds)
    rows = one.cases.rows(TEST)
    own = fitted.model.raw(one.cases.matrix[rows])
    scores = {"leadlift": own, "response model": fitted.response[rows]}
    scores |= scores_of_others(one, others) if others else {}
    y, treated = one.cases.y[rows], one.treated[rows]
    for name, score in scores.items():
        found = evaluate_uplift(y, treated, score, rows)["qini"]
        gain = uplift_difference(y, treated, own, score, rows)["qini"]
        print(
            f"| {seed} | {name} | {100 * found.value:.2f} | {100 * found.low:.2f} to {100 * found.high:.2f} "
            f"| {100 * gain.value:+.2f} | {100 * gain.low:+.2f} to {100 * gain.high:+.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
