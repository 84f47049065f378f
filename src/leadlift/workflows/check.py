"""leadlift check: every fault of specs and data, at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from leadlift.contracts import (
    Finding,
    Looked,
    Seen,
    judge,
    last_day,
    look,
    stopping,
    unparsed,
    write_quarantine,
)
from leadlift.contracts.findings import Where
from leadlift.engines import Fault
from leadlift.errors import Problem, SpecErrors, UserError
from leadlift.features import Home
from leadlift.features.calendar import as_of_dates
from leadlift.progress import SILENT, Progress
from leadlift.specs import FILE, Pipeline, Workspace, marked_columns, read_workspace
from leadlift.specs._yaml import Document, dotted
from leadlift.training import maturity_of
from leadlift.workflows.session import as_problem, every_row, looked_at

QUARANTINE = Path(".leadlift/quarantine")
PAGE = Path("reports/check.html")


@dataclass(frozen=True)
class Quarantined:
    """Rows put aside for a person. pii: columns in the file that identify people."""

    source: str
    rows: int
    path: Path
    pii: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """What `check` found.

    day: the day stood on; freshness and rows from the future are judged by it. tables: each source that could be
    read, with every rule and how it fared. notes: what is worth knowing, but no fault. faults: broken rules that
    stop. lines: where in leadlift.yaml a rule of a source stands. quarantined, page: what was written, when it
    was asked for.
    """

    workspace: str
    day: date | None
    sources: int
    features: int
    pipelines: int
    campaigns: int
    segmentations: int
    tables: tuple[Looked, ...]
    notes: tuple[str, ...]
    faults: tuple[Problem, ...]
    lines: Mapping[tuple[str, Where], int]
    quarantined: tuple[Quarantined, ...] = ()
    page: Path | None = None


def check(
    root: Path,
    as_of: date | None = None,
    *,
    quarantine: bool = False,
    html: bool = False,
    progress: Progress = SILENT,
) -> Checked:
    """Read every spec and look at all data. Raises SpecErrors with all that must be mended in specs or files.

    as_of: the day to stand on; by default the last day of all data. What the data breaks of its contract is
    returned: the files are readable, and whether to go on is a decision.
    """
    progress.step("specs")
    ws, problems = read_workspace(root)
    if ws is None:
        raise SpecErrors(problems)
    with every_row(ws) as (home, faults):
        unreadable = [as_problem(ws, name, fault) for name, fault in faults if not fault.count]
        seen = _looked_at(ws, home, {name for name, _ in faults}, progress)
        day = as_of or last_day(seen)
        tables = (*(judge(one, day, asked=as_of is not None) for one in seen), *_unparsed(faults))
        faulty = [*unreadable, *_unknown_params(ws), *([] if faults else _immature(ws))]
        if faulty:
            raise SpecErrors([*faulty, *_told(ws, tables)])
        put_aside = _quarantine(ws, home, seen, progress) if quarantine else ()
    found = Checked(
        workspace=ws.file.name,
        day=day,
        sources=len(ws.sources),
        features=len(ws.features),
        pipelines=len(ws.pipelines),
        campaigns=len(ws.campaigns),
        segmentations=len(ws.segments),
        tables=tables,
        notes=(*_left_out(seen), *_notes(ws)),
        faults=tuple(_told(ws, tables)),
        lines={(f.source, f.path): problem_of(ws, f).line for one in tables for f in one.findings},
        quarantined=put_aside,
        page=ws.root / PAGE if html else None,
    )
    if found.page is not None:
        _write_page(ws, found, found.page)
    return found


def as_record(found: Checked) -> dict[str, Any]:
    """The whole result as JSON holds it: every rule of every source, with the line that declares it."""
    names = [one.name for one in fields(found) if one.name not in ("tables", "faults", "lines")]
    return {
        **{name: getattr(found, name) for name in names},
        "stops": bool(found.faults),
        "tables": [
            {
                "source": one.source,
                "rows": one.rows,
                "first_day": one.days[0][0] if one.days else None,
                "last_day": one.days[-1][0] if one.days else None,
                "rules": [_rule_record(finding, found.lines) for finding in one.findings],
                "marked": [{"from": first, "to": last, "why": why} for first, last, why in one.marked],
            }
            for one in found.tables
        ],
    }


def _rule_record(finding: Finding, lines: Mapping[tuple[str, Where], int]) -> dict[str, Any]:
    where = {"path": dotted(finding.path), "line": lines[finding.source, finding.path]}
    return {**vars(finding), "holds": finding.holds, **where}


def _looked_at(ws: Workspace, home: Home, broken: set[str], progress: Progress) -> list[Seen]:
    """One query a source, of every source that opened and whose lookups and references did."""
    seen = []
    for done, (name, source) in enumerate(ws.sources.items()):
        progress.step(f"contract of {name}")
        progress.done(done / len(ws.sources))
        needs = {name, *(join.source for join in source.joins)}
        needs |= {
            column.references.partition(".")[0] for column in source.columns.values() if column.references
        }
        needs |= {join.source for other in needs for join in ws.sources[other].joins}
        if not needs & broken:
            seen.append(look(home.engine, name, source, ws.sources, ws.file.customer_key))
    return seen


def _unparsed(faults: list[tuple[str, Fault]]) -> tuple[Looked, ...]:
    """Sources whose values are not of their types: nothing else can be said of them."""
    by_source: dict[str, list[Fault]] = {}
    for name, fault in faults:
        if fault.count:
            by_source.setdefault(name, []).append(fault)
    return tuple(Looked(name, found[0].rows, unparsed(name, found)) for name, found in by_source.items())


def _told(ws: Workspace, tables: tuple[Looked, ...]) -> list[Problem]:
    """Broken rules that stop, each at the line that declares it."""
    return sorted(problem_of(ws, finding) for finding in stopping(tables))


def problem_of(ws: Workspace, finding: Finding) -> Problem:
    """A broken rule as a fault with file and line."""
    return ws.documents[FILE].problem(("sources", finding.source, *finding.path), finding.message)


def _quarantine(ws: Workspace, home: Home, seen: list[Seen], progress: Progress) -> tuple[Quarantined, ...]:
    """Write the rows that break error rules of single rows; a file without any is removed."""
    written = []
    for one in seen:
        name = one.contract.name
        progress.step(f"quarantine of {name}")
        path = ws.root / QUARANTINE / f"{name}.parquet"
        rows = write_quarantine(home.engine, one.contract, path)
        if rows:
            pii = tuple(sorted(marked_columns(ws.sources[name], ws.sources, "pii")))
            written.append(Quarantined(name, rows, path, pii))
    return tuple(written)


def _write_page(ws: Workspace, found: Checked, path: Path) -> None:
    from leadlift.engines.files import write_text
    from leadlift.reports.contract_page import contract_page

    about = {name: source.description for name, source in ws.sources.items()}
    write_text(path, contract_page(found.workspace, found.day, found.tables, about))


def _left_out(seen: list[Seen]) -> tuple[str, ...]:
    return tuple(
        f"{one.contract.name}: {one.left_out:,} of {one.rows:,} rows are left out of everything (on_fail: quarantine)"
        for one in seen
        if one.left_out
    )


def _immature(ws: Workspace) -> list[Problem]:
    """Pipelines whose as-of dates reach beyond what is known of their outcomes, in the rows that are read."""
    with looked_at(ws) as (home, _):
        return _immature_in(ws, home)


def _pipelines(ws: Workspace) -> Iterator[tuple[Document, Pipeline]]:
    """Every pipeline with the file that it stands in."""
    for document in ws.documents.values():
        name = document.data.get("pipeline")
        if (
            name in ws.pipelines
            and document.file.startswith("pipelines/")
            and "campaign" not in document.data
        ):
            yield document, ws.pipelines[name]


def _unknown_params(ws: Workspace) -> list[Problem]:
    """Parameters of LightGBM that cannot be set so, and ranges that cannot be searched."""
    from leadlift.models.params import params_faults
    from leadlift.tuning.space import search_space

    problems = []
    for document, spec in _pipelines(ws):
        for name, why in params_faults(spec.model.params):
            problems.append(document.problem(("model", "params", name), why))
        try:
            search_space(spec.tune.space, spec.model.params, 10**6)
        except UserError as error:
            problems.append(document.problem(("tune", "space"), str(error).partition(": ")[2]))
    return problems


def _immature_in(ws: Workspace, home: Home) -> list[Problem]:
    problems = []
    for document, spec in _pipelines(ws):
        try:
            maturity = maturity_of(spec, home)
            if maturity is not None and spec.population.as_of is not None:
                as_of_dates(spec.population, spec.target, maturity)
            elif maturity is not None and spec.population.to is not None:
                maturity.refuse_immature(spec.population.to, "population.to", spec.target.outcome or 0)
        except UserError as error:
            where, _, message = str(error).partition(": ")
            path = tuple(where.split(".")) if where.startswith("population.") else ("target",)
            problems.append(
                document.problem(path, message if where.startswith("population.") else str(error))
            )
    return problems


def _notes(ws: Workspace) -> tuple[str, ...]:
    notes = []
    for name, source in ws.sources.items():
        resting = [f.name for f in ws.features.values() if f.source == name]
        if not source.has_history and resting:
            notes.append(f"{name} has no history: read as it is today by {', '.join(resting)}")
    hidden = [f"{f.name} ({f.hidden})" for f in ws.features.values() if f.hidden]
    if hidden:
        notes.append(f"kept out of models, reasons and files: {', '.join(hidden)}")
    return tuple(notes)
