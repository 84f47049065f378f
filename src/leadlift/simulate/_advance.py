"""The bank lives on: more months after those that are written, in which customers answer the lists they are on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from leadlift.errors import UserError
from leadlift.simulate._answers import write_answers
from leadlift.simulate._era import Era
from leadlift.simulate._events import Answered, Events
from leadlift.simulate._folder import finish_swap, replaced
from leadlift.simulate._lists import Lists, known_lists
from leadlift.simulate._memory import Memory, remembered
from leadlift.simulate._plan import Month, date_of, months_after
from leadlift.simulate._received import received
from leadlift.simulate._written import Written


@dataclass(frozen=True)
class Advanced:
    """The last day lived, the rows of every table, and the lists of which something happened in the new months."""

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

    months: 1 or more. leads: the workspace's folder of lead lists; none: no list is new. From the first new month
    on the bank has no campaigns of its own: contacts come from lists alone. All tables are replaced at once, only
    when the new ones are complete. progress: called with the share done, from 0 to 1.

    Raises UserError when the folder holds no demo bank that can live on, or a list names what the bank does not know.
    """
    if months < 1:
        raise UserError(f"simulate --advance: at least one month, not {months}")
    finish_swap(folder)
    memory = remembered(folder)
    ahead = months_after(memory.end, memory.months, months)
    lists, events = _lists(folder, leads, memory, ahead), Events()
    steps, done, counters = len(memory.blocks) * months, 0, []

    def step() -> None:
        nonlocal done
        done += 1
        progress(done / steps)

    with replaced(folder) as writer:
        era = Era(Written(folder), writer, memory, lists, ahead, events)
        era.keep()
        for block in range(len(memory.blocks)):
            counters.append(era.live(block, step))
        rows = {name: count for name, count in writer.rows.items() if name != "state"}
        writer.write(0, {"lists": lists.table()})
        write_answers(folder / "answers", writer.folder / "answers", lists, events)
        end = date_of(ahead[-1].end)
        Memory(memory.plan, end, memory.months + months, tuple(counters)).write(writer.folder)
    return Advanced(end, rows, events.told(lists))


def _lists(folder: Path, leads: Path | None, memory: Memory, ahead: list[Month]) -> Lists:
    lists = known_lists(folder / "truth" / "lists.parquet")
    if leads is not None:
        lists = received(leads, lists, ahead[0].start, ahead[-1].end, memory.plan.seed)
    most = np.array([block.numbers for block in memory.blocks])
    block = lists.block
    there = (block >= 0) & (block < len(most))
    there &= lists.number(np.arange(len(lists))) < most[np.where(there, block, 0)]
    if not there.all():
        wrong = int(np.flatnonzero(~there)[0])
        problem = f"customer_id: the demo bank has no customer '{lists.customer[wrong]:08d}'"
        raise UserError(f"simulate --advance: list {lists.name(lists.which[wrong])}: {problem}")
    return lists
