"""leadlift features: what is defined, how it is computed, and its values as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from leadlift.engines.spark.words import said
from leadlift.errors import UserError
from leadlift.features import feature_query
from leadlift.features.choose import by_source, needed
from leadlift.features.compile import assembled, part_name, part_query
from leadlift.features.rows import opened as opened_source
from leadlift.features.tiles.measures import Measures, columns_of, tileable
from leadlift.features.tiles.query import Reading, rows_query
from leadlift.progress import SILENT, Progress
from leadlift.specs import Workspace, column_types
from leadlift.training import everyone_spine
from leadlift.workflows.session import opened

DIALECTS = ("duckdb", "spark")


@dataclass(frozen=True)
class Built:
    """A feature table on disk."""

    as_of: date
    customers: int
    features: int
    path: Path


def sql_text(ws: Workspace, name: str, dialect: str = "duckdb") -> str:
    """The query that computes one feature for the customers and days of the table `spine`."""
    if dialect not in DIALECTS:
        raise UserError(f"--dialect: '{dialect}' is not one of {', '.join(DIALECTS)}")
    parts, formulas = by_source(needed(ws.features, [ws.feature(name).name]))
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
    return said(query, dialect)


def tile_text(ws: Workspace, name: str) -> str:
    """What is read of each row when the feature is computed by tiles; empty where it never is."""
    wanted = [f for f in needed(ws.features, [ws.feature(name).name]) if f.source is not None]
    told = []
    for source, features in by_source(wanted)[0].items():
        declared, types = ws.sources[source], column_types(ws.sources[source], ws.sources)
        able = [feature for feature in features if tileable(feature, declared, types)]
        if able:
            reading = Reading(ws.file.customer_key, keyed=bool(declared.keys))
            measures = Measures.of(able, types)
            query = rows_query(source, declared, measures, columns_of(able), reading)
            told.append(query.sql(dialect="duckdb", pretty=True))
    return "\n\n".join(told)


def build(ws: Workspace, as_of: date, progress: Progress = SILENT) -> Built:
    """Build every feature of every customer as of a day, into the cache."""
    with opened(ws) as home:
        spine = everyone_spine(home, [as_of])
        query, made_of = feature_query(home, ws.features, list(ws.features), spine, progress)
        progress.step("putting together")
        path, _ = home.kept("features", query, [made_of])
    return Built(as_of, spine.rows, len(ws.features), path)
