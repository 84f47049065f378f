"""What each of an engine's tasks does while trees grow: a process beside it, watched, until all know how it ended."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from leadlift.engines import Member
from leadlift.errors import UserError
from leadlift.models import Booster
from leadlift.training.distributed import MOST_STARTS, last_words, member_process

# Seconds between two looks at each other; they rise, since each look is a line in the logs of every executor.
SHORTEST, LONGEST, RISE = 0.1, 5.0, 1.3
State = dict[str, Any]


@dataclass(frozen=True)
class GrowPart:
    """The task of each machine: LightGBM on its part, in a process of its own, so that none outlives the training.

    valid: the folder of the validation cases, read by the first alone. files: each part's. rounds: most, and those
    without progress. The address that LightGBM is told is the one the engine knows the machine by.
    """

    valid: str
    files: tuple[tuple[str, ...], ...]
    encoding: Mapping[str, Any]
    params: Mapping[str, Any]
    rounds: tuple[int, int]

    def __call__(self, me: Member) -> str:
        """Grow, and return as JSON how it ended: of the first the model, of any the fault."""
        for _ in range(MOST_STARTS):
            ended = self._once(me)
            if "port_taken" not in ended:
                return json.dumps(ended)
        return json.dumps(
            {"fault": f"model.distributed: no free port on {me.address} in {MOST_STARTS} attempts"}
        )

    def _once(self, me: Member) -> State:
        offers = [json.loads(word) for word in me.tell(json.dumps(_offer(me.address)))]
        if fault := _unreachable(offers):
            return {"fault": fault}
        threads = int(self.params.get("num_threads", 0)) or me.processors
        with tempfile.TemporaryDirectory(prefix="leadlift-part-") as made:
            job = {
                "folder": made,
                "valid": self.valid,
                "files": self.files[me.rank],
                "encoding": self.encoding,
                "params": {**self.params, "num_threads": threads},
                "rounds": self.rounds,
                "hosts": [offer["host"] for offer in offers],
                "rank": me.rank,
            }
            with member_process(job) as (process, complaints):
                ended = _watched(me, Path(made), process, complaints)
            if me.rank == 0 and "best" in ended:
                ended["model"] = (Path(made) / "model.txt").read_text(encoding="utf-8")
        return ended


def model_of(told: Sequence[str]) -> Booster:
    """The booster that the tasks grew. Raises UserError where they could not."""
    first = json.loads(told[0])
    if "fault" in first:
        raise UserError(first["fault"])
    booster = Booster(model_str=first["model"])
    booster.best_iteration = int(first["best"])
    return booster


def _offer(address: str) -> State:
    """Where this machine can be reached, at a port that is free now; or that it is no address of the machine."""
    with socket.socket() as one:
        try:
            one.bind((address, 0))
        except OSError:
            return {"host": address, "foreign": True}
        return {"host": f"{address}:{one.getsockname()[1]}"}


def _unreachable(offers: Sequence[State]) -> str | None:
    hosts = [str(offer["host"]) for offer in offers]
    apart = {host.partition(":")[0] for host in hosts}
    wrong = [str(offer["host"]) for offer in offers if offer.get("foreign")]
    wrong += [host for host in sorted(apart) if host.startswith("127.") and len(apart) > 1]
    if not wrong:
        return None
    return (
        f"model.distributed: an executor of Spark is known as {wrong[0]}, where the others cannot reach it: set "
        "SPARK_LOCAL_IP on its machine to the machine's own address"
    )


def _watched(me: Member, folder: Path, process: subprocess.Popen[str], complaints: IO[bytes]) -> State:
    """How the training ended: all tasks tell each other how they are until they come to the same end."""
    pause, seen_dead = SHORTEST, False
    while True:
        time.sleep(pause)
        pause = min(pause * RISE, LONGEST)
        states = [
            json.loads(word) for word in me.tell(json.dumps(_state(folder, me.rank, process, complaints)))
        ]
        if any("port_taken" in state for state in states):
            return {"port_taken": True}
        if faults := [state["fault"] for state in states if "fault" in state]:
            return {"fault": faults[0]}
        if "best" in states[0]:
            return dict(states[0])
        dead = [rank for rank, state in enumerate(states) if "died" in state]
        killed = [rank for rank in dead if states[rank].get("killed")]
        # when one is killed the others fail for want of it, and may be seen to fail first
        if killed or (dead and seen_dead):
            return {"fault": _fault((killed or dead)[0], states)}
        seen_dead = bool(dead)


def _state(folder: Path, rank: int, process: subprocess.Popen[str], complaints: IO[bytes]) -> State:
    said = folder / f"said-{rank}.json"
    if said.exists():
        return dict(json.loads(said.read_text(encoding="utf-8")))
    code = process.poll()
    if code is None:
        return {}
    if code < 0:
        return {
            "died": f"was killed by signal {-code}. Most often memory ran out: see docs/scaling.md",
            "killed": True,
        }
    return {"died": f"ended with exit code {code}: {last_words(complaints)}"}


def _fault(rank: int, states: Sequence[State]) -> str:
    return (
        f"model.distributed: the process of task {rank + 1} of {len(states)} {states[rank]['died']}. Nothing was "
        "registered; the other processes were ended"
    )
