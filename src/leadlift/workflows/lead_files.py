"""The files of a list: what marketing opens, what the bank keeps, and the manifest, all at once or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadlift.engines.files import whole_folder
from leadlift.leads import MEANING, WaterfallRow, lead_table, write_leads, write_rows
from leadlift.leads.board import Board
from leadlift.names import CONTROL, CUSTOMER, PROBABILITY
from leadlift.specs import Campaign, shown_features
from leadlift.workflows.lead_rows import Told
from leadlift.workflows.lists import ASSIGNED, KEPT
from leadlift.workflows.manifest import write_manifest
from leadlift.workflows.wording import Wording


def leads_of(campaign: Campaign, told: Told, by_money: bool) -> pa.Table:
    """The rows that marketing gets: those contacted, in words of the campaign."""
    contacted = pa.array(np.array([cell != CONTROL for cell in told.assigned["cell"].to_pylist()]))
    rows, features = told.assigned.filter(contacted), told.features.filter(contacted)
    chance = pc.coalesce(rows[PROBABILITY], rows["uplift"])
    offers = rows["offer"].to_pylist()
    leads = {
        CUSTOMER: rows[CUSTOMER],
        "offer": pa.array([campaign.offers[one].label for one in offers]),
        "channel": pa.array([campaign.channels[one].label or one for one in rows["channel"].to_pylist()]),
        PROBABILITY: chance,
        **{name: rows[name] for name in ("percentile", "band", "treatment_code", "model_version")},
    }
    if by_money:
        leads["expected_value"] = rows["expected_value"]
    if "seller" in rows.column_names:
        leads["seller"] = rows["seller"]
    if any(offer.script for offer in campaign.offers.values()):
        leads["script"] = pa.array([campaign.offers[one].script or None for one in offers], pa.string())
    shown = {name: features[name] for name in shown_features(campaign)}
    days = rows.slice(0, 1)
    return lead_table(
        pa.table(leads),
        told.reasons,
        shown,
        days["as_of"][0].as_py(),
        days["valid_until"][0].as_py(),
        told.list_id,
    )


def write_list(
    folder: Path,
    campaign: Campaign,
    leads: pa.Table,
    told: Told,
    board: Board,
    summary: Mapping[str, Any],
    made_of: Mapping[str, Any],
    words: Wording,
    *,
    replace: bool,
) -> list[Path]:
    """Write the folder of a list; an older one is kept beside it with `replace`. Returns what marketing gets."""
    meaning = {**MEANING, PROBABILITY: words.meaning} if words.meaning else MEANING
    taken = len(list(folder.parent.glob(f"{folder.name}.replaced-*")))
    aside = folder.with_name(f"{folder.name}.replaced-{taken + 1}") if replace else None
    with whole_folder(folder, keep_as=aside) as temporary:
        files = write_leads(temporary, leads, campaign.export, meaning, list(summary.items()))
        files.append(write_rows(temporary / "waterfall.csv", [_row(row) for row in board.rows]))
        kept = _write_kept(temporary / KEPT, told, board, campaign)
        write_manifest(temporary, [*files, *kept], {**summary, **made_of})
    return [folder / path.name for path in files]


def _row(row: WaterfallRow) -> dict[str, object]:
    return {name: value for name, value in asdict(row).items() if value is not None}


def _write_kept(folder: Path, told: Told, board: Board, campaign: Campaign) -> list[Path]:
    folder.mkdir()
    control = told.assigned.filter(pa.array([cell == CONTROL for cell in told.assigned["cell"].to_pylist()]))
    tables = {
        ASSIGNED: told.assigned,
        "control.parquet": control,
        "suppressed.parquet": _suppressed(board, campaign),
    }
    for name, table in tables.items():
        pq.write_table(table, folder / name, compression="zstd")
    return [folder / name for name in tables]


def _suppressed(board: Board, campaign: Campaign) -> pa.Table:
    """Whom which rule removed, from everything (offer null) or from an offer."""
    offers, rows, names, rules = list(campaign.offers), [], [], []
    for one in board.removed:
        for offer, gone in [(None, one.gone), *((offers[o], r) for o, r in one.closed.items())]:
            rows.append(gone)
            names.append(pa.repeat(pa.scalar(offer, pa.string()), len(gone)))
            rules.append(pa.repeat(pa.scalar(one.rule), len(gone)))
    if not rows:
        return pa.schema([(name, pa.string()) for name in (CUSTOMER, "offer", "rule")]).empty_table()
    customers = board.customers.take(pa.array(np.concatenate(rows)))
    return pa.table({CUSTOMER: customers, "offer": pa.chunked_array(names), "rule": pa.chunked_array(rules)})
