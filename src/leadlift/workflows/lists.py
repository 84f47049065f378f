"""The lists that were written so far, as outcomes and measurement read them: whom, which treatment, until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from leadlift.errors import UserError
from leadlift.ledger.places import ASSIGNED, KEPT, LEADS, is_day
from leadlift.names import AS_OF, CUSTOMER
from leadlift.outcomes import Treatment
from leadlift.specs import Workspace
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.manifest import read_manifest
from leadlift.workflows.places import PSEUDONYMS

TODO = "Write the list again with `leadlift leads`, or take its folder away"
FETCH = "Take .leadlift/ledger away: it is fetched again"


@dataclass(frozen=True, eq=False)
class WrittenList:
    """One list as it stands in the ledger.

    assigned: a row for each customer, controls included. closes: offer -> the last day whose responses count.
    """

    folder: Path
    campaign: str
    as_of: date
    list_id: str
    manifest: Mapping[str, Any]
    assigned: pd.DataFrame
    closes: Mapping[str, date]

    @property
    def treatments(self) -> dict[str, Treatment]:
        """The list's treatments by code."""
        columns = ["treatment_code", "offer", "channel", "cell"]
        return {
            code: Treatment(
                code, self.list_id, self.campaign, offer, channel, cell, self.as_of, self.closes[offer]
            )
            for code, offer, channel, cell in self.assigned[columns].drop_duplicates().itertuples(index=False)
        }


def written_lists(ws: Workspace, campaign: str | None = None) -> list[WrittenList]:
    """Every list of a campaign, or of all, oldest first. Raises UserError for one that is not as it was written."""
    pattern = f"{campaign or '*'}/*/{KEPT}/{ASSIGNED}"
    ledger = ledger_of(ws)
    found = [
        _read(ws, path, ledger.below)
        for path in sorted((ledger.root / LEADS).glob(pattern))
        if is_day(path.parents[1].name)
    ]
    return sorted(found, key=lambda one: (one.as_of, one.campaign))


def _read(ws: Workspace, path: Path, below: str) -> WrittenList:
    folder = path.parents[1]
    manifest = read_manifest(folder, FETCH if below else TODO, below)
    assigned = pq.read_table(path).to_pandas()
    assigned = assigned.astype(
        {CUSTOMER: str, "treatment_code": str, "offer": str, "channel": str, "cell": str}
    )
    as_of = date.fromisoformat(folder.name)
    valid = date.fromisoformat(str(manifest["valid_until"]))
    campaign = folder.parent.name
    closes = {
        offer: max(valid, window_end(ws, campaign, offer, as_of)) for offer in assigned["offer"].unique()
    }
    assigned = assigned.assign(
        **{AS_OF: as_of, "campaign": campaign, "closes": assigned["offer"].map(closes)}
    )
    return WrittenList(folder, campaign, as_of, str(manifest["list_id"]), manifest, assigned, closes)


def window_end(ws: Workspace, campaign: str, offer: str, as_of: date) -> date:
    """The last day of the outcome window of the pipeline behind an offer; the as-of date itself where it has none."""
    offers = ws.campaign(campaign).offers
    if offer not in offers:
        raise UserError(
            f"the list of {campaign} and {as_of} has the offer '{offer}', which the campaign no longer names: without "
            "its pipeline nobody can say when the window closes. Name it again (`capacity: 0` offers it no more), or "
            f"take {LEADS}/{campaign}/{as_of} away"
        )
    target = ws.pipeline(offers[offer].pipeline).target
    return as_of + timedelta(days=max(0, target.gap + (target.outcome or 0) - 1))


def pseudonyms_of(lists: Sequence[WrittenList]) -> dict[str, str]:
    """pseudonym -> customer, of every list that was given out with pseudonyms."""
    told: dict[str, str] = {}
    for one in lists:
        path = one.folder / KEPT / PSEUDONYMS
        if path.exists():
            rows = pq.read_table(path)
            told |= dict(zip(rows["pseudonym"].to_pylist(), rows[CUSTOMER].to_pylist(), strict=True))
    return told
