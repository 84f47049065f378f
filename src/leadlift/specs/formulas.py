"""Formulas over other features: put in order, typed, and hidden where what they use is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from sqlglot import exp

from leadlift.errors import Problem
from leadlift.specs import sql
from leadlift.specs._yaml import Document
from leadlift.specs.definitions import FeatureDef
from leadlift.specs.features import Feature, FeatureFile


def with_formulas(
    found: dict[str, FeatureDef], formulas: Mapping[str, tuple[Document, FeatureFile, Feature]]
) -> tuple[dict[str, FeatureDef], list[Problem]]:
    """The features found, then the formulas in the order in which they can be computed, and every fault."""
    problems: list[Problem] = []
    types = {name: "string" if one.is_text else "number" for name, one in found.items()}
    trees: dict[str, exp.Expr] = {}
    for name, (document, _, spec) in formulas.items():
        try:
            trees[name] = sql.parse(str(spec.expr), types, "the workspace")
        except sql.SqlError as fault:
            problems.append(document.problem(("features", name, "expr"), str(fault)))
    needs = {name: sql.names_in(tree) & set(trees) for name, tree in trees.items()}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = error.args[1]
        document = formulas[min(circle)][0]
        text = " -> ".join(reversed(circle))
        return found, [*problems, document.problem(("features", min(circle), "expr"), f"circular: {text}")]
    ordered = {name: one for name, one in found.items() if name not in formulas}
    for name in order:
        ordered[name], more = _formula(found[name], trees[name], ordered, types, formulas[name][0])
        problems += more
    return ordered, problems


def _formula(
    bare: FeatureDef,
    tree: exp.Expr,
    known: Mapping[str, FeatureDef],
    types: dict[str, str],
    document: Document,
) -> tuple[FeatureDef, list[Problem]]:
    uses = sql.names_in(tree)
    kind = sql.sql_type(tree, types)
    parents = [known[name].hidden for name in uses if name in known]
    inherited = "protected" if "protected" in parents else "pii" if "pii" in parents else None
    if inherited == "pii" and bare.spec.pii is False and not isinstance(tree, exp.Column):
        inherited = None
    hidden = (
        "protected" if bare.spec.protected else "pii" if bare.spec.pii and inherited is None else inherited
    )
    types[bare.name] = "string" if kind == "text" else "number"
    made = FeatureDef(
        **{
            **bare.__dict__,
            "expr": tree,
            "uses": tuple(sorted(uses)),
            "type": "text" if kind == "text" else "number",
            "hidden": hidden,
        }
    )
    faults = []
    if kind == "time":
        faults.append(
            document.problem(
                ("features", bare.name, "expr"), "gives a date; a model needs a number: use days_between"
            )
        )
    return made, faults
