"""The whole bank: block after block, streamed to disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leadlift.simulate._block import live_through
from leadlift.simulate._folder import replaced
from leadlift.simulate._memory import Counters, Memory
from leadlift.simulate._numbering import Numbering
from leadlift.simulate._plan import BLOCK, BankPlan, draw_stream, life_stream, months_of
from leadlift.simulate._state import state_of
from leadlift.simulate._tables import tables_of


def simulate(
    plan: BankPlan, folder: Path, progress: Callable[[float], None] = lambda share: None
) -> dict[str, int]:
    """Write the bank's tables into a folder and tell how many rows each has.

    folder: made when missing. Tables of an earlier run in it are replaced, all at once and only when the new
    ones are complete; other files there are left alone. progress: called with the share done, from 0 to 1.
    Memory holds one block of customers at a time.

    Raises UserError when tables of these names are there that no earlier run wrote.
    """
    months = months_of(plan)
    sizes = [min(BLOCK, plan.customers - first) for first in range(0, plan.customers, BLOCK)]
    steps, done, counters = len(sizes) * len(months), 0, []

    def step() -> None:
        nonlocal done
        done += 1
        progress(done / steps)

    with replaced(folder) as writer:
        for number, size in enumerate(sizes):
            rng = life_stream(plan.seed, number)
            block, keep = live_through(rng, draw_stream(plan.seed, number), size, months, step)
            tables, taken = tables_of(block.ledger, Numbering(number, keep), rng)
            writer.write(number, tables)
            rows = dict(writer.rows)
            writer.write(number, {"state": state_of(block, keep)})
            counters.append(Counters(int(keep.sum()), taken))
        Memory(plan, plan.end, plan.months, tuple(counters)).write(writer.folder)
    return rows
