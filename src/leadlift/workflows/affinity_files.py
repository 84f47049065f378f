"""The files of leadlift affinity: rules, each customer's suggestion, and the rules frozen as features."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.affinity import FROZEN_BY, Found, frozen_yaml
from leadlift.engines.files import sweep, whole_folder, write_text
from leadlift.errors import UserError
from leadlift.names import CUSTOMER, MANIFEST
from leadlift.reports.sheets import write_sheets
from leadlift.specs.affinity import Affinity
from leadlift.workflows.manifest import write_manifest

SHARES = (
    "support", "support_low", "support_high", "confidence", "confidence_low", "confidence_high", "chance", "chance_low",
    "chance_high", "share", "share_low", "share_high",
)  # fmt: skip


def write_rules(folder: Path, found: Found, rows: pa.Table, facts: Mapping[str, Any]) -> list[str]:
    """Write the folder whole or not at all, in the place of an earlier one of that day. The names of its files."""
    tables: dict[str, Sequence[Any]] = {
        "together": found.together,
        "bases": found.bases,
        "next": found.rules,
        "order": found.steps,
    }
    flat = {name: [_flat(asdict(one)) for one in told] for name, told in tables.items()}
    sweep(folder.parent)
    with whole_folder(folder, replace=True) as temporary:
        paths = [temporary / name for name in ("rules.json", "affinity.xlsx", "next_product.parquet")]
        write_text(paths[0], json.dumps({**facts, **flat}, indent=2, ensure_ascii=False, default=str))
        write_sheets(paths[1], flat, percent=SHARES)
        pq.write_table(rows, paths[2], compression="zstd")
        write_manifest(temporary, paths, facts)
    return [*(path.name for path in paths), MANIFEST]


def suggested_counts(rows: pa.Table) -> list[dict[str, Any]]:
    """product, customers and mean_chance of what is suggested, the most frequent first."""
    told = rows.group_by("next_product").aggregate([("chance", "mean"), (CUSTOMER, "count")]).to_pylist()
    found = [
        {
            "product": one["next_product"] or "none",
            "customers": one[f"{CUSTOMER}_count"],
            "mean_chance": one["chance_mean"],
        }
        for one in told
    ]
    return sorted(found, key=lambda one: (-one["customers"], one["product"]))


def refuse_existing(path: Path, *, replace: bool) -> None:
    """Raise UserError for a file of features that is frozen already, or that somebody else wrote."""
    if not path.exists():
        return
    if not path.read_text(encoding="utf-8").startswith(FROZEN_BY):
        raise UserError(f"{path} was not written by --freeze; rename it first")
    if not replace:
        raise UserError(
            f"{path} is frozen already, and models that learned it can score by it alone. To write other rules, add "
            "--replace, then train and promote those models again"
        )


def write_frozen(path: Path, spec: Affinity, found: Found, day: date) -> Path:
    """Write the rules as a file of features."""
    text = frozen_yaml(found.suggestions, spec.source, spec.product, day, spec.horizon, spec.windows)
    return write_text(path, text)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """One line of a table: intervals side by side, sets as text."""
    told: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and set(value) == {"value", "low", "high"}:
            told |= {name: value["value"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
        else:
            told[name] = " and ".join(value) if isinstance(value, list | tuple) else value
    return told
