"""One process of a distributed training: `python -m leadlift.training.member`, started by `distributed.py`.

It reads a job, one line of JSON, grows its part, and leaves `said-RANK.json` in the job's folder, the first process the
model before. Rows of its part are mapped from that folder, or read from the Parquet files that the job names. Then
it waits to be ended, so that no socket closes while another process still needs it. When whoever started it is gone,
its input ends and so does it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from leadlift.engines.files import whole_file
from leadlift.errors import UserError
from leadlift.models import Encoding
from leadlift.models.together import Part, Place, PortTaken, fit_part, without_addresses
from leadlift.training.parts import part_in


def main() -> None:
    """Grow one part, then wait for the end of the input."""
    job = json.loads(sys.stdin.readline())
    watch = threading.Thread(target=_end_with_input, daemon=True)
    watch.start()
    folder, rank = Path(job["folder"]), int(job["rank"])
    try:
        told = _grown(job, folder, rank)
    except UserError as error:
        told = {"fault": str(error)}
    except PortTaken:
        told = {"port_taken": True}
    with whole_file(folder / f"said-{rank}.json") as path:
        path.write_text(json.dumps(told), encoding="utf-8")
    watch.join()


def _grown(job: Mapping[str, Any], folder: Path, rank: int) -> dict[str, Any]:
    encoding = Encoding.from_dict(job["encoding"])
    valid = part_at(Path(job.get("valid", folder)), "valid") if rank == 0 else None
    train = part_in([Path(file) for file in job["files"]]) if "files" in job else part_at(folder, str(rank))
    place = Place(tuple(job["hosts"]), rank)
    booster = fit_part(place, train, valid, encoding, job["params"], job["rounds"])
    if rank == 0:
        (folder / "model.txt").write_text(without_addresses(booster.model_to_string()), encoding="utf-8")
    return {"best": booster.best_iteration}


def part_at(folder: Path, name: str) -> Part:
    """The rows of a part, mapped from its files."""
    weight = folder / f"{name}_weight.npy"
    return Part(
        np.load(folder / f"{name}.npy", mmap_mode="r"),
        np.load(folder / f"{name}_y.npy"),
        np.load(weight) if weight.exists() else None,
    )


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
