"""A finished lead list, as `leadlift leads` tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from leadlift.leads import WaterfallRow
from leadlift.ledger.places import LEADS, identity
from leadlift.names import MANIFEST
from leadlift.specs import Workspace
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.manifest import read_manifest


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
        return f", between {self.expected_low:z,.0f} and {self.expected_high:z,.0f} in 95 of 100 such lists"


@dataclass(frozen=True)
class Standing:
    """A lead list that was written before, by its manifest; every file is as it was written."""

    campaign: str
    list_id: str
    as_of: date
    model: str
    leads: int
    expected_responders: float
    folder: Path
    files: tuple[str, ...]
    written: str


def standing_list(ws: Workspace, name: str, as_of: date) -> Standing | None:
    """The campaign's list of that day, when there is one: where this machine did not write it, as the ledger has it.

    Raises UserError for a campaign that is not there, and for a list whose files are not those that were written.
    """
    ws.campaign(name)
    ledger = ledger_of(ws)
    kept = ledger.root / LEADS / name / as_of.isoformat()
    if not (kept / MANIFEST).is_file():
        return None
    here = ws.root / LEADS / name / as_of.isoformat()
    ours = (here / MANIFEST).is_file() and identity(here) == identity(kept)
    folder, below = (here, "") if ours else (kept, ledger.below)
    todo = f"Bring it back, or write another: leadlift leads {name} --as-of {as_of} --replace"
    told = read_manifest(folder, todo, below)
    return Standing(
        name,
        told["list_id"],
        as_of,
        told["model"],
        told["leads"],
        told["expected_responders"],
        folder,
        tuple(told["files"]),
        told["written"],
    )
