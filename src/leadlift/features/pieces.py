"""Which pieces of a source a feature can rest on at a block's as-of dates, as far as the files tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from leadlift.engines import Partition
from leadlift.features.spines import Block
from leadlift.specs import FeatureDef, Source

CLOCKED = ("events", "snapshots", "intervals")


def known_by(source: Source, partitions: Iterable[Partition], last: date) -> list[Partition]:
    """The pieces of which something may have been known on the day: by a later one nothing is lost or gained."""
    return [one for one in partitions if not _all_later(source, one, last)]


def within(
    source: Source, partitions: Iterable[Partition], block: Block, features: Sequence[FeatureDef]
) -> list[Partition]:
    """Of the pieces known by the block's last date those whose rows the windows of the features reach."""
    known = known_by(source, partitions, block.last)
    windows = [feature.window for feature in features]
    longest = max((window for window in windows if window is not None), default=0)
    if source.kind not in ("events", "snapshots") or None in windows:
        return known
    since = block.first - timedelta(days=longest)
    return [one for one in known if not _all_earlier(source, one, since)]


def _all_later(source: Source, partition: Partition, day: date) -> bool:
    """Whether every row is known to have happened, or to have been known, too late to count on that day."""
    if source.kind not in CLOCKED:
        return False
    happened = partition.days.get(str(source.clock))
    known = partition.days.get(str(source.available_at)) if source.available_at else happened
    after = 0 if source.available_at else source.available_after or 0
    if known is not None and known[0] + timedelta(days=after) > day:
        return True
    # a later version of a row may say that it happened later: it still replaces the earlier one
    return not source.keys and happened is not None and happened[0] >= day


def _all_earlier(source: Source, partition: Partition, day: date) -> bool:
    happened = partition.days.get(str(source.clock))
    return not source.keys and happened is not None and happened[1] < day
