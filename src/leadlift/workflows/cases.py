"""What came back, as the ledger has it, and the cases to learn from that are made of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines.files import locked, matching, whole_file
from leadlift.ledger.places import CASES, EVENTS, OUTCOMES
from leadlift.names import CUSTOMER
from leadlift.outcomes import case_table
from leadlift.specs import Workspace
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.lists import WrittenList, written_lists

GOOD: dict[Hashable, Any] = {
    "treatment_code": str,
    CUSTOMER: str,
    "event": str,
    "day": "datetime64[s]",
    "money": float,
}


def good_rows(root: Path) -> pd.DataFrame:
    """Every row counted so far: treatment_code, customer_id, event, day and money (NaN without). root: the ledger's."""
    tables = [
        pq.read_table(path, columns=[str(name) for name in GOOD])
        for path in sorted((root / OUTCOMES).glob(EVENTS))
    ]
    if not tables:
        return pd.DataFrame({str(name): [] for name in GOOD}).astype(GOOD)
    told: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    return told.astype(GOOD)


def write_cases(folder: Path, lists: Sequence[WrittenList], events: pd.DataFrame, today: date) -> int:
    """Everyone whose window has closed, as rows to learn from: the file is made anew from lists and events.

    Returns how many rows it has.
    """
    assigned = pd.concat([one.assigned for one in lists], ignore_index=True)
    closed = assigned[pd.to_datetime(assigned["closes"]) < pd.Timestamp(today)]
    table = case_table(closed, events)
    with whole_file(folder / CASES) as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return int(table.num_rows)


def refresh_cases(ws: Workspace) -> None:
    """Make outcomes/cases.parquet anew where a source reads it and another machine has added outcomes to the ledger."""
    if not any(_reads_cases(ws, one.path) for one in ws.sources.values()):
        return
    ledger, folder = ledger_of(ws), ws.root / OUTCOMES
    if ledger.cases_due is None:
        return
    with locked(folder / "add"):
        write_cases(folder, written_lists(ws), good_rows(ledger.root), ledger.cases_due)
        ledger.cases_made()


def _reads_cases(ws: Workspace, path: str | None) -> bool:
    place = (ws.root / OUTCOMES / CASES).resolve()
    return path is not None and (
        (ws.root / path).resolve() == place or place in [one.resolve() for one in matching(ws.root, path)]
    )
