"""What passed between bank and customer: the contact history, our own lists, and what came back from them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from leadlift.customers.facts import Contact, Listed, Outcome
from leadlift.leads.rule_queries import CHANNEL, DAY, OFFER, REFUSED, history_rows
from leadlift.ledger.places import ASSIGNED, EVENTS, OUTCOMES
from leadlift.specs import Workspace
from leadlift.workflows.customer_home import Alone, stand_on
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.places import SUPPRESSED, list_files


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


def lists_of(ws: Workspace, one: Alone) -> list[Listed]:
    """The lists up to the day that the customer was on or left out of, the newest first."""
    root = ledger_of(ws).root
    left = {
        path.parent: [(row["rule"], row["offer"]) for row in _rows(path, one)]
        for _, _, path in list_files(root, SUPPRESSED, one.as_of)
    }
    told = []
    for campaign, day, path in list_files(root, ASSIGNED, one.as_of):
        rules = left.get(path.parent, [])
        rows = _rows(path, one)
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
    for path in sorted((ledger_of(ws).root / OUTCOMES).glob(EVENTS)):
        rows += _rows(path, one)
    told = [
        Outcome(day, row["event"], row["treatment_code"], _money(row["money"]))
        for row in rows
        if (day := _date(row["day"])) is not None and day < one.as_of
    ]
    return sorted(told, key=lambda outcome: (outcome.day, outcome.event), reverse=True)


def _rows(path: Path, one: Alone) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = one.lines(path).to_pylist()
    return rows


def _date(value: Any) -> date | None:
    day: date | None = value.date() if isinstance(value, datetime) else value
    return day


def _money(value: Any) -> float | None:
    return None if value is None or value != value else float(value)
