"""The process of a tuning worker: `python -m leadlift.tuning.worker`, started by `leadlift tune --workers`.

It reads a job and then parameters, a line of JSON each, and answers in lines of JSON. When whoever started it is
gone, its input ends and so does it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from leadlift.errors import UserError
from leadlift.models import Encoding
from leadlift.tuning.fitting import Bench
from leadlift.tuning.problem import TuningData, TuningSettings
from leadlift.tuning.workers import local_bench


class _Stop(Exception):  # noqa: N818  # what was said, no fault
    """The other side does not want this fit to go on."""


def main() -> None:
    """Serve fits until the input ends."""
    # LightGBM prints to the standard output: lines of ours must be alone there.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    talk = _Talk(sys.stdin, answers)
    try:
        _serve(talk)
    except (EOFError, BrokenPipeError):
        return


class _Talk:
    """Lines of JSON, to and fro."""

    def __init__(self, heard: IO[str], said: IO[str]) -> None:
        self._heard, self._said = heard, said

    def hear(self) -> dict[str, Any]:
        """Return the next line. Raises EOFError when there is none."""
        line = self._heard.readline()
        if not line.endswith("\n"):
            raise EOFError
        told: dict[str, Any] = json.loads(line)
        return told

    def say(self, line: Mapping[str, Any]) -> None:
        """Send a line."""
        self._said.write(json.dumps(line) + "\n")
        self._said.flush()

    def watch(self, round_: int, metric: float) -> None:
        """Ask whether to go on."""
        self.say({"round": round_, "metric": metric})
        if not self.hear()["go"]:
            raise _Stop


def _serve(talk: _Talk) -> None:
    try:
        bench = _bench(talk.hear())
    except UserError as error:
        talk.say({"error": str(error)})
        return
    talk.say({"ready": True})
    while True:
        asked = talk.hear()
        [(what, params)] = asked.items()
        fit = bench.final if what == "final" else bench.trial
        try:
            value, rounds = fit(params, talk.watch)
        except _Stop:
            talk.say({"stopped": True})
        except UserError as error:
            talk.say({"error": str(error)})
        else:
            talk.say({"value": value, "rounds": rounds})


def _bench(job: Mapping[str, Any]) -> Bench:
    encoding = Encoding.from_dict(job["encoding"])
    train, valid = (_rows(Path(job["folder"]), name, encoding) for name in ("train", "valid"))
    return local_bench(train, valid, TuningSettings(**job["settings"]), job["threads"])


def _rows(folder: Path, name: str, encoding: Encoding) -> TuningData:
    matrix = np.load(folder / f"{name}.npy", mmap_mode="r")
    files = (folder / f"{name}_{what}.npy" for what in ("customer", "weight"))
    customer, weight = (np.load(file) if file.exists() else None for file in files)
    return TuningData(matrix, np.load(folder / f"{name}_y.npy"), encoding, customer, weight)


if __name__ == "__main__":
    main()
