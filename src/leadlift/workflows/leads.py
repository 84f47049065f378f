"""leadlift leads: from a day's scores to the files that marketing opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leadlift.engines.files import sweep
from leadlift.errors import UserError
from leadlift.ledger import Ledger
from leadlift.ledger.places import LEADS
from leadlift.models import Expected
from leadlift.names import CONTROL, SCORE
from leadlift.progress import SILENT, Progress
from leadlift.specs import Campaign, ValueModel, Workspace
from leadlift.tracking import Run, Tracker
from leadlift.workflows.champion import Loaded, load
from leadlift.workflows.lead_board import Decided, decided, softened
from leadlift.workflows.lead_facts import lead_facts
from leadlift.workflows.lead_files import leads_of, write_list
from leadlift.workflows.lead_rows import Told, told_of_chosen
from leadlift.workflows.lead_summary import ENGLISH, summary_of
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.listed import Listed
from leadlift.workflows.manifest import read_manifest
from leadlift.workflows.score import score
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.wording import Wording, wording_of


def leads(
    ws: Workspace,
    name: str,
    as_of: date,
    *,
    replace: bool = False,
    score_first: bool = False,
    progress: Progress = SILENT,
) -> Listed:
    """Apply the policy, choose, rank and explain the customers of a campaign and write the list, whole or not at all.

    A list is immutable: where one is there already the verb refuses, or with `replace` keeps the old one beside it.
    score_first: score the day by every pipeline that has no scores yet.
    """
    campaign = ws.campaign(name)
    folder = ws.root / LEADS / name / as_of.isoformat()
    ledger = ledger_of(ws)
    sweep(folder.parent)
    _refuse_existing(ledger, folder, name, as_of, replace=replace)
    manifests = _scores(ws, campaign, as_of, score_first, progress)
    tracker = tracker_of(ws)
    models = {one.pipeline: _model(ws, tracker, one.pipeline, manifests) for one in campaign.offers.values()}
    first = next(iter(campaign.offers.values())).pipeline
    with opened(ws) as home, tracker.run(first, "leads", f"leads {name} {as_of}") as run:
        scores = {pipeline: ws.root / "scores" / pipeline / as_of.isoformat() for pipeline in manifests}
        wanted = [feature for one in models.values() for feature in one.model.encoding.features]
        facts = lead_facts(ws, campaign, home, as_of, scores, wanted, progress)
        progress.step("choosing")
        found = decided(ws, campaign, facts, models, f"{name} {as_of}")
        told = told_of_chosen(campaign, home, facts, found, models, as_of, progress, ws.file.language)
        progress.step("files")
        table = leads_of(campaign, told, campaign.ranked_by != "probability")
        expected = _expected(campaign, told, models)
        words = wording_of(ws.pipeline(first))
        soft = softened(campaign, facts)
        summary, shown = (
            summary_of(campaign, as_of, table, told, found, models, expected, soft, language)
            for language in (ENGLISH, ws.file.language)
        )
        made_of = {**_made_of(models, manifests, told, campaign), "written_by": run.id}
        files = write_list(
            folder,
            campaign,
            table,
            told,
            found.board,
            summary,
            shown,
            made_of,
            words,
            ws.file.language,
            ledger,
            replace=replace,
            reads_lists=bool(facts.flags),
        )
        listed = _listed(campaign, as_of, table, models, found, expected, folder, files, words, summary)
        _log(run, listed, models, folder, campaign)
    return listed


def _refuse_existing(ledger: Ledger, folder: Path, name: str, as_of: date, *, replace: bool) -> None:
    said = ledger.said_of(name, as_of)
    if said and not replace:
        raise UserError(
            f"the ledger holds a list of {name} and {as_of} already, written {said}, and a list is immutable: it may "
            "be in use. To write another in its place, add --replace; the old one is kept"
        )
    if folder.exists() and not replace:
        raise UserError(
            f"{folder} holds a lead list already, and a list is immutable: it may be in use. To write another beside "
            "it, add --replace; the old one is kept"
        )


def _scores(
    ws: Workspace, campaign: Campaign, as_of: date, score_first: bool, progress: Progress
) -> dict[str, dict[str, Any]]:
    """The manifest of the day's scores of every pipeline that the campaign reads."""
    named = [offer.pipeline for offer in campaign.offers.values()]
    named += [
        offer.value.pipeline for offer in campaign.offers.values() if isinstance(offer.value, ValueModel)
    ]
    named += [rule.pipeline for rule in campaign.policy if rule.pipeline is not None]
    told = {}
    for pipeline in dict.fromkeys(named):
        folder = ws.root / "scores" / pipeline / as_of.isoformat()
        if score_first and not folder.exists():
            score(ws, pipeline, as_of, progress)
        told[pipeline] = read_manifest(folder, f"Run `leadlift score {pipeline} --as-of {as_of}`")
    return told


def _model(
    ws: Workspace, tracker: Tracker, pipeline: str, manifests: Mapping[str, Mapping[str, Any]]
) -> Loaded:
    """The version that made the day's scores."""
    manifest = manifests[pipeline]
    version = tracker.version(pipeline, str(manifest["version"]))
    if version is None:
        raise UserError(
            f"scores/{pipeline}: {manifest['model']} v{manifest['version']}, which made these scores, is gone; "
            "score again"
        )
    return load(ws, tracker, ws.pipeline(pipeline), version)


def _expected(campaign: Campaign, told: Told, models: Mapping[str, Loaded]) -> Expected:
    """What to expect of those contacted: chances of pipelines are uncertain apart from each other, effects are not."""
    rows = told.assigned.to_pandas()
    rows = rows[rows["cell"].ne(CONTROL)]
    pipeline = rows["offer"].map({name: offer.pipeline for name, offer in campaign.offers.items()})
    holds = rows["channel"].map({name: one.response for name, one in campaign.channels.items()})
    parts = [
        models[str(name)].model.expected(one[SCORE].to_numpy(), holds[one.index].to_numpy(np.float64))
        for name, one in rows.groupby(pipeline, sort=False)
    ]
    if len(parts) == 1:
        return parts[0]
    value = sum(one.value for one in parts)
    if any(one.low is None or one.high is None for one in parts):
        return Expected(value, None, None)
    downs = [one.value - (one.low or 0.0) for one in parts]
    ups = [(one.high or 0.0) - one.value for one in parts]
    # pipelines of effects may have learned from the same controls
    effect = any(one.model.predicts_effect for one in models.values())
    down, up = ((sum(side) if effect else hypot(*side)) for side in (downs, ups))
    return Expected(value, value - down, value + up)


def _made_of(
    models: Mapping[str, Loaded],
    manifests: Mapping[str, Mapping[str, Any]],
    told: Told,
    campaign: Campaign,
) -> dict[str, Any]:
    first = next(iter(models))
    return {
        "run_id": models[first].version.run_id,
        "run_ids": {pipeline: one.version.run_id for pipeline, one in models.items()},
        "models": [f"{one['model']} v{one['version']}" for one in manifests.values()],
        "pipelines": {name: offer.pipeline for name, offer in campaign.offers.items()},
        "explainer": told.explainers[first][0],
        "explainer_because": told.explainers[first][1],
        "scores": {pipeline: one["files"] for pipeline, one in manifests.items()},
        "sources": manifests[first]["sources"],
        "ranked_by": campaign.ranked_by,
    }


def _listed(
    campaign: Campaign,
    as_of: date,
    table: pa.Table,
    models: Mapping[str, Loaded],
    found: Decided,
    expected: Expected,
    folder: Path,
    files: list[Path],
    words: Wording,
    summary: Mapping[str, Any],
) -> Listed:
    reasons = [one.without_consent for one in campaign.channels.values() if one.without_consent]
    return Listed(
        campaign=campaign.campaign,
        list_id=table["list_id"][0].as_py(),
        as_of=as_of,
        model=", ".join(loaded.name for loaded in models.values()),
        leads=table.num_rows,
        expected_responders=expected.value,
        expected_low=expected.low,
        expected_high=expected.high,
        waterfall=tuple(found.board.rows),
        folder=folder,
        files=tuple(path.name for path in files),
        best=tuple(table.slice(0, 10).to_pylist()),
        without_consent="; ".join(reasons) or None,
        expected_is=words.expected if words.meaning else "expected to say yes",
        expected_value=found.board.rows[-1].expected_value,
        currency=campaign.money_unit,
        power=summary.get("power"),
    )


def _log(run: Run, listed: Listed, models: Mapping[str, Loaded], folder: Path, campaign: Campaign) -> None:
    run.tags(
        {
            "leadlift.campaign": listed.campaign,
            "leadlift.list_id": listed.list_id,
            "leadlift.model": ", ".join(one.name for one in models.values()),
        }
    )
    run.table("tables/waterfall.csv", [asdict(row) for row in listed.waterfall])
    run.file(folder / "manifest.json")
    told = {
        "leads": listed.leads,
        "expected_responders": listed.expected_responders,
        "expected_responders.low": listed.expected_low,
        "expected_responders.high": listed.expected_high,
        "expected_value": listed.expected_value,
    }
    run.metrics({metric: value for metric, value in told.items() if value is not None})
    offers = ", ".join(offer.label for offer in campaign.offers.values())
    run.note(
        f"{listed.leads:,} leads for {offers} as of {listed.as_of}; "
        f"{listed.expected_responders:,.0f} {listed.expected_is}{listed.between}."
    )
