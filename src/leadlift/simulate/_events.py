"""What happened to the assignments of lists in the new months."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from leadlift.simulate._arrays import Floats, Ints
from leadlift.simulate._lists import Lists

EVENTS = ("delivered", "answered", "refused", "bought")
DELIVERED, ANSWERED, REFUSED, BOUGHT = range(4)


@dataclass(frozen=True)
class Answered:
    """One list: campaign and as-of date, contacts made, and purchases in its window, of controls too."""

    name: str
    contacted: int
    bought: int


@dataclass
class Events:
    """What happened to assignments: positions in the lists, codes of events, days, amounts (nan: none)."""

    rows: list[Ints] = field(default_factory=list)
    codes: list[Ints] = field(default_factory=list)
    days: list[Ints] = field(default_factory=list)
    amounts: list[Floats] = field(default_factory=list)

    def add(self, code: int, rows: Ints, days: Ints, amounts: Floats | None = None) -> None:
        """Note one event per row."""
        self.rows.append(rows)
        self.codes.append(np.full(len(rows), code))
        self.days.append(days)
        self.amounts.append(np.full(len(rows), np.nan) if amounts is None else amounts)

    def columns(self) -> tuple[Ints, Ints, Ints, Floats]:
        """Rows, codes, days and amounts of all events."""
        none: Ints = np.zeros(0, dtype=np.int64)
        rows, codes, days = (np.concatenate([none, *parts]) for parts in (self.rows, self.codes, self.days))
        return rows, codes, days, np.concatenate([np.zeros(0), *self.amounts])

    def told(self, lists: Lists) -> tuple[Answered, ...]:
        """The lists of which something happened, in their order."""
        rows, codes, _, _ = self.columns()
        which = lists.which[rows]
        counts = {
            code: np.bincount(which[codes == code], minlength=len(lists.ids)) for code in (DELIVERED, BOUGHT)
        }
        return tuple(
            Answered(lists.name(one), int(counts[DELIVERED][one]), int(counts[BOUGHT][one]))
            for one in np.unique(which).tolist()
        )
