"""leadlift features: what is defined, how it is computed, and its values as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from leadlift.errors import UserError
from leadlift.features import feature_query
from leadlift.features.choose import by_source, chosen, needed
from leadlift.features.compile import assembled, part_name, part_query
from leadlift.features.rows import opened as opened_source
from leadlift.specs import FeatureDef, Workspace
from leadlift.specs.base import nearest
from leadlift.training import everyone_spine
from leadlift.workflows.logging import definition, feature_row
from leadlift.workflows.progress import SILENT, Progress
from leadlift.workflows.session import opened

DIALECTS = ("duckdb", "spark")


@dataclass(frozen=True)
class Built:
    """A feature table on disk."""

    as_of: date
    customers: int
    features: int
    path: Path


def listing(ws: Workspace, subject: str | None = None) -> list[dict[str, Any]]:
    """Every feature, or those of one subject."""
    known = sorted({feature.subject for feature in ws.features.values()})
    if subject is not None and subject not in known:
        raise UserError(f"no features of subject '{subject}'.{nearest(subject, known) or f' Known: {known}'}")
    return [
        {**feature_row(feature), "kept out": feature.hidden or ""}
        for feature in ws.features.values()
        if subject in (None, feature.subject)
    ]


def show(ws: Workspace, name: str) -> dict[str, Any]:
    """All that is known of one feature: definition, sentences, what it is made of, and who uses it."""
    feature = named(ws, name)
    return {
        **feature_row(feature),
        "description": feature.spec.description,
        "said when above the usual": feature.spec.reason_up or "",
        "said when below the usual": feature.spec.reason_down or "",
        "kept out": feature.hidden or "",
        "made of": _lineage(ws, feature),
        "used by": [
            p
            for p, spec in ws.pipelines.items()
            if not spec.population.table and feature in chosen(ws.features, spec).features
        ],
        "defined at": f"{feature.file}:{feature.line}",
    }


def _lineage(ws: Workspace, feature: FeatureDef) -> list[str]:
    """Down to the columns of the sources."""
    made_of = needed(ws.features, [feature.name])
    columns = {f"{one.source}.{use}" for one in made_of if one.source for use in one.uses}
    return sorted(columns) + [definition(one) for one in made_of if one.name != feature.name]


def sql_text(ws: Workspace, name: str, dialect: str = "duckdb") -> str:
    """The query that computes one feature for the customers and days of the table `spine`."""
    if dialect not in DIALECTS:
        raise UserError(f"--dialect: '{dialect}' is not one of {', '.join(DIALECTS)}")
    parts, formulas = by_source(needed(ws.features, [named(ws, name).name]))
    query = assembled(parts, formulas)
    for source, features in parts.items():
        query = query.with_(
            part_name(source), as_=part_query(source, ws.sources[source], features, ws.file.customer_key)
        )
    for source in parts:
        view = opened_source(source, ws.sources[source], ws.sources)
        query = query.with_(source, as_=view, append=True)
    ordered = query.find(exp.With)
    if ordered is not None:  # a table must stand before those that read it
        ordered.set("expressions", sorted(ordered.expressions, key=lambda cte: cte.alias.startswith("part_")))
    return query.sql(dialect=dialect, pretty=True)


def build(ws: Workspace, as_of: date, progress: Progress = SILENT) -> Built:
    """Build every feature of every customer as of a day, into the cache."""
    with opened(ws) as home:
        spine = everyone_spine(home, [as_of])
        query, made_of = feature_query(home, ws.features, list(ws.features), spine, progress.step)
        progress.step("putting together")
        path, _ = home.kept("features", query, [made_of])
    return Built(as_of, spine.rows, len(ws.features), path)


def named(ws: Workspace, name: str) -> FeatureDef:
    """The feature called `name`. Raises UserError with the nearest name."""
    if name not in ws.features:
        raise UserError(f"no feature '{name}'.{nearest(name, ws.features) or ' See: leadlift features list'}")
    return ws.features[name]
