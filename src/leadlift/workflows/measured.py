"""What is known of a campaign, as `leadlift measure` tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadlift.evaluation.campaign import Effect, Kept, ModelValue, Promise, Worked


@dataclass(frozen=True)
class Measured:
    """What is known of a campaign's lists whose windows have closed.

    lists: list id -> the customers contacted. immature: list id -> the day its window closes; nothing is said of those.
    promised: of all contacted; deciles and bands: of those whom the model chose. effect: None without a
    control. explore: the model's choice beside chance; None without an explore arm. notes: what a reader must know.
    """

    campaign: str
    lists: Mapping[str, int]
    immature: Mapping[str, date]
    promised: Promise | None
    deciles: Sequence[Kept]
    bands: Sequence[Kept]
    worked: Worked | None
    effect: Effect | None
    explore: ModelValue | None
    by_offer: Mapping[str, Effect]
    notes: Sequence[str]
    page: Path | None
