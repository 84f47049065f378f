"""leadlift outcomes: what came back from the lists, added once and for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
from sqlglot import exp

from leadlift.engines.files import digest, locked, sha256_of, sweep, whole_file
from leadlift.errors import UserError
from leadlift.ledger.places import OUTCOMES
from leadlift.names import CUSTOMER
from leadlift.outcomes import FIELDS, Judged, Rows, Treatment, judge_rows, read_outcomes, rows_of
from leadlift.specs import Workspace
from leadlift.specs.base import nearest
from leadlift.workflows.cases import good_rows, write_cases
from leadlift.workflows.ledger import ledger_of
from leadlift.workflows.lists import WrittenList, pseudonyms_of, written_lists
from leadlift.workflows.session import opened

QUARANTINE = "quarantine"


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
    folder, ledger = ws.root / OUTCOMES, ledger_of(ws)
    with locked(folder / "add"):
        sweep(folder)
        with ledger.adding(on) as adding:
            judged = judge_rows(rows, *_known_codes(lists), good_rows(ledger.root), on)
            name = sha256_of(file)[:16] if file and not source else digest(f"{source}{len(rows.table)}{on}")
            kept = adding.keep(name, _to_keep(judged, rows.name))
            aside = _put_aside(folder / QUARANTINE / f"{name}.csv", judged)
        cases = write_cases(folder, lists, good_rows(ledger.root), on)
        ledger.cases_made()
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


def _to_keep(judged: Judged, source: str) -> pa.Table:
    """The good rows, with what they came from and when."""
    kept = pa.Table.from_pandas(judged.good.assign(source=source), preserve_index=False)
    now = pa.array([datetime.now(UTC)] * kept.num_rows, pa.timestamp("s", "UTC"))
    return kept.append_column("added_at", now)


def _put_aside(path: Path, judged: Judged) -> Path | None:
    if not len(judged.bad):
        path.unlink(missing_ok=True)
        return None
    told = judged.bad[["line", "kind", "reason", *FIELDS, "raw"]]
    with whole_file(path) as temporary:
        told.to_csv(temporary, index=False, encoding="utf-8-sig")
    return path
