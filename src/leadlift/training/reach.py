"""Windows that reach further back than the data does: what they see grows with time, whatever customers do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from leadlift.features import Home
from leadlift.specs import FeatureDef

LEAST_SHARE = 0.1
"""Of the cases. Fewer that see too little are not worth a word."""
NAMED = 3


def short_of_history(features: Sequence[FeatureDef], home: Home, as_of: pa.ChunkedArray) -> tuple[str, ...]:
    """A note for each source and window whose beginning lies before the source's first row in many cases.

    as_of: (n,), the day of each case, not all alike. Only events have windows that count; a source whose files do not
    say when it begins is passed over.
    """
    reaching: dict[tuple[str, int], list[str]] = defaultdict(list)
    for one in features:
        if one.source is not None and one.window is not None and home.sources[one.source].kind == "events":
            reaching[one.source, one.window].append(one.name)
    day = as_of.to_numpy().astype("datetime64[D]")
    begins = {source: _begins(home, source) for source, _ in reaching}
    notes = []
    for (source, window), names in sorted(reaching.items()):
        first = begins[source]
        if first is None or not len(day) or day.min() == day.max():
            continue
        share = float((day - np.timedelta64(window, "D") < np.datetime64(first)).mean())
        if share >= LEAST_SHARE:
            notes.append(_told(source, window, names, first, share))
    return tuple(notes)


def _begins(home: Home, source: str) -> date | None:
    """The day of the source's first row, from what its files say of themselves."""
    clock = str(home.sources[source].clock)
    days: list[Mapping[str, tuple[date, date]]] = [piece.days for piece in home.pieces(source)]
    if not days or any(clock not in one for one in days):
        return None
    return min(one[clock][0] for one in days)


def _told(source: str, window: int, names: Sequence[str], first: date, share: float) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (
        f"short of history: '{source}' begins on {first}, so that in {share:.0%} of the cases {window} days reach "
        f"back to before it, and what is seen grows with time: {', '.join(sorted(names)[:NAMED])}{more}. Begin "
        f"the population on {first + timedelta(days=window)}, shorten the window, or bring older rows"
    )
