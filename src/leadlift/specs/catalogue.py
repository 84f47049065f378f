"""The catalogue: every feature that the stanzas give, named, typed, checked, in an order of computing."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from leadlift import names
from leadlift.errors import Problem
from leadlift.specs import sql
from leadlift.specs._yaml import Document
from leadlift.specs.definitions import FeatureDef, column_types, marked_columns
from leadlift.specs.features import NEED_NUMBERS, UNWINDOWED, Feature, FeatureFile, misfit
from leadlift.specs.formulas import with_formulas
from leadlift.specs.sources import Source

RESERVED = (
    names.CUSTOMER,
    names.AS_OF,
    names.TARGET,
    names.SCORE,
    names.PROBABILITY,
    names.PERCENTILE,
    names.BAND,
    "row",  # a training row's place in the order of time
)


def catalogue(
    files: list[tuple[Document, FeatureFile]], sources: Mapping[str, Source]
) -> tuple[dict[str, FeatureDef], list[Problem]]:
    """Every feature by name, formulas after what they are made of, and every fault found."""
    problems: list[Problem] = []
    found: dict[str, FeatureDef] = {}
    formulas: dict[str, tuple[Document, FeatureFile, Feature]] = {}
    for document, file in files:
        for stanza, spec in file.features.items():
            path = ("features", stanza)
            new, faults = _defined(document, file, stanza, spec, sources)
            problems += faults
            fresh = []
            for one in new:
                if one.name in RESERVED:
                    problems.append(
                        document.problem(
                            path, f"'{one.name}' is a word of leadlift's own; choose another name"
                        )
                    )
                elif one.name in found:
                    first = found[one.name]
                    where = f"{first.file}:{first.line}"
                    problems.append(
                        document.problem(path, f"feature '{one.name}' is already defined at {where}")
                    )
                else:
                    fresh.append(one)
            found |= {one.name: one for one in fresh}
            if spec.expr is not None and fresh:
                formulas[stanza] = (document, file, spec)
    ordered, faults = with_formulas(found, formulas)
    return ordered, problems + faults


def _defined(
    document: Document, file: FeatureFile, stanza: str, spec: Feature, sources: Mapping[str, Source]
) -> tuple[list[FeatureDef], list[Problem]]:
    """The features of one stanza; a formula is given its meaning later, when all names are known."""
    line = document.line(("features", stanza))
    if spec.expr is not None:
        return [_make(document, file, stanza, spec, None, line)], []
    source = sources.get(file.source)
    if source is None:
        return [], []
    if wrong := misfit(spec, source.kind):
        return [], [document.problem(("features", stanza, wrong[0]), wrong[1])]
    columns = column_types(source, sources)
    problems: list[Problem] = []
    parsed: dict[str, exp.Expr] = {}
    for part in ("of", "where"):
        text = getattr(spec, part)
        if text is not None:
            try:
                parsed[part] = sql.parse(text, columns, f"source '{file.source}'")
            except sql.SqlError as fault:
                problems.append(document.problem(("features", stanza, part), str(fault)))
    if not problems:
        problems += _type_faults(document, stanza, spec, parsed, columns)
    if problems:
        return [], problems
    hidden = _hidden(spec, parsed, source, sources)
    windows = _windows(file, spec, source)
    made = [
        _make(document, file, stanza, spec, window, line, parsed, _type(spec, parsed, columns), hidden)
        for window in windows
    ]
    return made, []


def _type_faults(
    document: Document, stanza: str, spec: Feature, parsed: Mapping[str, exp.Expr], columns: Mapping[str, str]
) -> list[Problem]:
    faults = []
    if "where" in parsed and (kind := sql.sql_type(parsed["where"], columns)) not in ("boolean", "unknown"):
        faults.append(
            document.problem(
                ("features", stanza, "where"), f"must be a condition, but {spec.where!r} is a {kind}"
            )
        )
    if "of" in parsed:
        kind = sql.sql_type(parsed["of"], columns)
        path = ("features", stanza, "of")
        if spec.agg in NEED_NUMBERS and kind not in ("number", "unknown"):
            faults.append(
                document.problem(path, f"agg '{spec.agg}' needs a number, but {spec.of!r} is a {kind}")
            )
        elif spec.agg == "days_to_end" and kind not in ("time", "unknown"):
            faults.append(
                document.problem(
                    path, f"agg 'days_to_end' needs the agreed end date, but {spec.of!r} is a {kind}"
                )
            )
        elif spec.agg in ("value", "last", "first", "min", "max", "value_ago") and kind == "time":
            faults.append(
                document.problem(
                    path, f"{spec.of!r} is a date; a model needs a number: use days_between({spec.of}, as_of)"
                )
            )
    return faults


def _type(spec: Feature, parsed: Mapping[str, exp.Expr], columns: Mapping[str, str]) -> str:
    if spec.agg in ("value", "last", "first", "min", "max", "value_ago"):
        return "text" if sql.sql_type(parsed["of"], columns) == "text" else "number"
    return "number"


def _windows(file: FeatureFile, spec: Feature, source: Source) -> tuple[int | None, ...]:
    held = source.kind == "intervals" and spec.on in (None, "held")
    if spec.windows is not None:
        return spec.windows or (None,)
    if held or spec.agg in UNWINDOWED:
        return (None,)
    return file.windows or (None,)


def _hidden(
    spec: Feature, parsed: Mapping[str, exp.Expr], source: Source, sources: Mapping[str, Source]
) -> str | None:
    columns = {name for tree in parsed.values() for name in sql.names_in(tree)}
    if spec.protected or columns & marked_columns(source, sources, "protected"):
        return "protected"
    personal = columns & marked_columns(source, sources, "pii")
    copied = isinstance(parsed.get("of"), exp.Column)
    if spec.pii or (personal and (copied or spec.pii is None)):
        return "pii"
    return None


def _make(
    document: Document,
    file: FeatureFile,
    stanza: str,
    spec: Feature,
    window: int | None,
    line: int,
    parsed: Mapping[str, exp.Expr] | None = None,
    kind: str = "number",
    hidden: str | None = None,
) -> FeatureDef:
    parsed = parsed or {}
    label = spec.label or stanza.replace("_", " ")
    if window is not None:
        told = "{window}" in label
        label = label.replace("{window}", str(window)) if told else f"{label}, last {window} days"
    elif spec.months is not None and spec.label is None:
        label = f"{label}, {spec.months} months"
    return FeatureDef(
        name=stanza if window is None else f"{stanza}_{window}d",
        stanza=stanza,
        subject=file.subject,
        source=None if spec.expr is not None else file.source,
        spec=spec,
        of=parsed.get("of"),
        where=parsed.get("where"),
        expr=None,
        window=window,
        type=kind,
        hidden=hidden,
        uses=tuple(sorted({name for tree in parsed.values() for name in sql.names_in(tree)})),
        label=label,
        unit=spec.unit or _usual_unit(spec),
        file=document.file,
        line=line,
    )


def _usual_unit(spec: Feature) -> str:
    if spec.agg in ("days_since_last", "days_since_first", "days_held", "days_to_end"):
        return "days"
    return ""
