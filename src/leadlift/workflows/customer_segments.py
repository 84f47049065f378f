"""Which groups a customer was in, and since when: from the segmentations that lie on disk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from leadlift.customers.facts import Grouped
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import Workspace
from leadlift.workflows.customer_home import Alone

SEGMENTS, SEGMENT = "segments", "segment"


def segment_files(root: Path, until: date | None = None) -> dict[str, list[tuple[date, list[Path]]]]:
    """Segmentation -> the days it was built for, up to a day, the oldest first, each with its files."""
    found: dict[str, list[tuple[date, list[Path]]]] = {}
    for folder in sorted((root / SEGMENTS).glob(f"*/{AS_OF}=*")):
        files = sorted(path for path in folder.glob("*.parquet") if not path.name.startswith("."))
        try:
            day = date.fromisoformat(folder.name.partition("=")[2])
        except ValueError:
            continue
        if files and not folder.parent.name.startswith(".") and (until is None or day <= until):
            found.setdefault(folder.parent.name, []).append((day, files))
    return found


def segments_of(ws: Workspace, one: Alone) -> list[Grouped]:
    """The customer's groups in every segmentation, up to the day."""
    told = []
    for name, days in segment_files(ws.root, one.as_of).items():
        history: list[tuple[date, list[str]]] = []
        for day, files in days:
            groups = _groups(name, files, ws.file.customer_key, one)
            if groups is not None and (not history or history[-1][1] != groups):
                history.append((day, groups))
        if history:
            last = history[-1]
            told.append(Grouped(name, last[1], days[-1][0], last[0], history[::-1]))
    return told


def _groups(name: str, files: list[Path], key: str, one: Alone) -> list[str] | None:
    """The customer's groups; None where the customer is not among those assigned."""
    for path in files:
        columns = pq.read_schema(path).names
        theirs = CUSTOMER if CUSTOMER in columns else key
        if theirs in columns:
            rows = one.lines(path, key=theirs).to_pylist()
            if rows:
                return groups_in(name, rows[0], theirs)
    return None


def groups_in(name: str, row: Mapping[str, Any], key: str = CUSTOMER) -> list[str]:
    """The groups that a row of a segmentation names.

    In one column, called after the segmentation or `segment`; or in one column of 0 and 1 for each group.
    """
    for column in (name, SEGMENT):
        if column in row:
            return [] if row[column] is None else [str(row[column])]
    rest = {column: value for column, value in row.items() if column not in (key, AS_OF)}
    texts = [str(value) for value in rest.values() if isinstance(value, str)]
    return texts or [column.removeprefix(f"{name}_") for column, value in rest.items() if value == 1]
