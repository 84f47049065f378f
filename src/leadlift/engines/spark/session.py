"""A Spark session: the one that is there, or one started where leadlift.yaml says; and its errors in plain words."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from leadlift.errors import UserError
from leadlift.machine import processors

# What every session of ours must have; the rest is the bank's own.
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16384",
}
# How our queries run best: wide groups by a customer, whose rows are brought together and sorted once. A hash of groups
# would be given up after 128 of them; a join by the customer alone serves groups by customer and date too.
_PLANS = {
    "spark.sql.execution.useObjectHashAggregateExec": "false",
    "spark.sql.execution.replaceHashWithSortAgg": "true",
    "spark.sql.requireAllClusterKeysForCoPartition": "false",
}
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}
_DATA_ERROR = re.compile(
    r"\[(CAST_INVALID_INPUT|CAST_OVERFLOW\w*|ARITHMETIC_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE|CANNOT_PARSE_\w+"
    r"|DATETIME_OVERFLOW|DIVIDE_BY_ZERO)[.\w]*\]"
)
# One of these says where Spark runs, when leadlift.yaml does not.
_GIVEN = ("PYSPARK_GATEWAY_PORT", "SPARK_REMOTE", "SPARK_CONF_DIR", "DATABRICKS_RUNTIME_VERSION")


def session_at(
    master: str | None, conf: Mapping[str, str], memory: int, log: Path
) -> tuple[SparkSession, bool]:
    """A session of our own, with settings of our own, and whether Spark itself was started for it.

    master, conf: see `EngineSpec`. memory: bytes that a local Spark may take. log: where what Spark says goes when it
    is started here. Raises UserError when it cannot be.
    """
    there = SparkSession.getActiveSession()
    if there is not None:
        _refuse_elsewhere(there, master)
        session = there.newSession()
    else:
        session = _start(master, conf, memory, log)
    settings = _MEANING if there is None else {**_PLANS, **_MEANING, **conf}
    for key, value in settings.items():
        with suppress(PySparkException) if key not in _MEANING else nullcontext():
            session.conf.set(key, value)
    return session, there is None


def _refuse_elsewhere(there: SparkSession, master: str | None) -> None:
    runs = there.conf.get("spark.master", None)
    if master is not None and runs is not None and not master.startswith("sc://") and runs != master:
        raise UserError(
            f"leadlift.yaml: engine.master is {master}, but a Spark session is open at {runs}. "
            "Stop that session, or leave `master` out to use it"
        )


def _start(master: str | None, conf: Mapping[str, str], memory: int, log: Path) -> SparkSession:
    told = master or (None if any(name in os.environ for name in _GIVEN) else f"local[{processors()}]")
    settings = _PLANS | dict(conf)
    if told is not None and told.startswith("local"):
        settings = _LOCAL | {"spark.driver.memory": f"{max(1024, memory * 6 // 10 >> 20)}m"} | settings
        os.environ.setdefault("PYSPARK_PYTHON", settings.get("spark.pyspark.python", sys.executable))
    elif "spark.pyspark.python" in settings:
        os.environ["PYSPARK_PYTHON"] = settings["spark.pyspark.python"]
    builder = SparkSession.builder.appName("leadlift").config(map=settings | _MEANING)
    if told is not None:
        builder = builder.remote(told) if told.startswith("sc://") else builder.master(told)
    try:
        with _said_into(log):
            return builder.getOrCreate()
    except Exception as error:  # Java, a network or a cluster: each has errors of its own
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(
            f"Spark cannot be started{f' at {told}' if told else ''}: {why}. It needs Java 17 or later, and the "
            f"place that engine.master in leadlift.yaml names. What it said: {log}"
        ) from error


@contextmanager
def _said_into(log: Path) -> Iterator[None]:
    """A program started inside writes its errors and warnings to a file, for as long as it lives."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with log.open("wb") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def slots(spark: SparkSession) -> int:
    """How many tasks run at once; of Spark Connect what it was told, or two."""
    try:
        return max(1, int(spark.sparkContext.defaultParallelism))
    except PySparkException:
        return int(spark.conf.get("spark.default.parallelism", None) or 2)


@contextmanager
def no_word_of_pandas() -> Iterator[None]:
    """PySpark says that it does not know pandas 3 yet: it is Arrow that goes to and fro, never pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


@contextmanager
def told_plainly() -> Iterator[None]:
    """Values that cannot be read are the user's to mend; anything else is a bug."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        found = _DATA_ERROR.search(str(error))
        if found is None:
            raise
        # the text of the error holds the value, which may be of a person
        kind = found[1].lower().replace("_", " ")
        why = f"the data could not be read as declared: {kind}. Run `leadlift check`"
        raise UserError(why) from error
