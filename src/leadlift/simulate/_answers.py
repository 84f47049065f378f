"""The files of answers: what a call centre would return of each list, up to the last day lived."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from leadlift.simulate._answering import EVENTS, Events
from leadlift.simulate._arrays import Ints
from leadlift.simulate._lists import Lists, file_of
from leadlift.simulate._plan import date_of

_HEAD = "treatment_code,customer_id,event,at,amount\n"


def write_answers(old: Path, new: Path, lists: Lists, events: Events) -> None:
    """Write every list's file: the lines that it had, and below them the new events by day and customer.

    old, new: folders of answers. A list of which nothing has happened has the header alone.
    """
    rows, codes, days, amounts = (
        np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
        for parts in (events.rows, events.codes, events.days, events.amounts)
    )
    order = np.lexsort((amounts, codes, lists.customer[rows], days))
    lines: dict[str, list[str]] = {}
    for at in order.tolist():
        row = rows[at]
        amount = "" if np.isnan(amounts[at]) else f"{amounts[at]:.2f}"
        told = f"{lists.code[row]},{lists.customer[row]:08d},{EVENTS[codes[at]]},{date_of(days[at])},{amount}\n"
        lines.setdefault(file_of(lists, int(lists.which[row])), []).append(told)
    new.mkdir()
    for name in dict.fromkeys(file_of(lists, which) for which in _present(lists.which)):
        before = (old / name).read_text(encoding="utf-8") if (old / name).exists() else _HEAD
        (new / name).write_text(before + "".join(lines.get(name, [])), encoding="utf-8")


def _present(which: Ints) -> list[int]:
    return [int(one) for one in np.unique(which)]
