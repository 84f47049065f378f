"""Where results lie in a workspace, for verbs that look them up without reading them all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.ledger.places import ASSIGNED, KEPT, LEADS, is_day
from leadlift.names import CUSTOMER

PSEUDONYMS, SUPPRESSED = "pseudonyms.parquet", "suppressed.parquet"
SCORES = "scores.parquet"


def list_files(root: Path, name: str, until: date | None = None) -> list[tuple[str, date, Path]]:
    """(campaign, day, file) of a file that the bank keeps of each of its lists, up to a day, the oldest first.

    root: the ledger's.
    """
    found = [
        (path.parents[2].name, date.fromisoformat(path.parents[1].name), path)
        for path in (root / LEADS).glob(f"*/*/{KEPT}/{name}")
        if is_day(path.parents[1].name)
    ]
    return sorted(
        (one for one in found if until is None or one[1] <= until), key=lambda one: (one[1], one[0])
    )


def own_contacts(root: Path, campaign: str, as_of: date) -> pa.Table:
    """Everyone on lists up to the day, but for the campaign's own of that day: customer_id, offer, channel, day, until.

    Controls are among them: were they free for the next list and the contacted not, the two could no longer be
    compared. A list is read from its files alone: its campaign may be gone. root: the ledger's.
    """
    told = []
    for path in sorted((root / LEADS).glob(f"*/*/{KEPT}/{ASSIGNED}")):
        folder = path.parents[1]
        if not is_day(folder.name) or (folder.parent.name, folder.name) == (campaign, as_of.isoformat()):
            continue
        day = date.fromisoformat(folder.name)
        if day <= as_of:
            rows = pq.read_table(path, columns=[CUSTOMER, "offer", "channel", "valid_until"])
            days = pa.array([day] * rows.num_rows, pa.date32())
            told.append(
                rows.rename_columns([CUSTOMER, "offer", "channel", "until"]).append_column("day", days)
            )
    schema = pa.schema(
        {
            CUSTOMER: pa.string(),
            "offer": pa.string(),
            "channel": pa.string(),
            "until": pa.date32(),
            "day": pa.date32(),
        }
    )
    return pa.concat_tables([one.cast(schema) for one in told]) if told else schema.empty_table()
