"""leadlift leads: from a day's scores to the files that marketing opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from dataclasses import replace as replaced
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from leadlift.engines.files import sweep, whole_folder
from leadlift.errors import GateError, UserError
from leadlift.features import Home, feature_query
from leadlift.features.rows import case, col
from leadlift.leads import (
    MEANING,
    REMOVED_BY,
    Chosen,
    ListFacts,
    choose,
    lead_table,
    write_leads,
    write_rows,
)
from leadlift.models import Expected
from leadlift.names import BAND, CUSTOMER, PERCENTILE, PROBABILITY, SCORE
from leadlift.progress import SILENT, Progress
from leadlift.specs import Campaign, Pipeline, Workspace, column_types, sql
from leadlift.training import everyone_spine, flat_query
from leadlift.workflows.champion import Loaded, load
from leadlift.workflows.listed import Listed
from leadlift.workflows.manifest import read_manifest, write_manifest
from leadlift.workflows.reasons import explained, in_order
from leadlift.workflows.score import score
from leadlift.workflows.score_files import SCORES
from leadlift.workflows.session import opened, tracker_of
from leadlift.workflows.wording import Wording, wording_of

SCORED, CHOSEN, FEATURES = "scored", "chosen", "f"


def leads(
    ws: Workspace,
    name: str,
    as_of: date,
    *,
    replace: bool = False,
    score_first: bool = False,
    progress: Progress = SILENT,
) -> Listed:
    """Choose, rank and explain the customers of a campaign and write the list, whole or not at all.

    A list is immutable: where one is there already the verb refuses, or with `replace` keeps the old one beside it.
    score_first: score the day when it has no scores yet.
    """
    campaign = ws.campaign(name)
    spec = ws.pipeline(campaign.pipeline)
    folder = ws.root / "leads" / name / as_of.isoformat()
    sweep(folder.parent)
    _refuse_existing(folder, replace=replace)
    scores = ws.root / "scores" / campaign.pipeline / as_of.isoformat()
    if score_first and not scores.exists():
        score(ws, campaign.pipeline, as_of, progress)
    manifest = read_manifest(scores, f"Run `leadlift score {campaign.pipeline} --as-of {as_of}`")
    tracker = tracker_of(ws)
    version = tracker.version(campaign.pipeline, str(manifest["version"]))
    if version is None:
        raise UserError(
            f"{scores}: {manifest['model']} v{manifest['version']}, which made these scores, is gone; score again"
        )
    loaded = load(ws, tracker, spec, version)
    with opened(ws) as home, tracker.run(campaign.pipeline, "leads", f"leads {name} {as_of}") as run:
        home.engine.define_files(SCORED, scores / SCORES)
        features = _features(ws, spec, campaign, loaded, home, as_of, progress)
        progress.step("choosing")
        chosen = _chosen(ws, campaign, condition_types(ws, spec), home, features)
        rows = _rows_of(home, features, chosen, loaded, campaign)
        told = explained(loaded, rows, progress)
        reasons = [[reason.sentence for reason in one] for one in told.reasons]
        facts = _facts(campaign, loaded, as_of)
        table = lead_table(
            chosen.rows, facts, reasons, {column: rows[column] for column in campaign.export.columns}
        )
        progress.step("files")
        made_of = {
            "run_id": loaded.version.run_id,
            "explainer": told.explainer,
            "explainer_because": told.because,
            "scores": manifest["files"],
            "sources": manifest["sources"],
        }
        words = wording_of(spec)
        expected = loaded.model.expected(chosen.rows[SCORE].to_numpy())
        files = _write(
            folder, table, campaign, facts, expected, chosen, loaded, made_of, words, replace=replace
        )
        listed = _listed(name, table, facts, expected, chosen, folder, files)
        listed = replaced(listed, without_consent=campaign.without_consent)
        if words.meaning:
            listed = replaced(listed, expected_is=words.expected)
        run.tags(
            {"leadlift.campaign": name, "leadlift.list_id": listed.list_id, "leadlift.model": loaded.name}
        )
        run.table("tables/waterfall.csv", [asdict(row) for row in chosen.waterfall])
        run.file(folder / "manifest.json")
        told_of = {
            "leads": listed.leads,
            "expected_responders": listed.expected_responders,
            "expected_responders.low": listed.expected_low,
            "expected_responders.high": listed.expected_high,
        }
        run.metrics({metric: value for metric, value in told_of.items() if value is not None})
        run.note(
            f"{listed.leads:,} leads for {campaign.offer.label} as of {as_of}; "
            f"{listed.expected_responders:,.0f} {listed.expected_is}{listed.between}."
        )
    return listed


def _refuse_existing(folder: Path, *, replace: bool) -> None:
    if folder.exists() and not replace:
        raise UserError(
            f"{folder} holds a lead list already, and a list is immutable: it may be in use. To write another beside "
            "it, add --replace; the old one is kept"
        )


def _features(
    ws: Workspace,
    spec: Pipeline,
    campaign: Campaign,
    loaded: Loaded,
    home: Home,
    as_of: date,
    progress: Progress,
) -> exp.Select:
    """All that conditions, reasons and shown columns need, for everyone scored."""
    texts = [campaign.consent, campaign.eligible, *(rule.where for rule in campaign.exclude)]
    named = [
        name
        for text in texts
        if text
        for name in sorted(sql.names_in(sql.parse(text, condition_types(ws, spec), "the workspace")))
    ]
    names = list(dict.fromkeys([*loaded.model.encoding.features, *named, *campaign.export.columns]))
    if spec.population.table is not None:
        table = spec.population.score or spec.population.table
        return flat_query(table, home.sources[table], names, spec.population.where, home.sources)
    return feature_query(home, ws.features, names, everyone_spine(home, [as_of]), progress)[0]


def condition_types(ws: Workspace, spec: Pipeline) -> dict[str, str]:
    """What a campaign's conditions may name, and its type: features, or every column of the flat table."""
    table = spec.population.score or spec.population.table
    if table is not None:
        return column_types(ws.sources[table], ws.sources)
    return {name: "string" if feature.is_text else "number" for name, feature in ws.features.items()}


def _chosen(
    ws: Workspace, campaign: Campaign, types: Mapping[str, str], home: Home, features: exp.Select
) -> Chosen:
    rules: list[tuple[str, exp.Expr]] = []
    if campaign.consent:
        rules.append(("consent", _unless(campaign.consent, types)))
    if campaign.eligible:
        rules.append(("eligible", _unless(campaign.eligible, types)))
    rules += [(rule.rule, sql.parse(rule.where, types, "the workspace")) for rule in campaign.exclude]
    removed = exp.Case()
    for rule, gone in rules:
        removed = removed.when(gone, exp.Literal.string(rule))
    on = exp.EQ(this=col(CUSTOMER, SCORED), expression=col(CUSTOMER, FEATURES))
    scored = [col(name, SCORED) for name in (CUSTOMER, SCORE, PROBABILITY, PERCENTILE, BAND)]
    query = exp.select(*scored, exp.cast(removed, "TEXT").as_(REMOVED_BY)).from_(SCORED)
    table = home.engine.table(query.join(features.subquery(FEATURES), on=on))
    chosen = choose(
        table, [rule for rule, _ in rules], ws.file.holdout, campaign.min_probability, campaign.size
    )
    if chosen.rows.num_rows == 0:
        told = ", ".join(f"{row.rule} removed {row.removed:,}" for row in chosen.waterfall[1:] if row.removed)
        hint = "; `consent` in its file says who agreed" if chosen.waterfall[1].rule == "consent" else ""
        raise GateError(
            f"campaign {campaign.campaign}: nobody is left of {table.num_rows:,} scored: {told or 'none scored'}{hint}"
        )
    return chosen


def _unless(text: str, types: Mapping[str, str]) -> exp.Expr:
    """Who does not fulfil the condition. Unknown is no: consent and eligibility are never assumed."""
    met = case(sql.parse(text, types, "the workspace"), exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.EQ(this=met, expression=exp.Literal.number(0))


def _rows_of(
    home: Home, features: exp.Select, chosen: Chosen, loaded: Loaded, campaign: Campaign
) -> pa.Table:
    """The features of the chosen customers, in the order of the list."""
    home.engine.define_table(CHOSEN, chosen.rows.select([CUSTOMER]))
    on = exp.EQ(this=col(CUSTOMER, CHOSEN), expression=col(CUSTOMER, FEATURES))
    names = dict.fromkeys([*loaded.model.encoding.features, *campaign.export.columns])
    query = exp.select(col(CUSTOMER, FEATURES), *(col(name, FEATURES) for name in names))
    rows = home.engine.table(query.from_(CHOSEN).join(features.subquery(FEATURES), on=on))
    return in_order(rows, chosen.rows[CUSTOMER])


def _facts(campaign: Campaign, loaded: Loaded, as_of: date) -> ListFacts:
    return ListFacts(
        campaign=campaign.campaign,
        offer=campaign.offer.label,
        channel=campaign.channel,
        as_of=as_of,
        valid_until=as_of + timedelta(days=campaign.valid_for),
        model_version=loaded.name,
    )


def _write(
    folder: Path,
    table: pa.Table,
    campaign: Campaign,
    facts: ListFacts,
    expected: Expected,
    chosen: Chosen,
    loaded: Loaded,
    made_of: Mapping[str, Any],
    words: Wording,
    *,
    replace: bool,
) -> list[Path]:
    summary = {
        "list_id": table["list_id"][0].as_py(),
        "campaign": campaign.campaign,
        "offer": campaign.offer.label,
        "channel": campaign.channel,
        "as_of": facts.as_of.isoformat(),
        "valid_until": facts.valid_until.isoformat(),
        "consent": campaign.consent or f"not asked: {campaign.without_consent}",
        "leads": table.num_rows,
        "expected_responders": round(chosen.waterfall[-1].expected_responders, 1),
        **(
            {"expected_responders_low": expected.low, "expected_responders_high": expected.high}
            if expected.low is not None
            else {}
        ),
        "expected_responders_method": loaded.model.expected_method(),
        "model": facts.model_version,
        "percentiles_among": loaded.model.percentiles.population,
        "bands": "; ".join(f"{band}: {told}" for band, told in loaded.model.bands.describe().items()),
    }
    meaning = {**MEANING, PROBABILITY: words.meaning} if words.meaning else MEANING
    taken = len(list(folder.parent.glob(f"{folder.name}.replaced-*")))
    aside = folder.with_name(f"{folder.name}.replaced-{taken + 1}") if replace else None
    with whole_folder(folder, keep_as=aside) as temporary:
        files = write_leads(temporary, table, campaign.export, meaning, list(summary.items()))
        files.append(write_rows(temporary / "waterfall.csv", [asdict(row) for row in chosen.waterfall]))
        write_manifest(temporary, files, {**summary, **made_of})
    return [folder / path.name for path in files]


def _listed(
    name: str,
    table: pa.Table,
    facts: ListFacts,
    expected: Expected,
    chosen: Chosen,
    folder: Path,
    files: Sequence[Path],
) -> Listed:
    return Listed(
        campaign=name,
        list_id=table["list_id"][0].as_py(),
        as_of=facts.as_of,
        model=facts.model_version,
        leads=table.num_rows,
        expected_responders=chosen.waterfall[-1].expected_responders,
        expected_low=expected.low,
        expected_high=expected.high,
        waterfall=chosen.waterfall,
        folder=folder,
        files=tuple(path.name for path in files),
        best=tuple(table.slice(0, 10).to_pylist()),
    )
