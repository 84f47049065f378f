"""leadlift customer: everything known of one customer on a day, and what may be offered now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from leadlift.customers.facts import Customer, Described, Held, History
from leadlift.customers.known import (
    activity,
    balances,
    described,
    held,
    hidden_columns,
    rows_known,
    shown_columns,
)
from leadlift.features import needed
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace, conditions_of, sql
from leadlift.workflows.aside import Aside
from leadlift.workflows.customer_contacts import contacts_of, lists_of, outcomes_of
from leadlift.workflows.customer_home import Alone, alone, stand_on
from leadlift.workflows.customer_offers import offers_of
from leadlift.workflows.customer_scores import standing_of
from leadlift.workflows.customer_segments import segments_of
from leadlift.workflows.lookups import record_lookup

KEPT_CONTACTS = 12


def customer(
    ws: Workspace,
    customer: str,
    as_of: date | None = None,
    *,
    with_pii: bool = False,
    aside: Aside | None = None,
    progress: Progress = SILENT,
) -> Customer:
    """What was known of a customer on a day, point in time.

    as_of: the day the data ends, by default. with_pii: personal and protected columns are shown too; that is written
    to kept/lookups.jsonl first. aside: who explains the scores; by default this process. Raises UserError for an id
    that no source knew by then.
    """
    with alone(ws, customer, as_of) as one:
        opened = _opened(ws, one) if with_pii else []
        if with_pii:
            record_lookup(ws.root, "customer", opened, customer=customer, as_of=one.as_of)
        told = _sources(ws, one, with_pii=with_pii)
        contacts = contacts_of(ws, one)
        progress.step("scores")
        standing = standing_of(ws, one, aside or Aside(), progress)
        progress.step("offers")
        offers = offers_of(ws, one, standing, progress)
        asked = consent_sources(ws)
        return Customer(
            customer=customer,
            as_of=one.as_of,
            described=[what for what in told.values() if isinstance(what, Described)],
            held=_held(told, asked, consents=False),
            balances=_histories(ws, told, "snapshots"),
            activity=_histories(ws, told, "events"),
            segments=segments_of(ws, one),
            scores=standing.scores(),
            contacts=contacts[:KEPT_CONTACTS],
            contacts_before=len(contacts[KEPT_CONTACTS:]),
            lists=lists_of(ws, one),
            outcomes=outcomes_of(ws, one),
            consents=_held(told, asked, consents=True),
            offers=offers,
            opened=opened,
            notes=one.notes,
        )


def consent_sources(ws: Workspace) -> set[str]:
    """The sources that say who agreed: those that the campaigns' conditions of consent are made of."""
    names = set()
    for campaign in ws.campaigns.values():
        for what, text in conditions_of(campaign):
            if what == "consent":
                types = dict.fromkeys(ws.features, "number")
                names |= _named(text, types)
    return {one.source for one in needed(ws.features, names) if one.source is not None}


def _named(text: str, types: Mapping[str, str]) -> set[str]:
    try:
        return sql.names_in(sql.parse(text, types, "the workspace"))
    except sql.SqlError:  # of a flat table: its columns are no features
        return set()


def _opened(ws: Workspace, one: Alone) -> list[str]:
    """The personal and protected columns of the sources in which the customer is."""
    return sorted(
        f"{name}.{column}"
        for name in one.rows
        for column in hidden_columns(ws.sources[name], ws.sources)
        if column in shown_columns(ws.sources[name], ws.sources, one.home.customer_key, opened=True)
    )


def _sources(ws: Workspace, one: Alone, *, with_pii: bool) -> dict[str, Described | Held | History]:
    """Each source by its kind; those that know nothing of the customer on the day are left out."""
    stand_on(one, one.as_of)
    told: dict[str, Described | Held | History] = {}
    key = one.home.customer_key
    for name in ws.sources:
        source = ws.sources[name]
        if name not in one.rows or one.rows[name].num_rows == 0:
            continue
        columns = shown_columns(source, ws.sources, key, opened=with_pii)
        rows = rows_known(one.home.engine, name, source, columns, key)
        if not rows:
            continue
        if source.kind in ("attributes", "flat"):
            told[name] = described(name, source, rows, columns)
        elif source.kind == "intervals":
            told[name] = held(name, source, rows, columns)
        elif source.kind == "snapshots":
            told[name] = balances(name, source, rows, columns, one.as_of)
        else:
            told[name] = activity(name, source, rows, columns, one.as_of)
    return told


def _held(told: Mapping[str, object], asked: set[str], *, consents: bool) -> list[Held]:
    return [one for name, one in told.items() if isinstance(one, Held) and (name in asked) == consents]


def _histories(ws: Workspace, told: Mapping[str, object], kind: str) -> list[History]:
    aside = ws.file.contacts.source if ws.file.contacts else None
    return [
        one
        for name, one in told.items()
        if isinstance(one, History) and ws.sources[name].kind == kind and name != aside
    ]
