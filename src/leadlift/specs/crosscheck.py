"""What no single spec can know: that the names in one file stand for something in another."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from leadlift.errors import Problem
from leadlift.specs import sql
from leadlift.specs._yaml import Document, Path_
from leadlift.specs.base import listed, nearest
from leadlift.specs.campaigns import Campaign
from leadlift.specs.catalogue import FeatureDef, column_types, marked_columns
from leadlift.specs.features import FeatureFile
from leadlift.specs.pipelines import Pipeline
from leadlift.specs.sources import TIMES, Source

Sources = Mapping[str, Source]


def source_problems(document: Document, sources: Sources, customer_key: str) -> list[Problem]:
    """Faults between the sources: keys, lookups and conditions that name columns that are not there."""
    problems: list[Problem] = []
    for name, source in sources.items():
        path: Path_ = ("sources", name)
        columns = column_types(source, sources)
        key = source.customer_key or customer_key
        if source.kind not in ("flat", "lookup") and key not in columns:
            message = f"the customer key '{key}' is not a column of source '{name}'.{nearest(key, columns)}"
            problems.append(document.problem(path, message))
        problems += _join_problems(document, (*path, "joins"), source, sources)
        if source.where is not None:
            problems += _sql_problems(document, (*path, "where"), source.where, columns, f"source '{name}'")
    return problems


def _join_problems(document: Document, path: Path_, source: Source, sources: Sources) -> list[Problem]:
    problems = []
    for index, join in enumerate(source.joins):
        lookup = sources.get(join.source)
        here = (*path, index)
        if lookup is None or lookup.kind != "lookup":
            lookups = [name for name, other in sources.items() if other.kind == "lookup"]
            why = f"'{join.source}' is not a source of kind 'lookup'.{nearest(join.source, lookups)}"
            problems.append(document.problem((*here, "source"), why))
            continue
        if join.on not in source.columns:
            problems.append(document.problem((*here, "on"), f"no column '{join.on}'.{nearest(join.on, source.columns)}"))
        for name in (join.to or join.on, *join.columns):
            if name not in lookup.columns:
                why = f"no column '{name}' in source '{join.source}'.{nearest(name, lookup.columns)}"
                problems.append(document.problem(here, why))
    return problems


def feature_file_problems(document: Document, file: FeatureFile, sources: Sources) -> list[Problem]:
    """Faults of a feature file as a whole."""
    return _unknown_source(document, ("source",), file.source, sources)


def pipeline_problems(
    document: Document, spec: Pipeline, sources: Sources, features: Mapping[str, FeatureDef] | None
) -> list[Problem]:
    """Faults of a pipeline against the sources and, where they are sound, the features."""
    problems = _population_problems(document, spec, sources) + _target_problems(document, spec, sources)
    table = sources.get(spec.population.table or "")
    if table is not None:
        choices: Mapping[str, str] | None = column_types(table, sources)
        owner = f"source '{spec.population.table}'"
    else:
        choices, owner = feature_types(features), "the workspace"
    if choices is None or (spec.population.table and table is None):
        return problems
    if spec.population.where and not spec.population.source:
        problems += _sql_problems(document, ("population", "where"), spec.population.where, choices, owner)
    if spec.population.eligible:
        problems += _sql_problems(document, ("population", "eligible"), spec.population.eligible, choices, owner)
    for part in ("include", "exclude"):
        for index, pattern in enumerate(getattr(spec.features, part)):
            if not any(fnmatchcase(name, pattern) for name in choices):
                why = f"no feature is called '{pattern}'.{nearest(pattern, choices)}"
                problems.append(document.problem(("features", part, index), why))
    for name in spec.model.monotone:
        if name not in choices:
            why = f"no feature is called '{name}'.{nearest(name, choices)}"
            problems.append(document.problem(("model", "monotone", name), why))
    return problems


def _population_problems(document: Document, spec: Pipeline, sources: Sources) -> list[Problem]:
    population, problems = spec.population, []
    for part, kinds in (("source", ("events", "snapshots", "intervals")), ("table", ("flat",)), ("score", ("flat",))):
        name = getattr(population, part)
        path = ("population", part)
        if name is None:
            continue
        problems += _unknown_source(document, path, name, sources)
        if name in sources and sources[name].kind not in kinds:
            why = f"source '{name}' is of kind '{sources[name].kind}'; `{part}` needs {listed(kinds)}"
            problems.append(document.problem(path, why))
    source = sources.get(population.source or "")
    if source is not None and population.where:
        columns, owner = column_types(source, sources), f"source '{population.source}'"
        problems += _sql_problems(document, ("population", "where"), population.where, columns, owner)
    if population.as_of and not any(source.kind == "attributes" for source in sources.values()):
        why = "as-of dates need a source of kind 'attributes' that says who is a customer"
        problems.append(document.problem(("population", "as_of"), why))
    table = sources.get(population.table or "")
    timed = table is None or table.event_time is not None or table.row_order == "time"
    if not timed and spec.split.out_of_time:
        why = f"source '{population.table}' has no time. Give it `event_time` or `row_order: time`, or split at `random`"
        problems.append(document.problem(("split", "out_of_time"), why))
    return problems


def _target_problems(document: Document, spec: Pipeline, sources: Sources) -> list[Problem]:
    target = spec.target
    if target.column is not None:
        owner = spec.population.table or spec.population.source or ""
        source = sources.get(owner)
        if source is None or target.column in (columns := column_types(source, sources)):
            return []
        why = f"no column '{target.column}' in source '{owner}'.{nearest(target.column, columns)}"
        return [document.problem(("target", "column"), why)]
    name = target.source or ""
    problems = _unknown_source(document, ("target", "source"), name, sources)
    source = sources.get(name)
    if source is None:
        return problems
    columns, owner = column_types(source, sources), f"source '{name}'"
    if target.where:
        problems += _sql_problems(document, ("target", "where"), target.where, columns, owner)
    clock = target.event_time or source.clock
    if clock is None or columns.get(clock) not in TIMES:
        times = [column for column, kind in columns.items() if kind in TIMES]
        why = f"'{clock}' is not a date or timestamp of {owner}.{nearest(clock, times)}"
        problems.append(document.problem(("target", "event_time"), why))
    return problems


def campaign_problems(
    document: Document,
    spec: Campaign,
    pipelines: Mapping[str, Pipeline],
    sources: Sources,
    features: Mapping[str, FeatureDef] | None,
) -> list[Problem]:
    """Faults of a campaign against its pipeline and the features; those of a flat pipeline are its table's columns."""
    if spec.pipeline not in pipelines:
        why = f"no pipeline '{spec.pipeline}'.{nearest(spec.pipeline, pipelines)}"
        return [document.problem(("pipeline",), why)]
    problems: list[Problem] = []
    table = pipelines[spec.pipeline].population.table
    if table is not None and table in sources:
        types: Mapping[str, str] | None = column_types(sources[table], sources)
        hidden = {n: mark for mark in ("pii", "protected") for n in marked_columns(sources[table], sources, mark)}
    else:
        types = feature_types(features)
        hidden = {name: one.hidden for name, one in (features or {}).items() if one.hidden}
    if types is None:
        return problems
    conditions: list[tuple[Path_, str | None]] = [(("consent",), spec.consent), (("eligible",), spec.eligible)]
    conditions += [(("exclude", index, "where"), rule.where) for index, rule in enumerate(spec.exclude)]
    for path, text in conditions:
        if text is not None:
            problems += _sql_problems(document, path, text, types, "the workspace")
    for index, name in enumerate(spec.export.columns):
        path = ("export", "columns", index)
        if name not in types:
            problems.append(document.problem(path, f"no feature '{name}'.{nearest(name, types)}"))
        elif name in hidden:
            problems.append(document.problem(path, f"feature '{name}' is {hidden[name]}: it may not leave in a lead file"))
    return problems


def feature_types(features: Mapping[str, FeatureDef] | None) -> dict[str, str] | None:
    """name -> column type, as conditions over features see them."""
    if features is None:
        return None
    return {name: "string" if one.is_text else "number" for name, one in features.items()}


def _unknown_source(document: Document, path: Path_, name: str, sources: Sources) -> list[Problem]:
    if name in sources:
        return []
    known = nearest(name, sources) or f" Known: {listed(sources)}"
    return [document.problem(path, f"no source '{name}' in leadlift.yaml.{known}")]


def _sql_problems(
    document: Document, path: Path_, text: str, columns: Mapping[str, str], owner: str
) -> list[Problem]:
    try:
        tree = sql.parse(text, columns, owner)
    except sql.SqlFault as fault:
        return [document.problem(path, str(fault))]
    kind = sql.sql_type(tree, columns)
    if kind not in ("boolean", "unknown"):
        return [document.problem(path, f"must be a condition, but {text!r} is a {kind}")]
    return []
