"""What passed between bank and customer: the contact history, our own lists, and what came back from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from leadlift.customers.facts import Contact, Listed, Outcome
from leadlift.leads.rule_queries import CHANNEL, DAY, OFFER, REFUSED, history_rows
from leadlift.names import CUSTOMER
from leadlift.specs import Workspace
from leadlift.workflows.customer_home import Alone, stand_on
from leadlift.workflows.lists import ASSIGNED, KEPT, LEADS
from leadlift.workflows.outcomes import FOLDER

SUPPRESSED = "suppressed.parquet"


def contacts_of(ws: Workspace, one: Alone) -> list[Contact]:
    """The bank's contacts known on the day, the newest first."""
    spec = ws.file.contacts
    if spec is None or spec.source not in one.rows:
        return []
    stand_on(one, one.as_of)
    query = history_rows(spec, ws.sources[spec.source], one.home.customer_key, ws.sources)
    rows = one.home.engine.table(query).to_pylist()
    told = [Contact(row[DAY], row[OFFER], row[CHANNEL], bool(row[REFUSED])) for row in rows]
    return sorted(told, key=lambda contact: (contact.day, str(contact.offer)), reverse=True)


def list_files(root: Path, name: str, until: date | None = None) -> list[tuple[str, date, Path]]:
    """(campaign, day, file) of a file that the bank keeps of each of its lists, up to a day, the oldest first."""
    found = []
    for path in (root / LEADS).glob(f"*/*/{KEPT}/{name}"):
        try:
            day = date.fromisoformat(path.parents[1].name)
        except ValueError:  # a list that was replaced stands beside its successor
            continue
        if until is None or day <= until:
            found.append((path.parents[2].name, day, path))
    return sorted(found, key=lambda one: (one[1], one[0]))


def lists_of(ws: Workspace, one: Alone) -> list[Listed]:
    """The lists up to the day that the customer was on or left out of, the newest first."""
    left = {
        path.parent: [(row["rule"], row["offer"]) for row in _rows(path, one.customer)]
        for _, _, path in list_files(ws.root, SUPPRESSED, one.as_of)
    }
    told = []
    for campaign, day, path in list_files(ws.root, ASSIGNED, one.as_of):
        rules = left.get(path.parent, [])
        rows = _rows(path, one.customer)
        if rows:
            row = rows[0]
            told.append(
                Listed(
                    campaign, day, row["offer"], row["channel"], row["cell"], row["band"], row["valid_until"], rules
                )
            )  # fmt: skip
        elif rules:
            told.append(Listed(campaign, day, None, None, None, None, None, rules))
    return told[::-1]


def outcomes_of(ws: Workspace, one: Alone) -> list[Outcome]:
    """What came back before the day, the newest first."""
    rows: list[dict[str, Any]] = []
    for path in sorted((ws.root / FOLDER).glob("events-*.parquet")):
        rows += _rows(path, one.customer)
    told = [
        Outcome(day, row["event"], row["treatment_code"], _money(row["money"]))
        for row in rows
        if (day := _date(row["day"])) is not None and day < one.as_of
    ]
    return sorted(told, key=lambda outcome: (outcome.day, outcome.event), reverse=True)


def _rows(path: Path, customer: str) -> Sequence[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path, filters=[(CUSTOMER, "=", customer)]).to_pylist()
    return rows


def _date(value: Any) -> date | None:
    return value.date() if hasattr(value, "date") else value


def _money(value: Any) -> float | None:
    return None if value is None or value != value else float(value)
