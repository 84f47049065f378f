"""leadlift measure: what a campaign promised, what came, and what contacting made of a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import pandas as pd

from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.evaluation.campaign import CHANCE
from leadlift.names import CONTROL, EXPLORE, MODEL
from leadlift.outcomes.effect import effect_of, model_value
from leadlift.outcomes.promise import by_band, by_decile, promises_of, together, worked
from leadlift.progress import SILENT, Progress
from leadlift.reports.measured import ListLine, MeasuredPage, measured_html
from leadlift.specs import Workspace
from leadlift.workflows.cases import good_rows
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.lists import WrittenList, written_lists
from leadlift.workflows.measure_log import log_measured
from leadlift.workflows.measured import Measured
from leadlift.workflows.responses import matured, responses
from leadlift.workflows.session import opened, tracker_of

REPORTS = "reports"


def measure(
    ws: Workspace,
    name: str,
    as_of: date | None = None,
    today: date | None = None,
    progress: Progress = SILENT,
) -> Measured:
    """Measure every list of a campaign, or the one of a day, write the page and log a run for each model behind it.

    today: the day we stand on. Raises UserError when there is no list. A list whose window is open is named and never
    judged.
    """
    ws.campaign(name)
    lists = [one for one in written_lists(ws, name) if as_of in (None, one.as_of)]
    if not lists:
        when = f" as of {as_of}" if as_of else ""
        raise UserError(
            f"campaign {name} has no list{when} yet: `leadlift leads {name} --as-of YYYY-MM-DD` writes one"
        )
    on = today or datetime.now().astimezone().date()
    progress.step("outcomes")
    events = good_rows(ledger_of(ws).root)
    with opened(ws) as home:
        open_until = {one.list_id: end for one in lists if (end := matured(ws, home, one, on)) is not None}
        told = [responses(ws, home, one, events) for one in lists if one.list_id not in open_until]
    progress.step("measuring")
    found = _measured(name, lists, open_until, [cases for cases, _ in told], [note for _, note in told])
    page = ws.root / REPORTS / f"measure-{name}.html"
    write_text(page, measured_html(_page(ws, found, lists)))
    tracker = tracker_of(ws)
    if told:
        log_measured(ws, tracker, found, [one for one in lists if one.list_id not in open_until], page)
    return replace(found, page=page)


def _measured(
    name: str,
    lists: Sequence[WrittenList],
    open_until: Mapping[str, date],
    told: Sequence[pd.DataFrame],
    notes: Sequence[Sequence[str]],
) -> Measured:
    cases = pd.concat(told, ignore_index=True) if told else pd.DataFrame()
    if not len(cases):
        return Measured(
            name, {}, open_until, None, (), (), None, None, None, {}, ("no list has matured yet",), None
        )
    counts = cases[cases["cell"].ne(CONTROL)].groupby("list_id").size()
    sort, judged, left = promises_of(cases)
    alike = cases[cases["list_id"].isin(judged)]
    # of effects the explore arm stays, since controls were drawn from it too
    chosen = alike[alike["cell"].eq(MODEL)] if sort == CHANCE else alike
    by_offer = {str(offer): effect_of(one) for offer, one in cases.groupby("offer")}
    return Measured(
        campaign=name,
        lists={
            one.list_id: int(counts.get(one.list_id, 0)) for one in lists if one.list_id not in open_until
        },
        immature=open_until,
        promised=together(alike, [_stated(one) for one in lists if one.list_id in judged], sort),
        deciles=by_decile(chosen, sort),
        bands=by_band(chosen, sort),
        worked=worked(cases[cases["cell"].ne(CONTROL)]),
        effect=effect_of(cases),
        explore=model_value(cases[cases["cell"].isin([MODEL, EXPLORE]) & cases["promise"].eq(CHANCE)]),
        by_offer={offer: one for offer, one in by_offer.items() if one is not None}
        if len(by_offer) > 1
        else {},
        notes=tuple(dict.fromkeys([*(note for one in notes for note in one), *left, *_unchosen(cases)])),
        page=None,
    )


def _unchosen(cases: pd.DataFrame) -> list[str]:
    if not (cases["cell"].eq(EXPLORE) & cases["promise"].ne(CHANCE)).any():
        return []
    return [
        "what the model's choice is worth beside the explore arm is not told of uplift models: they pass by who "
        "responds anyway, so that fewer of those chosen respond"
    ]


def _stated(one: WrittenList) -> tuple[float, float | None, float | None]:
    """The responders that a list promised, and the ends of the interval it gave."""
    told = one.manifest
    low, high = told.get("expected_responders_low"), told.get("expected_responders_high")
    return float(told["expected_responders"]), low, high


def _page(ws: Workspace, found: Measured, lists: Sequence[WrittenList]) -> MeasuredPage:
    currency = next((str(one.manifest.get("currency") or "") for one in lists), "")
    lines = [
        ListLine(
            one.list_id,
            one.as_of.isoformat(),
            int(one.assigned["cell"].ne(CONTROL).sum()),
            int(one.assigned["cell"].eq(CONTROL).sum()),
            found.immature[one.list_id].isoformat() if one.list_id in found.immature else "",
        )
        for one in lists
    ]
    return MeasuredPage(
        campaign=found.campaign,
        purpose=ws.campaign(found.campaign).description,
        currency=currency,
        lists=lines,
        promised=found.promised,
        deciles=found.deciles,
        bands=found.bands,
        worked=found.worked,
        effect=found.effect,
        explore=found.explore,
        by_offer=found.by_offer,
        notes=found.notes,
    )
