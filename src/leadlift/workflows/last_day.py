"""The day on which a workspace's data ends."""

from __future__ import annotations

from datetime import date, timedelta

from leadlift.features import Home
from leadlift.features.population import data_end


def last_day(home: Home) -> date:
    """The day after the last event recorded: all that is known today. Today where no source holds events."""
    events = [name for name, source in home.sources.items() if source.kind in ("events", "snapshots")]
    ends = [
        home.engine.table(data_end(name, home.sources[name], home.customer_key))["ends"][0].as_py()
        for name in events
    ]
    known = [end for end in ends if end is not None]
    return max(known) + timedelta(days=1) if known else date.today()
