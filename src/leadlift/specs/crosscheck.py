"""What no single spec can know: that the names in one file stand for something in another."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from sqlglot import exp

from leadlift.errors import Problem
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import sql
from leadlift.specs._yaml import Document, Path_
from leadlift.specs.base import listed, nearest
from leadlift.specs.columns import TIMES
from leadlift.specs.definitions import FeatureDef, column_types
from leadlift.specs.engine import EngineSpec
from leadlift.specs.features import FeatureFile
from leadlift.specs.pipelines import Pipeline
from leadlift.specs.sources import Source
from leadlift.specs.warning import warning_problems

Sources = Mapping[str, Source]
WORKSPACE = "the workspace"
NUMBERS = ("number", "integer", "decimal")
OWN_TABLES = ("spine", "known", "part", "outcomes", "as_of_dates")


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
        problems += _name_problems(document, path, source, key)
        problems += _join_problems(document, path, source, sources)
        if source.where is not None:
            problems += condition_problems(
                document, (*path, "where"), source.where, columns, f"source '{name}'"
            )
    return problems


def _name_problems(document: Document, path: Path_, source: Source, key: str) -> list[Problem]:
    """Names that the queries use themselves."""
    problems = []
    if path[-1] in OWN_TABLES or str(path[-1]).startswith(("raw_", "part_")):
        problems.append(
            document.problem(path, f"'{path[-1]}' is a table of leadlift's own; choose another name")
        )
    for name in source.columns:
        taken = name in (AS_OF, CUSTOMER) and name != key and key in source.columns
        if taken or name.startswith("__"):
            why = f"'{name}' is a column of leadlift's own; choose another name and say `from: {name}`"
            problems.append(document.problem((*path, "columns", name), why))
    return problems


def _join_problems(document: Document, path: Path_, source: Source, sources: Sources) -> list[Problem]:
    problems = []
    for index, join in enumerate(source.joins):
        here = (*path, "joins", index)
        lookup = sources.get(join.source)
        if lookup is None or lookup.kind != "lookup":
            lookups = [name for name, other in sources.items() if other.kind == "lookup"]
            why = f"'{join.source}' is not a source of kind 'lookup'.{nearest(join.source, lookups)}"
            problems.append(document.problem((*here, "source"), why))
            continue
        wanted: list[tuple[Path_, str, Source, object]] = [((*here, "on"), join.on, source, path[-1])]
        if join.to is not None or join.on in source.columns:
            wanted.append(((*here, "to"), join.to or join.on, lookup, join.source))
        wanted += [((*here, "columns", i), name, lookup, join.source) for i, name in enumerate(join.columns)]
        for place, name, owner, called in wanted:
            if name not in owner.columns:
                why = f"no column '{name}' in source '{called}'.{nearest(name, owner.columns)}"
                problems.append(document.problem(place, why))
    return problems


def feature_file_problems(document: Document, file: FeatureFile, sources: Sources) -> list[Problem]:
    """Faults of a feature file as a whole."""
    return unknown_source(document, ("source",), file.source, sources)


def pipeline_problems(
    document: Document, spec: Pipeline, sources: Sources, features: Mapping[str, FeatureDef] | None
) -> list[Problem]:
    """Faults of a pipeline against the sources and, where they are sound, the features."""
    problems = _population_problems(document, spec, sources) + _target_problems(document, spec, sources)
    problems += _treatment_problems(document, spec, sources)
    problems += warning_problems(document, spec.warning, features)
    table = sources.get(spec.population.table or "")
    if table is not None:
        choices: Mapping[str, str] | None = column_types(table, sources)
        owner = f"source '{spec.population.table}'"
    else:
        choices, owner = feature_types(features), WORKSPACE
    if choices is None or (spec.population.table and table is None):
        return problems
    if spec.population.where and not spec.population.source:
        problems += condition_problems(
            document, ("population", "where"), spec.population.where, choices, owner
        )
    if spec.population.eligible:
        problems += condition_problems(
            document, ("population", "eligible"), spec.population.eligible, choices, owner
        )
    for part in ("include", "exclude"):
        for index, pattern in enumerate(getattr(spec.features, part)):
            if not any(fnmatchcase(name, pattern) for name in choices):
                why = f"no feature is called '{pattern}'.{nearest(pattern, choices)}"
                problems.append(document.problem(("features", part, index), why))
    for index, pattern in enumerate(spec.monitor.ignore):
        if not any(fnmatchcase(name, pattern) for name in choices):
            why = f"no feature is called '{pattern}'.{nearest(pattern, choices)}"
            problems.append(document.problem(("monitor", "ignore", index), why))
    for name in spec.model.monotone:
        if name not in choices:
            why = f"no feature is called '{name}'.{nearest(name, choices)}"
            problems.append(document.problem(("model", "monotone", name), why))
    return problems


def engine_problems(document: Document, spec: Pipeline, engine: EngineSpec) -> list[Problem]:
    """Faults of a pipeline against where queries run."""
    together = spec.model.distributed
    if together is None or not together.on_spark or engine.kind == "spark":
        return []
    why = (
        f"'spark' needs `engine: spark` in leadlift.yaml, which says {engine.kind}: change the engine, or leave `on` "
        "out for processes of this machine"
    )
    return [document.problem(("model", "distributed", "on"), why)]


def _population_problems(document: Document, spec: Pipeline, sources: Sources) -> list[Problem]:
    population, problems = spec.population, []
    for part, kinds in (
        ("source", ("events", "snapshots", "intervals")),
        ("table", ("flat",)),
        ("score", ("flat",)),
    ):
        name = getattr(population, part)
        path = ("population", part)
        if name is None:
            continue
        problems += unknown_source(document, path, name, sources)
        if name in sources and sources[name].kind not in kinds:
            why = f"source '{name}' is of kind '{sources[name].kind}'; `{part}` needs {listed(kinds, 'or')}"
            problems.append(document.problem(path, why))
    source = sources.get(population.source or "")
    if source is not None and population.where:
        columns, owner = column_types(source, sources), f"source '{population.source}'"
        problems += condition_problems(document, ("population", "where"), population.where, columns, owner)
    if population.as_of and not any(source.kind == "attributes" for source in sources.values()):
        why = "as-of dates need a source of kind 'attributes' that says who is a customer"
        problems.append(document.problem(("population", "as_of"), why))
    table = sources.get(population.table or "")
    timed = table is None or table.event_time is not None or table.row_order == "time"
    if not timed and spec.split.out_of_time:
        why = f"source '{population.table}' has no time. Give it `event_time` or `row_order: time`"
        written = ("split", "out_of_time") in document.lines
        path = ("split", "out_of_time") if written else ("population", "table")
        problems.append(document.problem(path, f"{why}, or split at `random`"))
    return problems


def _target_problems(document: Document, spec: Pipeline, sources: Sources) -> list[Problem]:
    target = spec.target
    if target.column is not None:
        owner = spec.population.table or spec.population.source or ""
        source = sources.get(owner)
        if source is None:
            return []
        columns = column_types(source, sources)
        if target.column not in columns:
            why = f"no column '{target.column}' in source '{owner}'.{nearest(target.column, columns)}"
            return [document.problem(("target", "column"), why)]
        if target.amount and columns[target.column] not in NUMBERS:
            why = f"'{target.column}' is no number; `amount` needs one"
            return [document.problem(("target", "column"), why)]
        return []
    name = target.source or ""
    problems = unknown_source(document, ("target", "source"), name, sources)
    source = sources.get(name)
    if source is None:
        return problems
    columns, owner = column_types(source, sources), f"source '{name}'"
    if target.where:
        problems += condition_problems(document, ("target", "where"), target.where, columns, owner)
    if target.added:
        problems += amount_problems(document, ("target", "amount"), target.added, columns, owner)
    clock = target.event_time or source.clock
    times = [column for column, kind in columns.items() if kind in TIMES]
    if clock is None:
        why = f"{owner} has no clock: name the date of the outcome, one of {listed(times, 'or')}"
        problems.append(document.problem(("target", "event_time"), why))
    elif clock not in times:
        why = f"'{clock}' is not a date or timestamp of {owner}.{nearest(clock, times)}"
        problems.append(document.problem(("target", "event_time"), why))
    return problems


def amount_problems(
    document: Document, path: Path_, text: str, columns: Mapping[str, str], owner: str
) -> list[Problem]:
    """Faults of what is added up in the outcome window."""
    try:
        kind = sql.sql_type(sql.parse(text, columns, owner), columns)
    except sql.SqlError as fault:
        return [document.problem(path, str(fault))]
    if kind not in ("number", "unknown"):
        return [document.problem(path, f"must be a number, but {text!r} is a {kind}")]
    return []


def _treatment_problems(document: Document, spec: Pipeline, sources: Sources) -> list[Problem]:
    """The treatment is a column of the rows of the experiment."""
    owner = spec.population.table or spec.population.source or ""
    source = sources.get(owner)
    if spec.treatment is None or source is None:
        return []
    columns = column_types(source, sources)
    if spec.treatment.column not in columns:
        why = f"no column '{spec.treatment.column}' in source '{owner}'.{nearest(spec.treatment.column, columns)}"
        return [document.problem(("treatment", "column"), why)]
    return []


def proxy_problems(document: Document, spec: Pipeline, pipelines: Mapping[str, Pipeline]) -> list[Problem]:
    """What a proxy must be: a pipeline of a chance, of customers on days, beside an experiment of such."""
    if spec.treatment is None or spec.treatment.proxy is None:
        return []
    name, path = spec.treatment.proxy, ("treatment", "proxy")
    other = pipelines.get(name)
    if other is None:
        return [document.problem(path, f"there is no pipeline '{name}'.{nearest(name, pipelines)}")]
    if not other.predicts_chance:
        why = f"pipeline '{name}' is of kind {other.kind}; a proxy is one of a chance, such as response"
        return [document.problem(path, why)]
    if spec.population.table or other.population.table:
        return [
            document.problem(path, "a flat table's rows share no days and features with another pipeline")
        ]
    return []


def feature_types(features: Mapping[str, FeatureDef] | None) -> dict[str, str] | None:
    """name -> column type, as conditions over features see them."""
    if features is None:
        return None
    return {name: "string" if one.is_text else "number" for name, one in features.items()}


def unknown_source(document: Document, path: Path_, name: str, sources: Sources) -> list[Problem]:
    """The fault of naming a source that is not declared."""
    if name in sources:
        return []
    known = nearest(name, sources) or f" Known: {listed(sources)}"
    return [document.problem(path, f"no source '{name}' in leadlift.yaml.{known}")]


def condition_problems(
    document: Document, path: Path_, text: str, columns: Mapping[str, str], owner: str
) -> list[Problem]:
    """Faults of a condition over the columns of a source, or over the features of the workspace."""
    try:
        tree = sql.parse(text, columns, owner)
    except sql.SqlError as fault:
        return [document.problem(path, str(fault))]
    if owner != WORKSPACE and any(column.name == AS_OF for column in tree.find_all(exp.Column)):
        return [
            document.problem(
                path, "`as_of` cannot be named here: rows are chosen before there is an as-of date"
            )
        ]
    kind = sql.sql_type(tree, columns)
    if kind not in ("boolean", "unknown"):
        return [document.problem(path, f"must be a condition, but {text!r} is a {kind}")]
    return []
