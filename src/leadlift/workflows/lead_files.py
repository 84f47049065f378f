"""The files of a list: what marketing opens, what the bank keeps, and the manifest, all at once or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import replace as replace_words
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadlift.engines.files import whole_folder
from leadlift.errors import UserError
from leadlift.leads import WORDS, WaterfallRow, lead_table, write_leads, write_rows
from leadlift.leads.board import Board
from leadlift.leads.database import write_to_database
from leadlift.leads.encrypt import encrypted
from leadlift.leads.pseudonyms import LEAST_KEY, pseudonyms
from leadlift.ledger import Ledger
from leadlift.ledger.places import ASSIGNED, KEPT
from leadlift.names import AS_OF, CONTROL, CUSTOMER, PROBABILITY
from leadlift.specs import Campaign, shown_features
from leadlift.workflows.lead_rows import Told
from leadlift.workflows.manifest import write_manifest
from leadlift.workflows.places import PSEUDONYMS
from leadlift.workflows.wording import Wording

KEY_VARIABLE = "LEADLIFT_PSEUDONYM_KEY"
ROWS_TOGETHER = 65_536


def database_url(told: str) -> str:
    """The URL itself, or what the variable named holds. Raises UserError when it holds nothing."""
    if not told.startswith("env:"):
        return told
    url = os.environ.get(told[4:], "")
    if not url:
        raise UserError(f"export.database.url: the variable {told[4:]} is not set")
    return url


def pseudonym_key() -> str:
    """The key of pseudonyms. Raises UserError when there is none, or one that can be guessed."""
    key = os.environ.get(KEY_VARIABLE, "")
    if len(key) < LEAST_KEY:
        raise UserError(
            f"export.pseudonymous: {KEY_VARIABLE} must hold a secret of at least {LEAST_KEY} letters, the same for "
            "every list; who has it can tell whose pseudonym one is"
        )
    return key


def leads_of(campaign: Campaign, told: Told, by_money: bool) -> pa.Table:
    """The rows that marketing gets: those contacted, in words of the campaign."""
    contacted = pa.array(np.array([cell != CONTROL for cell in told.assigned["cell"].to_pylist()]))
    rows, features = told.assigned.filter(contacted), told.features.filter(contacted)
    chance = pc.coalesce(rows[PROBABILITY], rows["uplift"])
    offers = rows["offer"].to_pylist()
    customers = rows[CUSTOMER]
    if campaign.export.pseudonymous:
        customers = pseudonyms(customers.to_pylist(), pseudonym_key())
    leads = {
        CUSTOMER: customers,
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
    shown: Mapping[str, Any],
    made_of: Mapping[str, Any],
    words: Wording,
    language: str,
    ledger: Ledger,
    *,
    replace: bool,
    reads_lists: bool,
) -> list[Path]:
    """Write the folder of a list; an older one is kept beside it with `replace`. Returns what marketing gets.

    summary: the head of the manifest. shown: the same in the language of the files. reads_lists: the policy counts
    contacts, so that the list must have seen all others. Raises UserError, and leaves nothing, when the ledger has a
    list that this one does not know of.
    """
    told_in = WORDS[language]
    if meaning := words.meaning_in(language):
        told_in = replace_words(told_in, meaning={**told_in.meaning, PROBABILITY: meaning})
    told_in = replace_words(told_in, facts={**told_in.facts, **words.facts(language)})
    taken = len(list(folder.parent.glob(f"{folder.name}.replaced-*")))
    aside = folder.with_name(f"{folder.name}.replaced-{taken + 1}") if replace else None
    with whole_folder(folder, keep_as=aside) as temporary:
        files = write_leads(temporary, leads, campaign.export, told_in, list(shown.items()))
        if campaign.export.encrypt_to:
            files = encrypted(files, campaign.export.encrypt_to)
        files.append(write_rows(temporary / "waterfall.csv", [_row(row) for row in board.rows]))
        kept = _write_kept(temporary / KEPT, told, board, campaign)
        write_manifest(temporary, [*files, *kept], {**summary, **made_of})
        day = told.assigned[AS_OF][0].as_py()
        with ledger.recording(
            campaign.campaign, day, temporary, replace=replace, reads_lists=reads_lists
        ) as finished:
            # last: a list stands in the table when its folder does, or is what the next run removes
            if campaign.export.database is not None:
                stem = told.list_id.rpartition("-")[0] + "-"
                url = database_url(campaign.export.database.url)
                write_to_database(url, campaign.export.database.table, leads, stem, finished)
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
    if campaign.export.pseudonymous:
        names = told.assigned[CUSTOMER]
        tables[PSEUDONYMS] = pa.table(
            {CUSTOMER: names, "pseudonym": pseudonyms(names.to_pylist(), pseudonym_key())}
        )
    for name, table in tables.items():
        pq.write_table(table, folder / name, compression="zstd", row_group_size=ROWS_TOGETHER)
    return [folder / name for name in tables]


def _suppressed(board: Board, campaign: Campaign) -> pa.Table:
    """Whom which rule removed, from everything (offer null) or from an offer, by customer and then as rules were asked.

    So whoever asks for one customer reads a few thousand rows.
    """
    offers, rows, names, rules = list(campaign.offers), [], [], []
    for one in board.removed:
        for offer, gone in [(None, one.gone), *((offers[o], r) for o, r in one.closed.items())]:
            rows.append(gone)
            names.append(pa.repeat(pa.scalar(offer, pa.string()), len(gone)))
            rules.append(pa.repeat(pa.scalar(one.rule), len(gone)))
    if not rows:
        return pa.schema([(name, pa.string()) for name in (CUSTOMER, "offer", "rule")]).empty_table()
    gone = np.concatenate(rows)
    order = pa.array(np.argsort(gone, kind="stable"))
    told = {"offer": pa.chunked_array(names).take(order), "rule": pa.chunked_array(rules).take(order)}
    return pa.table({CUSTOMER: board.customers.take(pa.array(gone).take(order)), **told})
