"""What a written bank remembers of how it was made, so that it can live on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from leadlift.errors import UserError
from leadlift.simulate._plan import BankPlan

_PLACE = Path("truth") / "plan.json"


@dataclass(frozen=True)
class Counters:
    """Of one block: customers there have ever been, and how many ids of each table are taken."""

    numbers: int
    taken: Mapping[str, int]


@dataclass(frozen=True)
class Memory:
    """The plan, the last day lived, how many months are written, and the counters of each block."""

    plan: BankPlan
    end: date
    months: int
    blocks: tuple[Counters, ...]

    def write(self, folder: Path) -> None:
        """Put it beside the truth."""
        plan = {"customers": self.plan.customers, "months": self.plan.months, "end": str(self.plan.end)}
        blocks = [{"numbers": block.numbers, "taken": dict(block.taken)} for block in self.blocks]
        told = {**plan, "seed": self.plan.seed, "lived_to": str(self.end), "months_lived": self.months}
        text = json.dumps({**told, "blocks": blocks}, indent=1)
        (folder / _PLACE).write_text(f"{text}\n", encoding="utf-8")


def remembered(folder: Path) -> Memory:
    """What the bank in a folder remembers.

    Raises UserError when the folder holds no demo bank, or one of an earlier version that remembers nothing.
    """
    if not (folder / _PLACE).exists():
        problem = f"{folder} holds no demo bank that can live on: there is no {_PLACE}"
        raise UserError(f"simulate --advance: {problem}; make one with `leadlift simulate`")
    try:
        told: dict[str, Any] = json.loads((folder / _PLACE).read_text(encoding="utf-8"))
        plan = BankPlan(told["customers"], told["months"], date.fromisoformat(told["end"]), told["seed"])
        blocks = tuple(Counters(block["numbers"], block["taken"]) for block in told["blocks"])
        return Memory(plan, date.fromisoformat(told["lived_to"]), told["months_lived"], blocks)
    except (ValueError, KeyError, TypeError) as error:
        problem = f"{folder / _PLACE} cannot be read ({error})"
        raise UserError(
            f"simulate --advance: {problem}; make the bank anew with `leadlift simulate`"
        ) from error
