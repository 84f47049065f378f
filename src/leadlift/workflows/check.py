"""leadlift check: every fault of specs and data, at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadlift.engines.contracts import broken_rules
from leadlift.errors import Problem, SpecErrors, UserError
from leadlift.features import Home
from leadlift.features.calendar import as_of_dates
from leadlift.features.rows import raw_name
from leadlift.specs import Workspace, read_workspace
from leadlift.training import maturity_of
from leadlift.workflows.progress import SILENT, Progress
from leadlift.workflows.session import as_problem, looked_at


@dataclass(frozen=True)
class Checked:
    """What `check` found. broken: contract rules that the data breaks. notes: what is worth knowing, but no fault."""

    workspace: str
    sources: int
    features: int
    pipelines: int
    campaigns: int
    broken: tuple[Problem, ...]
    notes: tuple[str, ...]


def check(root: Path, progress: Progress = SILENT) -> Checked:
    """Read every spec and look at all data. Raises SpecErrors with all that must be mended in specs or files.

    What the data breaks of its contract is returned: the files are readable, and whether to go on is a decision.
    """
    progress.step("specs")
    ws, problems = read_workspace(root)
    if ws is None:
        raise SpecErrors(problems)
    with looked_at(ws) as (home, unreadable):
        broken = []
        readable = [name for name in ws.sources if name not in {p.path.split(".")[1] for p in unreadable}]
        for done, name in enumerate(readable):
            progress.step(f"contract of {name}")
            progress.done(done / len(readable))
            faults = broken_rules(home.engine, raw_name(name), ws.sources[name])
            broken += [as_problem(ws, name, fault) for fault in faults]
        faulty = [*unreadable, *([] if unreadable else _immature(ws, home))]
        if faulty:
            raise SpecErrors([*faulty, *broken])
    return Checked(
        workspace=ws.file.name,
        sources=len(ws.sources),
        features=len(ws.features),
        pipelines=len(ws.pipelines),
        campaigns=len(ws.campaigns),
        broken=tuple(sorted(broken)),
        notes=_notes(ws),
    )


def _immature(ws: Workspace, home: Home) -> list[Problem]:
    """Pipelines whose as-of dates reach beyond what is known of their outcomes."""
    problems = []
    for document in ws.documents.values():
        name = document.data.get("pipeline")
        if (
            name not in ws.pipelines
            or not document.file.startswith("pipelines/")
            or "campaign" in document.data
        ):
            continue
        spec = ws.pipelines[name]
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
