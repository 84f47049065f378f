"""Features and scores of a large bank on a standalone cluster that loses a worker, beside DuckDB on the same machine.

    python benchmarks/cluster.py                                # 2 million customers, 24 million transactions
    python benchmarks/cluster.py --sizes 1e5:2.4e6 1e6:1.2e7 --whole --out cluster.jsonl

A size is customers:transactions. For each a bank is made (`bank.py`: with twelve month ends and three holdings of each
customer), and each engine builds the 133 features of everyone as of one date, from nothing, and scores them by boosted
trees (100 of 63 leaves), in a process of its own. DuckDB has both processors; Spark has a master and two workers on
loopback with one processor and one executor each, all started here. The worker that is killed, with all that it
started, is the first one, after it has done three tasks of the features of the largest source; `--whole` kills none.

The files of both engines are then compared row for row: the 133 features, and scores.parquet (customers, days and bands
equal, numbers to 1e-9 of themselves; ranks, which order scores, may differ where two scores are that near, and are
counted). Seconds are those of the job from its start to its last file, without the start of the cluster; cpu seconds
and memory are of all processes together, cluster included. Bytes shuffled and spilled, and the processor time of tasks,
are Spark's own count. With `--out` a run that stops goes on; what is there is not measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "500")  # as the commands do
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import numpy as np  # noqa: E402  # what stands beside this file comes first
import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from bank import Size, make_bank  # noqa: E402
from definitions import write_workspace  # noqa: E402
from features import AS_OF, Steps, _built  # noqa: E402
from measured import taken, tasks_of  # noqa: E402

from tests.spark.cluster import Cluster, cluster  # noqa: E402

LEARN, TREES, LEAVES = 20_000, 100, 63
BOTH = ("duckdb", "spark")
LAST_SOURCE, TASKS_BEFORE_DEATH = "features of transactions", 3
COLUMNS = (
    "customers, M",
    "transactions, M",
    "engine",
    "s",
    "of it scoring",
    "cpu s",
    "of it tasks",
    "peak GB",
    "shuffled GB",
    "spilled GB",
    "",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "leadlift-cluster")
    parser.add_argument("--sizes", nargs="+", default=["2e6:2.4e7"])
    parser.add_argument("--engines", nargs="+", choices=BOTH, default=BOTH)
    parser.add_argument("--memory", default="3GB", help="of each engine's own process")
    parser.add_argument("--executor", default="1500m", help="memory of each executor")
    parser.add_argument("--whole", action="store_true", help="kill no worker")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--out", type=Path, help="lines of JSON, to which a run adds what they lack")
    parser.add_argument("--job", type=Path, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        _job(*asked.job)
        return
    asked.folder = asked.folder.resolve()  # links below it must hold from anywhere
    asked.folder.mkdir(parents=True, exist_ok=True)
    model = _model(asked.folder / "model")
    sys.stdout.write(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n")
    for size in asked.sizes:
        for told in _measured(asked, size, model):
            sys.stdout.write(_line(told))
            sys.stdout.flush()


def _measured(asked: argparse.Namespace, size: str, model: Path) -> Iterator[dict[str, object]]:
    """One size on each engine; then whether the files agree."""
    kept = [json.loads(line) for line in asked.out.open()] if asked.out and asked.out.exists() else []
    there = {(one["size"], one["engine"], one["killed"]): one for one in kept}
    bank = asked.folder / size.replace(":", "-")
    for engine in asked.engines:
        killed = engine == "spark" and not asked.whole
        told = there.get((size, engine, killed))
        if told is None:
            customers, transactions = (int(float(part)) for part in size.split(":"))
            make_bank(bank, Size(customers, transactions), "3GB")
            told = {
                "size": size,
                "engine": engine,
                "killed": killed,
                **_apart(asked, bank, engine, model, killed),
            }
            if engine == "spark" and (bank / "duckdb/scores.parquet").exists():
                told["agree"] = _agreement(bank / "duckdb", bank / "spark")
            if asked.out:
                with asked.out.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(told) + "\n")
        yield told
    if not asked.keep:
        shutil.rmtree(bank, ignore_errors=True)


def _line(told: dict[str, object]) -> str:
    customers, transactions = (float(part) / 1e6 for part in str(told["size"]).split(":"))
    engine = f"{told['engine']}, a worker killed" if told["killed"] else told["engine"]
    cells = [f"{customers:g}", f"{transactions:g}", engine, told["s"], told["scoring"], told["cpu"]]
    cells += [told.get(name, "") for name in ("tasks cpu", "peak GB", "shuffled GB", "spilled GB", "agree")]
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


# ------------------------------------------------------------------- jobs


def _apart(
    asked: argparse.Namespace, bank: Path, engine: str, model: Path, killed: bool
) -> dict[str, object]:
    """The job in a process of its own, and what it and its cluster took."""
    place = bank / engine
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    write_workspace(place, asked.memory)
    (place / "data").symlink_to(bank / "data", target_is_directory=True)
    with taken() as what:
        if engine == "duckdb":
            told = _finished(_begun(place, model), place)
        else:
            with cluster(place / "cluster", memory=asked.executor) as there:
                (place / "events").mkdir()
                with (place / "leadlift.yaml").open("a", encoding="utf-8") as file:
                    file.write(_settings(there.master, asked.executor, place / "events"))
                job = _begun(place, model)
                if killed:
                    _kill_half_way(job, there, place)
                told = _finished(job, place)
    told |= {"cpu": round(what.cpu), "peak GB": round(what.peak / 1e9, 2)}
    if engine == "spark":
        tasks = tasks_of(place / "events")
        told |= {"shuffled GB": round(tasks.shuffled / 1e9, 2), "spilled GB": round(tasks.spilled / 1e9, 2)}
        told["tasks cpu"] = round(tasks.cpu)
    return told


def _settings(master: str, memory: str, events: Path) -> str:
    source = HERE.parent / "src"
    return f"""engine:
  kind: spark
  master: {master}
  conf:
    spark.driver.host: 127.0.0.1
    spark.driver.bindAddress: 127.0.0.1
    spark.ui.enabled: false
    spark.executor.memory: {memory}
    spark.pyspark.python: {sys.executable}
    spark.executorEnv.PYTHONPATH: "{os.pathsep.join([str(source), *sys.path])}"
    spark.eventLog.enabled: true
    spark.eventLog.dir: file:{events}
    spark.eventLog.compress: false
    spark.eventLog.rolling.enabled: false
"""


def _begun(place: Path, model: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, __file__, "--job", str(place), str(model)]
    with (place / "told").open("wb") as told, (place / "steps").open("wb") as steps:
        return subprocess.Popen(words, stdout=told, stderr=steps)


def _finished(job: subprocess.Popen[bytes], place: Path) -> dict[str, object]:
    if job.wait():
        raise SystemExit((place / "steps").read_text(encoding="utf-8")[-2_000:])
    return dict(json.loads((place / "told").read_text(encoding="utf-8").splitlines()[-1]))


def _kill_half_way(job: subprocess.Popen[bytes], there: Cluster, place: Path) -> None:
    victim, before = there.workers[0], None
    while job.poll() is None:
        time.sleep(0.2)
        if before is None and LAST_SOURCE in (place / "steps").read_text(encoding="utf-8"):
            before = victim.tasks()
        if before is not None and victim.tasks() >= before + TASKS_BEFORE_DEATH:
            victim.kill()
            return
    raise SystemExit("the job was over before a worker could be killed")


def _job(place: Path, model: Path) -> None:
    """Build everyone's features and score them: what `leadlift score` does from an empty cache."""
    from leadlift.features import feature_query
    from leadlift.models import Model
    from leadlift.specs import open_workspace
    from leadlift.training import everyone_spine
    from leadlift.workflows.score_stream import Stream, scores_to_file
    from leadlift.workflows.session import opened

    began = time.perf_counter()
    ws, steps = open_workspace(place), Steps()
    with opened(ws) as home:
        spine = everyone_spine(home, [AS_OF])
        query, _ = feature_query(home, ws.features, list(ws.features), spine, steps)
        features = time.perf_counter() - began
        steps.step("scoring")
        stream = Stream(home.engine, query, spine.rows)
        scores_to_file(stream, Model.load(model), AS_OF, place / "scores.parquet")
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"s": round(seconds, 1), "scoring": round(seconds - features, 1)}) + "\n")


# ------------------------------------------------------------------ model


def _model(folder: Path) -> Path:
    """A booster of the 133 features, learned from a small bank of the same kind, whose outcome they decide."""
    from leadlift.models import (  # fmt: skip
        Bands,
        Encoding,
        Model,
        ReferencePercentiles,
        fit_booster,
        fit_calibrator,
        make_dataset,
    )

    if folder.exists():
        return folder
    bank = folder.with_name("learn")
    make_bank(bank, Size(LEARN, LEARN * 24))
    write_workspace(bank)
    _built(bank, [AS_OF])
    table = _features(bank)
    names = sorted(table)
    rows = pa.table({name: table[name] for name in names})
    encoding, y = Encoding.fit(rows, names), _outcome(table)
    matrix = encoding.encode(rows)
    params = {"num_leaves": LEAVES, "min_data_in_leaf": 20, "feature_fraction": 0.3}
    booster = fit_booster(make_dataset(matrix, y, encoding), None, params, max_rounds=TREES)
    raw = np.asarray(booster.predict(matrix))
    cuts = ReferencePercentiles.from_scores(raw, "who was learned from")
    made = Model(booster, encoding, fit_calibrator("isotonic", raw, y), Bands.from_base_rate(y.mean()), cuts)
    made.save(folder)
    return folder


def _outcome(table: dict[str, pa.ChunkedArray]) -> np.ndarray:
    """Who responded: more often those with much money and many movements."""
    money = np.log1p(np.nan_to_num(table["savings_last"].to_numpy()))
    moves = np.log1p(table["txn_count_90d"].to_numpy())
    odds = (
        0.4 * (money - money.mean()) + 0.8 * (moves - moves.mean()) + 0.5 * table["holds_fund"].to_numpy() - 3
    )
    return (np.random.default_rng(1).random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)


# ------------------------------------------------------------- comparison


def _features(place: Path) -> dict[str, pa.ChunkedArray]:
    """Every feature that a workspace has built, whose rows stand in the same order in all."""
    found = {}
    for facts in sorted((place / ".leadlift/cache/features").glob("*/*/features.json")):
        told = pa.concat_tables([pq.read_table(file) for file in sorted(facts.parent.glob("*.parquet"))])
        found |= {name: told[name] for name in told.column_names}
    return found


def _agreement(one: Path, other: Path) -> str:
    """In words, whether both engines' files hold the same. Raises AssertionError where they do not."""
    features = 0
    for mine in sorted((one / ".leadlift/cache/features").glob("*/*/features.json")):
        for name, key in json.loads(mine.read_text(encoding="utf-8"))["features"].items():
            assert key
            _same(name, _column(one, name), _column(other, name))
            features += 1
    scores = [pq.read_table(place / "scores.parquet") for place in (one, other)]
    for name in ("customer_id", "as_of", "band"):
        assert scores[0][name].equals(scores[1][name]), name
    for name in ("score", "probability"):
        _same(name, scores[0][name], scores[1][name])
    moved = pc.sum(pc.not_equal(scores[0]["rank"], scores[1]["rank"])).as_py()
    same = pc.sum(pc.equal(scores[0]["score"], scores[1]["score"])).as_py()
    rows = scores[0].num_rows
    return (
        f"{features} features x {rows:,} agree; {same:,} scores equal to the last bit, {moved:,} other ranks"
    )


def _column(place: Path, name: str) -> pa.ChunkedArray:
    for facts in (place / ".leadlift/cache/features").glob("*/*/features.json"):
        if name in json.loads(facts.read_text(encoding="utf-8"))["features"]:
            files = sorted(facts.parent.glob("*.parquet"))
            return pa.chunked_array([c for f in files for c in pq.read_table(f, columns=[name])[name].chunks])
    raise AssertionError(f"{name} was not built")


def _same(name: str, one: pa.ChunkedArray, other: pa.ChunkedArray) -> None:
    a, b = (np.asarray(column.to_numpy(), dtype=np.float64) for column in (one, other))
    np.testing.assert_allclose(b, a, rtol=1e-9, atol=0, equal_nan=True, err_msg=name)


if __name__ == "__main__":
    main()
