"""How groups answered the campaigns' own lists: contacted beside control, promised beside came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
from sqlglot import exp

from leadlift.errors import UserError
from leadlift.evaluation.campaign import CHANCE
from leadlift.evaluation.experiment import newcombe
from leadlift.features import Home, feature_query
from leadlift.features.rows import ROW, col
from leadlift.names import AS_OF, CONTROL, CUSTOMER
from leadlift.progress import Progress
from leadlift.segments.profiled import Answer
from leadlift.specs import SegmentDef, Workspace
from leadlift.specs.segment_formulas import names_of
from leadlift.training import everyone_spine
from leadlift.workflows.cases import good_rows
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.lists import written_lists
from leadlift.workflows.responses import matured, responses
from leadlift.workflows.segment_facts import members


def listed_cases(ws: Workspace, home: Home, today: date) -> tuple[pd.DataFrame, list[str]]:
    """Every customer of every list up to a day whose window is over, with what came of it, and what is not told.

    Columns: campaign, offer, customer_id, as_of, control, promise, expected, responded.
    """
    told, notes = [], []
    events = None
    for name in ws.campaigns:
        for one in written_lists(ws, name):
            if one.as_of > today:
                continue
            try:
                if (end := matured(ws, home, one, today)) is not None:
                    notes.append(f"list {one.list_id} of {name}: its window closes on {end}")
                    continue
                events = good_rows(ledger_of(ws).root) if events is None else events
                cases, _ = responses(ws, home, one, events)
            except UserError as error:
                notes.append(f"list {one.list_id} of {name}: {error}")
                continue
            control = cases["cell"].eq(CONTROL)
            kept = cases[["offer", CUSTOMER, AS_OF, "promise", "expected", "responded"]]
            told.append(kept.assign(campaign=name, control=control))
    return (pd.concat(told, ignore_index=True) if told else pd.DataFrame()), notes


def answers_of(
    ws: Workspace, home: Home, one: SegmentDef, cases: pd.DataFrame, progress: Progress
) -> Mapping[str, list[Answer]]:
    """group -> what came of each campaign's offers, in the group of the list's own day."""
    found: dict[str, list[Answer]] = {group: [] for group in one.groups}
    if not len(cases):
        return found
    names = names_of(one.spec)
    spine = everyone_spine(home, sorted(set(cases[AS_OF])))
    query, _ = feature_query(home, ws.features, list(names), spine, progress)
    chosen = [col(CUSTOMER), col(AS_OF), *(col(name) for name in names)]
    there = home.engine.table(exp.select(*chosen).from_(query.subquery(ROW)))
    where = pd.DataFrame({CUSTOMER: there[CUSTOMER].to_pylist(), AS_OF: there[AS_OF].to_pylist()})
    for group, inside in members(one, there).items():
        mine = cases.merge(where[inside], on=[CUSTOMER, AS_OF])
        for (campaign, offer), rows in mine.groupby(["campaign", "offer"]):
            found[group].append(_answer(str(campaign), str(offer), rows))
    return found


def _answer(campaign: str, offer: str, rows: pd.DataFrame) -> Answer:
    contacted, control = rows[~rows["control"]], rows[rows["control"]]
    yes, control_yes = int(contacted["responded"].sum()), int(control["responded"].sum())
    effect = (
        newcombe(yes, len(contacted), control_yes, len(control)) if len(contacted) and len(control) else None
    )
    return Answer(
        campaign=campaign,
        offer=offer,
        contacted=len(contacted),
        responded=yes,
        promised=float(contacted["expected"].sum()) if rows["promise"].eq(CHANCE).all() else None,
        control=len(control),
        control_responded=control_yes,
        effect=effect.value if effect else None,
        low=effect.low if effect else None,
        high=effect.high if effect else None,
    )
