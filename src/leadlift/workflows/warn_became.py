"""What became of earlier warnings: of the customers with each sign, how many fell behind, with its interval."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from sqlglot import exp

from leadlift.errors import UserError
from leadlift.evaluation.experiment import wilson
from leadlift.features import Home
from leadlift.features import population as people
from leadlift.features.rows import ROW, SPINE, col
from leadlift.names import CUSTOMER, TARGET
from leadlift.specs import Pipeline, Workspace
from leadlift.training import maturity_of
from leadlift.warning import SIGNS, Matured, rate_said
from leadlift.workflows.manifest import read_manifest
from leadlift.workflows.warn_files import EVERYONE

MOST = 3
FLAGGED = "flagged"


def became_of(ws: Workspace, spec: Pipeline, home: Home, as_of: date) -> list[Matured]:
    """The last lists whose whole outcome window was over on the day, newest first."""
    maturity = maturity_of(spec, home)
    if spec.target.source is None or maturity is None:
        return []
    ends = min(as_of, maturity.ends)
    told: list[Matured] = []
    for day, path in _lists(ws.root / "warnings" / spec.pipeline):
        if (ends - day).days >= maturity.wait and day < as_of and len(told) < MOST:
            told.append(_matured(spec, home, day, path))
    return told


def _lists(folder: Path) -> list[tuple[date, Path]]:
    """The finished lists on disk, newest first. What is none of ours is passed over."""
    found = []
    for path in folder.glob(f"*/{EVERYONE}"):
        try:
            read_manifest(path.parent, "")
            found.append((date.fromisoformat(path.parent.name), path))
        except (UserError, ValueError):
            continue
    return sorted(found, reverse=True)


def _matured(spec: Pipeline, home: Home, day: date, path: Path) -> Matured:
    home.engine.define_files(SPINE, path)
    outcomes = people.outcomes(spec.target, home.customer_key, home.sources)
    home.engine.define_files(FLAGGED, path)
    flags = [f"by_{sign}" for sign in SIGNS]
    same = exp.EQ(this=col(CUSTOMER, ROW), expression=col(CUSTOMER, FLAGGED))
    query = exp.select(*(col(flag, FLAGGED) for flag in (*flags, "told_of")), col(TARGET, ROW))
    table = home.engine.table(query.from_(exp.to_table(FLAGGED)).join(outcomes.subquery(ROW), on=same))
    y = table[TARGET].to_numpy().astype(bool)
    hits = {
        sign: table[flag].to_numpy(zero_copy_only=False).astype(bool)
        for sign, flag in zip(SIGNS, flags, strict=True)
    }
    told = table["told_of"].to_numpy(zero_copy_only=False).astype(bool)
    count = np.sum([hit.astype(int) for hit in hits.values()], axis=0)
    groups = {**hits, "two signs": count == 2, "all three": count == 3, "told of": told, "not told of": ~told}
    rows = []
    for sign, who in groups.items():
        customers, behind = int(who.sum()), int(y[who].sum())
        share = rate_said(wilson(behind, customers)) if customers else ""
        rows.append({"sign": sign, "customers": customers, "fell_behind": behind, "share": share})
    return Matured(day, rows)
