"""The treatments that outcomes are quoted by: one for each list, offer, channel and cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Treatment:
    """One treatment code of one list.

    cell: model, explore or control. as_of: the first day on which its customers may have been contacted. closes: the
    last day whose responses count.
    """

    code: str
    list_id: str
    campaign: str
    offer: str
    channel: str
    cell: str
    as_of: date
    closes: date
