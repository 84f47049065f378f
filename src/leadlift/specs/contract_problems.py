"""Faults of contracts that no column or source can know alone: what rules name must be there and must fit."""

from __future__ import annotations

from leadlift.errors import Problem
from leadlift.specs._yaml import Document, Path_
from leadlift.specs.base import listed, nearest
from leadlift.specs.crosscheck import Sources, condition_problems
from leadlift.specs.definitions import column_types
from leadlift.specs.sources import Source

NEED_A_CLOCK = ("fresh", "gaps", "volume")


def contract_problems(document: Document, sources: Sources) -> list[Problem]:
    """Faults of `references` and of `checks`, source by source."""
    problems: list[Problem] = []
    for name, source in sources.items():
        path: Path_ = ("sources", name)
        for column, spec in source.columns.items():
            if spec.references is not None:
                here = (*path, "columns", column, "references")
                problems += _reference_problems(document, here, spec.references, spec.type, sources)
        problems += _clock_problems(document, (*path, "checks"), source)
        columns = column_types(source, sources)
        for rule, said in source.checks.rules.items():
            here = (*path, "checks", "rules", rule, "expect")
            problems += condition_problems(document, here, said.expect, columns, f"source '{name}'")
    return problems


def _reference_problems(
    document: Document, path: Path_, text: str, kind: str, sources: Sources
) -> list[Problem]:
    name, _, column = text.partition(".")
    if name not in sources:
        guess = nearest(name, sources) or f" Known: {listed(sources)}"
        return [document.problem(path, f"no source '{name}' in leadlift.yaml.{guess}")]
    known = sources[name].columns
    if column not in known:
        return [document.problem(path, f"no column '{column}' in source '{name}'.{nearest(column, known)}")]
    if known[column].type != kind:
        why = f"'{text}' is of type '{known[column].type}', and this column of type '{kind}'"
        return [document.problem(path, f"{why}: they could never be equal")]
    return []


def _clock_problems(document: Document, path: Path_, source: Source) -> list[Problem]:
    if source.day_clock is not None:
        return []
    asked = [rule for rule in NEED_A_CLOCK if getattr(source.checks, rule) is not None]
    why = "needs a clock, and this source has none: give it `event_time`, `valid_from` or `since`"
    return [document.problem((*path, rule), f"`{rule}` {why}") for rule in asked]
