"""Segmentations among the features: each file's expressions checked, and its groups as formulas of its own name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from sqlglot import exp

from leadlift.errors import Problem
from leadlift.specs import sql
from leadlift.specs._yaml import Document, Path_
from leadlift.specs.crosscheck import WORKSPACE, feature_types
from leadlift.specs.definitions import FeatureDef
from leadlift.specs.features import Feature
from leadlift.specs.frozen import Frozen, definition_of
from leadlift.specs.segment_formulas import USUAL, Formula, formulas_of, names_of
from leadlift.specs.segments import Segmentation

SUBJECT = "segments"
_RFM = ("r", "f", "m", "score")
_CONDITION, _NUMBER, _EITHER = ("boolean",), ("number",), ("number", "boolean")


@dataclass(frozen=True)
class SegmentDef:
    """A segmentation that was read.

    trees: its expressions, parsed, by where they stand: `groups.NAME`, `of`, `over.NAME`, `value`. uses: the
    features that decide the group. frozen: the definition in force. waits: why it says nothing of anybody yet,
    or empty.
    """

    spec: Segmentation
    file: str
    trees: Mapping[str, exp.Expr]
    uses: tuple[str, ...]
    frozen: Frozen | None
    waits: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.spec.label or self.spec.segment.replace("_", " ")

    @property
    def labels(self) -> dict[str, str]:
        """group -> what people call it."""
        told = {one.id: one.label for one in self.frozen.clusters} if self.frozen else {}
        given = {name: group.label for name, group in self.spec.groups.items() if group.label}
        return {name: given.get(name) or told.get(name) or name.replace("_", " ") for name in self.groups}

    @property
    def groups(self) -> list[str]:
        """Every group, in the order of the file; those whom nothing takes last."""
        spec = self.spec
        if spec.match == "many":
            return list(spec.groups)
        if spec.kind == "clusters":
            return [*(one.id for one in self.frozen.clusters), spec.missing] if self.frozen else []
        if spec.kind == "tiers":
            return [*spec.groups, spec.missing]
        named = list(spec.groups) or list(USUAL)
        return [*named, *({spec.else_group} - set(named))] if spec.groups else named


def with_segments(
    features: Mapping[str, FeatureDef],
    files: list[tuple[Document, Segmentation]],
    frozen: Mapping[str, Frozen],
) -> tuple[dict[str, FeatureDef], dict[str, SegmentDef], list[Problem]]:
    """The features with those of segmentations after them, these in an order of building, and every fault."""
    taken, problems = _named(features, files)
    types = {**(feature_types(features) or {}), **_types(taken)}
    read: dict[str, tuple[Document, Segmentation, dict[str, exp.Expr]]] = {}
    for document, spec in taken:
        trees, faults = _parsed(document, spec, types)
        problems += faults + _hidden(document, spec, trees, features)
        if not faults:
            read[spec.segment] = document, spec, trees
    owners = {name: spec.segment for _, spec in taken for name in names_of(spec)}
    needs = {name: _owners(spec, trees, owners) & set(read) for name, (_, spec, trees) in read.items()}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = error.args[1]
        return (
            dict(features),
            {},
            [*problems, read[circle[0]][0].problem((), f"circular: {' -> '.join(reversed(circle))}")],
        )
    made, found = dict(features), dict[str, SegmentDef]()
    for name in order:
        document, spec, trees = read[name]
        one = _defined(document, spec, trees, frozen.get(name), [found[n] for n in sorted(needs[name])])
        found[name] = one
        if not one.waits:
            made |= {f.name: feature_of(one, f, document) for f in formulas_of(spec, trees, one.frozen)}
    return made, found, problems


def _named(
    features: Mapping[str, FeatureDef], files: list[tuple[Document, Segmentation]]
) -> tuple[list[tuple[Document, Segmentation]], list[Problem]]:
    """The files whose names are free, and a fault for each name taken."""
    first: dict[str, str] = {name: f"{one.file}:{one.line}" for name, one in features.items()}
    kept, problems = [], []
    for document, spec in files:
        clash = [name for name in names_of(spec) if name in first]
        problems += [
            document.problem(("segment",), f"'{name}' is already defined at {first[name]}") for name in clash
        ]
        first.update(dict.fromkeys(names_of(spec), f"{document.file}:{document.line(('segment',))}"))
        kept += [(document, spec)] if not clash else []
    return kept, problems


def _types(files: list[tuple[Document, Segmentation]]) -> dict[str, str]:
    return {
        name: "string" if name == spec.segment else "number" for _, spec in files for name in names_of(spec)
    }


def _texts(spec: Segmentation) -> Iterator[tuple[str, Path_, str, tuple[str, ...]]]:
    """Every expression: what it is called, where it stands, its text and what it must give."""
    for name, group in spec.groups.items():
        if group.when is not None:
            yield f"groups.{name}", ("groups", name, "when"), group.when, _CONDITION
    for part in ("of", "recency", "frequency", "monetary", "value"):
        if (text := getattr(spec, part)) is not None:
            yield part, (part,), text, _NUMBER
    for place, one in enumerate(spec.over):
        yield f"over.{one.name}", ("over", place, *(("expr",) if one.expr else ())), one.text, _EITHER


def _parsed(
    document: Document, spec: Segmentation, types: Mapping[str, str]
) -> tuple[dict[str, exp.Expr], list[Problem]]:
    trees: dict[str, exp.Expr] = {}
    problems = []
    for called, path, text, wanted in _texts(spec):
        own = spec.kind == "rfm" and called.startswith("groups.")
        known = {**types, **dict.fromkeys(_RFM, "number")} if own else types
        try:
            trees[called] = sql.parse(text, known, WORKSPACE)
        except sql.SqlError as fault:
            problems.append(document.problem(path, str(fault)))
            continue
        kind = sql.sql_type(trees[called], known)
        if kind not in (*wanted, "unknown"):
            word = "a condition" if wanted == _CONDITION else "a number"
            problems.append(document.problem(path, f"must be {word}, but {text!r} is a {kind}"))
    return trees, problems


def _hidden(
    document: Document, spec: Segmentation, trees: Mapping[str, exp.Expr], features: Mapping[str, FeatureDef]
) -> list[Problem]:
    """A group made of what may not be told would tell it."""
    problems = []
    for called, path, _, _ in _texts(spec):
        for name in sorted(sql.names_in(trees[called])) if called in trees else ():
            if name in features and (mark := features[name].hidden):
                why = f"feature '{name}' is {mark}: whoever reads the group would read it too"
                problems.append(document.problem(path, why))
    return problems


def _uses(spec: Segmentation, trees: Mapping[str, exp.Expr]) -> set[str]:
    """The features that decide the group."""
    own = set(_RFM) if spec.kind == "rfm" else set()
    return {name for called, tree in trees.items() if called != "value" for name in sql.names_in(tree)} - own


def _owners(spec: Segmentation, trees: Mapping[str, exp.Expr], owners: Mapping[str, str]) -> set[str]:
    return {owners[name] for name in _uses(spec, trees) if name in owners}


def _defined(
    document: Document,
    spec: Segmentation,
    trees: Mapping[str, exp.Expr],
    frozen: Frozen | None,
    made_of: list[SegmentDef],
) -> SegmentDef:
    todo = f"run: leadlift segment {spec.segment}"
    waits = next((f"is made of '{one.spec.segment}', which {one.waits}" for one in made_of if one.waits), "")
    if not waits and spec.is_frozen and frozen is None:
        waits = f"is not frozen yet; {todo}"
    elif not waits and spec.is_frozen and frozen is not None and frozen.definition != definition_of(spec):
        waits = f"says something else than when it was frozen on {frozen.as_of}; {todo} --refreeze"
    uses = tuple(sorted(_uses(spec, trees)))
    return SegmentDef(spec, document.file, trees, uses, frozen if spec.is_frozen else None, waits)


def feature_of(one: SegmentDef, formula: Formula, document: Document) -> FeatureDef:
    """One feature that a segmentation gives."""
    spec = one.spec
    text = formula.name == spec.segment
    label = f"{one.label}: {formula.label}" if formula.label else one.label
    written = formula.tree.sql(dialect="duckdb")
    return FeatureDef(
        name=formula.name,
        stanza=formula.name,
        subject=SUBJECT,
        source=None,
        spec=Feature(expr=written, label=label, description=spec.description),
        of=None,
        where=None,
        expr=formula.tree,
        window=None,
        type="text" if text else "number",
        hidden=None,
        uses=tuple(sorted(sql.names_in(formula.tree))),
        label=label,
        unit="",
        file=document.file,
        line=document.line(("segment",)),
        segment=spec.segment,
    )
