"""One block in the months after those that are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa

from leadlift.simulate._answering import Answering
from leadlift.simulate._block import Block, live_on
from leadlift.simulate._events import Events
from leadlift.simulate._folder import TableWriter
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._lists import Lists
from leadlift.simulate._memory import Counters, Memory
from leadlift.simulate._numbering import Numbering
from leadlift.simulate._plan import Month, date_of, month_stream, months_after
from leadlift.simulate._redate import DATED, redated, replaced_customers
from leadlift.simulate._state import block_of, state_of
from leadlift.simulate._tables import tables_of
from leadlift.simulate._written import Written

REWRITTEN = (*DATED, "latents")
"""Tables of which a later month changes rows; to all others it adds some."""


@dataclass(frozen=True)
class Era:
    """Some months that a bank lives on: from what is written to the next files."""

    old: Written
    writer: TableWriter
    memory: Memory
    lists: Lists
    months: list[Month]
    events: Events

    def keep(self) -> None:
        """Take over the rows that no later month changes."""
        self.writer.keep(self.old.folder, "transactions")
        self.writer.rows["transactions"] = self.old.transactions()
        for name in self.old.schemas:
            if name not in (*REWRITTEN, "transactions"):
                for table in self.old.groups(name):
                    self.writer.write(0, {name: table})

    def live(self, number: int, step: Callable[[], None]) -> Counters:
        """Live a block's months one by one, each as if the one before had been written and read again."""
        state, counters = self.old.state(number), self.memory.blocks[number]
        tables = {name: self.old.block(name, number) for name in REWRITTEN}
        answering = Answering(self.lists, number, self.events)
        for month in self.months:
            rng = month_stream(self.memory.plan.seed, number, month)
            block = block_of(state, counters.numbers, rng, Ledger(writing=True, counts=counters.taken))
            if month is self.months[0]:
                answering.foresee(block.people, block.shelf, _before(month))
            live_on(block, month, answering)
            answering.note_sales(block.ledger.seen("sales"))
            everyone = np.ones(block.numbers, dtype=np.bool_)
            numbering = Numbering(number, everyone, counters.taken, self.lists.names)
            counters = self._write_month(block, numbering, month, tables)
            state = state_of(block, everyone)
            step()
        self.writer.write(number, {**tables, "state": state})
        return counters

    def _write_month(
        self, block: Block, numbering: Numbering, month: Month, tables: dict[str, pa.Table]
    ) -> Counters:
        """Write the rows that are new, and bring the tables up to date whose rows may end."""
        told, taken = tables_of(block.ledger, numbering, block.rng)
        for name in DATED:
            tables[name], new = redated(name, tables[name], told.pop(name), numbering)
            taken[name] = numbering.first.get(name, 0) + new
        tables["latents"] = replaced_customers(tables["latents"], told.pop("latents"))
        self.writer.write(numbering.block, told, part=f"{date_of(month.end):%Y-%m}")
        return Counters(block.numbers, taken)


def _before(month: Month) -> Month:
    """The month before."""
    last = date_of(month.start) - timedelta(days=1)
    [before] = months_after(last.replace(day=1) - timedelta(days=1), month.index - 1, 1)
    return before
