from .findings import Finding, Looked, broken, stopping, unparsed
from .look import Seen, judge, last_day, look
from .quarantine import sound_rows, write_quarantine

__all__ = [
    "Finding", "Looked", "Seen", "broken", "judge", "last_day", "look", "sound_rows", "stopping",
    "unparsed", "write_quarantine",
]  # fmt: skip
