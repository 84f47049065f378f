"""The files of answers: what a call centre would return of each list, up to the last day lived."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from leadlift.simulate._events import EVENTS, Events
from leadlift.simulate._lists import Lists
from leadlift.simulate._plan import date_of

_HEAD = "treatment_code,customer_id,event,at,amount\n"


def write_answers(old: Path, new: Path, lists: Lists, events: Events) -> None:
    """Write every list's file: the lines that it had, and below them the new events by day and customer.

    old, new: folders of answers. A list of which nothing has happened has the header alone.
    """
    rows, codes, days, amounts = events.columns()
    order = np.lexsort((amounts, codes, lists.customer[rows], days))
    names = [f"{lists.name(which)}.csv" for which in range(len(lists.ids))]
    lines: dict[str, list[str]] = {name: [] for name in names}
    for at in order.tolist():
        row = rows[at]
        amount = "" if np.isnan(amounts[at]) else f"{amounts[at]:.2f}"
        told = (
            f"{lists.code[row]},{lists.customer[row]:08d},{EVENTS[codes[at]]},{date_of(days[at])},{amount}\n"
        )
        lines[names[lists.which[row]]].append(told)
    new.mkdir()
    for name, added in lines.items():
        before = (old / name).read_text(encoding="utf-8") if (old / name).exists() else _HEAD
        (new / name).write_text(before + "".join(added), encoding="utf-8")
