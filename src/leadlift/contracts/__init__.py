"""Contracts: what must hold of a source's rows, counted in one scan, told, and left out when asked."""

from leadlift.contracts.findings import Finding, Looked, broken, stopping, unparsed
from leadlift.contracts.look import Seen, judge, last_day, look
from leadlift.contracts.quarantine import sound_rows, write_quarantine

__all__ = [
    "Finding", "Looked", "Seen", "broken", "judge", "last_day", "look", "sound_rows", "stopping",
    "unparsed", "write_quarantine",
]  # fmt: skip
