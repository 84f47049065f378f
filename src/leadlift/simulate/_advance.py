"""The bank lives on: more months after those that are written, in which customers answer the lists they are on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.errors import UserError
from leadlift.simulate._answering import Answering, Events
from leadlift.simulate._answers import write_answers
from leadlift.simulate._block import live_on
from leadlift.simulate._folder import TableWriter, finish_swap, place_of, replaced
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._lists import Lists, file_of, known_lists, received
from leadlift.simulate._memory import Counters, Memory, remembered
from leadlift.simulate._plan import Month, date_of, month_stream, months_after
from leadlift.simulate._redate import DATED, redated, replaced_customers
from leadlift.simulate._state import block_of, state_of
from leadlift.simulate._tables import Numbering, schemas, tables_of

_REWRITTEN = (*DATED, "latents")


@dataclass(frozen=True)
class Answered:
    """One list: its file of answers, how many customers were contacted by it so far, and how often they bought."""

    file: str
    contacted: int
    bought: int


@dataclass(frozen=True)
class Advanced:
    """The last day lived, the rows of every table, and the lists that the new months have answered."""

    end: date
    rows: dict[str, int]
    lists: tuple[Answered, ...]


def advance(
    folder: Path,
    months: int,
    leads: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Advanced:
    """Let the bank in a folder live on for whole months, and answer the lists it was sent.

    months: 1 or more. leads: the workspace's folder of lead lists; none: nobody is contacted. From the first new
    month on the bank has no campaigns of its own: contacts come from lists alone. All tables are replaced at once,
    only when the new ones are complete.

    Raises UserError when the folder holds no demo bank that can live on, or a list names what the bank does not know.
    """
    if months < 1:
        raise UserError(f"simulate --advance: at least one month, not {months}")
    finish_swap(folder)
    memory = remembered(folder)
    ahead = months_after(memory.end, memory.months, months)
    lists = _lists(folder, leads, memory, ahead)
    with replaced(folder) as writer:
        return _Era(folder, writer, memory, lists, ahead, progress).live()


def _lists(folder: Path, leads: Path | None, memory: Memory, ahead: list[Month]) -> Lists:
    known = known_lists(folder / "truth" / "lists.parquet")
    if leads is None:
        return known
    lists = received(leads, known, ahead[0].start, ahead[-1].end, memory.plan.seed)
    numbers = np.array([block.numbers for block in memory.blocks])
    for block, count in enumerate(numbers):
        rows = lists.of_block(block)
        _refuse_unknown(lists, rows[lists.number(rows) >= count])
    _refuse_unknown(lists, np.flatnonzero(lists.block >= len(numbers)))
    return lists


def _refuse_unknown(lists: Lists, rows: np.ndarray) -> None:
    if len(rows):
        problem = f"customer_id: the demo bank has no customer '{lists.customer[rows[0]]:08d}'"
        raise UserError(f"simulate --advance: list {file_of(lists, int(lists.which[rows[0]]))[:-4]}: {problem}")


@dataclass(frozen=True)
class _Era:
    """Some months after the written ones."""

    folder: Path
    writer: TableWriter
    memory: Memory
    lists: Lists
    months: list[Month]
    progress: Callable[[float], None]

    def live(self) -> Advanced:
        """Old rows first, then block after block, month by month."""
        done, steps, counters = 0, len(self.memory.blocks) * (len(self.months) + 1), []
        events = Events()
        self._keep()
        for number in range(len(self.memory.blocks)):
            for told in self._live_block(number, events):
                done += 1
                self.progress(done / steps)
            counters.append(told)
        end = date_of(self.months[-1].end)
        self.writer.write(0, {"lists": self.lists.table()})
        write_answers(self.folder / "answers", self.writer.folder / "answers", self.lists, events)
        memory = Memory(self.memory.plan, end, self.memory.months + len(self.months), tuple(counters))
        memory.write(self.writer.folder)
        rows = {name: count for name, count in self.writer.rows.items() if name not in ("state", "lists")}
        return Advanced(end, rows, _answered(self.lists, events))

    def _keep(self) -> None:
        """Take over what no later month changes."""
        self.writer.keep(self.folder, "transactions")
        for path in sorted((self.folder / "transactions").glob("*.parquet")):
            self.writer.rows["transactions"] = (
                self.writer.rows.get("transactions", 0) + pq.read_metadata(path).num_rows
            )
        for name in schemas():
            if name not in (*_REWRITTEN, "transactions"):
                for table in self._groups(name):
                    self.writer.write(0, {name: table})

    def _groups(self, name: str) -> Iterator[pa.Table]:
        """A table's row groups as they were written."""
        path, schema = self.folder / place_of(name), schemas()[name]
        words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        with pq.ParquetFile(path, read_dictionary=words) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group).cast(schema)

    def _group(self, name: str, block: int) -> pa.Table:
        for number, table in enumerate(self._groups(name)):
            if number == block:
                return table
        problem = f"{place_of(name)} is not as simulate wrote it"
        raise UserError(f"simulate --advance: {problem}; make the bank anew with `leadlift simulate`")

    def _live_block(self, number: int, events: Events) -> Iterator[Counters]:
        """One block's months; tells its counters after each, and once more when all is written."""
        counters = self.memory.blocks[number]
        with pq.ParquetFile(self.folder / place_of("state")) as file:
            state = file.read_row_group(number)
        tables = {name: self._group(name, number) for name in _REWRITTEN}
        answering = Answering(self.lists, number, events)
        for month in self.months:
            block = block_of(
                state,
                counters.numbers,
                month_stream(self.memory.plan.seed, number, month),
                Ledger(writing=True, counts=counters.taken),
            )
            if month is self.months[0]:
                answering.foresee(block.people, block.shelf, _before(month))
            live_on(block, month, answering)
            answering.note_sales(block.ledger.seen("sales"))
            everyone = np.ones(block.numbers, dtype=np.bool_)
            numbering = Numbering(number, everyone, counters.taken, self.lists.names)
            told, taken = tables_of(block.ledger, numbering, block.rng)
            for name in DATED:
                tables[name], new = redated(name, tables[name], told.pop(name), numbering)
                taken[name] = counters.taken.get(name, 0) + new
            tables["latents"] = replaced_customers(tables["latents"], told.pop("latents"))
            self.writer.write(number, told, part=f"{date_of(month.end):%Y-%m}")
            state, counters = state_of(block, everyone), Counters(block.numbers, taken)
            yield counters
        self.writer.write(number, {**tables, "state": state})
        yield counters


def _before(month: Month) -> Month:
    """The month before, as the truth needs it."""
    end = date_of(month.start) - timedelta(days=1)
    first = end.replace(day=1)
    [before] = months_after(first - timedelta(days=1), month.index - 1, 1)
    return before


def _answered(lists: Lists, events: Events) -> tuple[Answered, ...]:
    """Lists of which something happened, in their order."""
    if not events.rows:
        return ()
    which, codes = lists.which[np.concatenate(events.rows)], np.concatenate(events.codes)
    return tuple(
        Answered(
            file_of(lists, int(one)),
            int(((which == one) & (codes == 0)).sum()),
            int(((which == one) & (codes == 3)).sum()),
        )
        for one in np.unique(which)
    )
