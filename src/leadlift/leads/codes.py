"""Names that never change: of a list, and of each treatment on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from leadlift.engines.files import digest
from leadlift.names import CODE_LENGTH, CODE_LETTERS


def list_name(campaign: str, as_of: date, rows: Sequence[str]) -> str:
    """The id of the list with these rows, in this order: other customers or other treatments, another id."""
    return f"{campaign}-{as_of:%Y%m%d}-{digest(chr(10).join(rows))[:8]}"


def treatment_code(list_id: str, offer: str, channel: str, cell: str) -> str:
    """The code of one offer on one channel in one cell of one list, to be quoted when outcomes come back."""
    told = hashlib.sha256("|".join((list_id, offer, channel, cell)).encode()).digest()
    number = int.from_bytes(told, "big")
    return "".join(CODE_LETTERS[(number >> (5 * place)) & 31] for place in range(CODE_LENGTH))
