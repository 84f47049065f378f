"""leadlift outcomes: what came back from the lists, added once and for all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.engines.files import digest, locked, sha256_of, sweep, whole_file
from leadlift.errors import UserError
from leadlift.names import CUSTOMER
from leadlift.outcomes import FIELDS, Judged, Rows, Treatment, case_table, judge_rows, read_outcomes, rows_of
from leadlift.specs import Workspace
from leadlift.specs.base import nearest
from leadlift.workflows.lists import WrittenList, pseudonyms_of, written_lists
from leadlift.workflows.session import opened

FOLDER, QUARANTINE, CASES = "outcomes", "quarantine", "cases.parquet"
GOOD: dict[Hashable, Any] = {
    "treatment_code": str,
    CUSTOMER: str,
    "event": str,
    "day": "datetime64[s]",
    "money": float,
}


@dataclass(frozen=True)
class Added:
    """What became of the rows of a file: rows = added + known + quarantined.

    known: rows that an earlier file held. kinds: why rows were put aside, and how many. cases: rows of
    outcomes/cases.parquet, one for each customer whose window has closed.
    """

    name: str
    rows: int
    added: int
    known: int
    quarantined: int
    kinds: Mapping[str, int]
    file: Path | None
    quarantine: Path | None
    cases: int


def add_outcomes(
    ws: Workspace,
    file: Path | None = None,
    source: str | None = None,
    columns: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Added:
    """Add the outcomes of a file or of a source of the workspace, each once however often it comes.

    columns: field -> the file's own name for it. today: the day we stand on, nothing being known after it. Rows that
    cannot be counted are written beside, whole, each with its reason. Raises UserError when there is no list yet, or
    for a file that cannot be read at all.
    """
    lists = written_lists(ws)
    if not lists:
        raise UserError(f"{ws.root / 'leads'}: no list was written yet, so nothing can have come back")
    rows = _of_source(ws, source, columns or {}) if source else read_outcomes(_given(file), columns or {})
    names = pseudonyms_of(lists)
    if names:
        rows = replace(rows, table=rows.table.replace({CUSTOMER: names}))
    on = today or datetime.now().astimezone().date()
    folder = ws.root / FOLDER
    with locked(folder / "add"):
        sweep(folder)
        judged = judge_rows(rows, *_known_codes(lists), good_rows(folder), on)
        name = sha256_of(file)[:16] if file and not source else digest(f"{source}{len(rows.table)}{on}")
        kept = _keep(folder, name, judged, rows.name)
        aside = _put_aside(folder / QUARANTINE / f"{name}.csv", judged)
        cases = _write_cases(folder, lists, on)
    return Added(
        rows.name,
        len(rows.table),
        len(judged.good),
        judged.known,
        len(judged.bad),
        judged.kinds,
        kept,
        aside,
        cases,
    )


def good_rows(folder: Path) -> pd.DataFrame:
    """Every row counted so far: treatment_code, customer_id, event, day and money (NaN without)."""
    tables = [
        pq.read_table(path, columns=[str(name) for name in GOOD])
        for path in sorted(folder.glob("events-*.parquet"))
    ]
    if not tables:
        return pd.DataFrame({str(name): [] for name in GOOD}).astype(GOOD)
    told: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    return told.astype(GOOD)


def members_of(lists: Iterable[WrittenList]) -> pd.MultiIndex:
    """(treatment_code, customer_id) of everyone on the lists."""
    pairs = pd.concat([one.assigned[["treatment_code", CUSTOMER]] for one in lists])
    return pd.MultiIndex.from_frame(pairs)


def _known_codes(lists: list[WrittenList]) -> tuple[dict[str, Treatment], pd.MultiIndex]:
    return {code: one for written in lists for code, one in written.treatments.items()}, members_of(lists)


def _given(file: Path | None) -> Path:
    if file is None:
        raise UserError("outcomes add: name a FILE, or a source of leadlift.yaml with --source")
    return file


def _of_source(ws: Workspace, name: str, columns: Mapping[str, str]) -> Rows:
    if name not in ws.sources:
        raise UserError(f"--source: no source '{name}'.{nearest(name, ws.sources)}")
    with opened(ws) as home:
        return rows_of(home.engine.table(exp.select("*").from_(exp.to_table(name))), name, columns)


def _keep(folder: Path, name: str, judged: Judged, source: str) -> Path | None:
    """The good rows as a file of their own, named after what they came from; None when there are none."""
    if not len(judged.good):
        return None
    kept = pa.Table.from_pandas(judged.good.assign(source=source), preserve_index=False)
    now = pa.array([datetime.now(UTC)] * kept.num_rows, pa.timestamp("s", "UTC"))
    taken = len(list(folder.glob(f"events-{name}*.parquet")))
    path = folder / (f"events-{name}-{taken + 1}.parquet" if taken else f"events-{name}.parquet")
    with whole_file(path) as temporary:
        pq.write_table(kept.append_column("added_at", now), temporary, compression="zstd")
    return path


def _put_aside(path: Path, judged: Judged) -> Path | None:
    if not len(judged.bad):
        path.unlink(missing_ok=True)
        return None
    told = judged.bad[["line", "kind", "reason", *FIELDS, "raw"]]
    with whole_file(path) as temporary:
        told.to_csv(temporary, index=False, encoding="utf-8-sig")
    return path


def _write_cases(folder: Path, lists: list[WrittenList], today: date) -> int:
    """Everyone whose window has closed, as rows to learn from: the file is made anew from lists and events."""
    assigned = pd.concat([one.assigned for one in lists], ignore_index=True)
    closed = assigned[pd.to_datetime(assigned["closes"]) < pd.Timestamp(today)]
    table = case_table(closed, good_rows(folder))
    with whole_file(folder / CASES) as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return int(table.num_rows)
