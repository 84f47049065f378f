"""A finished lead list, as `leadlift leads` tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from leadlift.leads import WaterfallRow


@dataclass(frozen=True)
class Listed:
    """A finished lead list: where it lies, how its customers were arrived at, and its first leads."""

    campaign: str
    list_id: str
    as_of: date
    model: str
    leads: int
    expected_responders: float
    expected_low: float | None
    expected_high: float | None
    waterfall: tuple[WaterfallRow, ...]
    folder: Path
    files: tuple[str, ...]
    best: tuple[dict[str, Any], ...]
    without_consent: str | None = None
    expected_is: str = "expected to say yes"
    expected_value: float | None = None
    currency: str = ""
    power: str | None = None

    @property
    def between(self) -> str:
        """The interval as a sentence goes on with it; empty where there is none."""
        if self.expected_low is None or self.expected_high is None:
            return ""
        return f", between {self.expected_low:,.0f} and {self.expected_high:,.0f} in 95 of 100 such lists"
