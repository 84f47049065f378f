"""Feature tables on disk: built once, kept in the cache under the content that made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from leadlift.engines import Engine, Fault
from leadlift.engines.files import digest, sweep
from leadlift.features.choose import by_source, needed
from leadlift.features.compile import assembled, part_name, part_query
from leadlift.features.population import DATES
from leadlift.features.rows import SPINE, opened, raw_name
from leadlift.names import AS_OF
from leadlift.specs import FeatureDef, Source

CACHE_VERSION = "1"
Step = Callable[[str], None]


def silent(step: str) -> None:
    """For callers that need no word of each step."""


@dataclass(frozen=True)
class Home:
    """Where tables are opened, built and kept.

    customer_key: the workspace's. fingerprints: source -> what its data and declaration were on opening.
    """

    engine: Engine
    cache: Path
    sources: Mapping[str, Source]
    customer_key: str
    fingerprints: Mapping[str, str]

    def kept(self, name: str, query: exp.Query, made_of: Sequence[str]) -> tuple[Path, str]:
        """The Parquet file that holds the query's answer, built if need be, and its key.

        made_of: fingerprints of all that the query reads. The text of the query is part of the key, so that a
        changed definition is a new file.
        """
        key = digest(
            "\n".join([CACHE_VERSION, self.engine.dialect, self.engine.explain_sql(query), *sorted(made_of)])
        )
        path = self.cache / f"{name}-{key}.parquet"
        if not path.exists():
            self.engine.write(query, path)
        return path, key

    def prints(self, *names: str) -> list[str]:
        """The fingerprints of sources and of the lookups joined to them."""
        wanted = set(names) | {join.source for name in names for join in self.sources[name].joins}
        return [f"{name}={self.fingerprints[name]}" for name in sorted(wanted)]


def open_sources(
    engine: Engine, cache: Path, sources: Mapping[str, Source], customer_key: str
) -> tuple[Home, list[tuple[str, Fault]]]:
    """Open every source under its name, lookups first, and tell every fault found."""
    sweep(cache)
    faults: list[tuple[str, Fault]] = []
    broken: set[str] = set()
    fingerprints = {}
    for name in sorted(sources, key=lambda one: (sources[one].kind != "lookup", one)):
        source = sources[name]
        found = engine.open_source(raw_name(name), source)
        faults += [(name, fault) for fault in found]
        fingerprints[name] = digest(engine.fingerprint(source) + source.model_dump_json())
        if found or broken & {join.source for join in source.joins}:
            broken.add(name)
        else:
            engine.define(name, opened(name, source, sources))
    return Home(engine, cache, sources, customer_key, fingerprints), faults


def define_dates(home: Home, days: Sequence[date]) -> str:
    """Make the as-of dates readable as the table `as_of_dates`; returns their fingerprint."""
    home.engine.define_table(DATES, pa.table({AS_OF: pa.array(days, pa.date32())}))
    return ",".join(day.isoformat() for day in days)


def keep_spine(home: Home, query: exp.Query, made_of: Sequence[str]) -> str:
    """Build the spine, make it readable as `spine`, and return its key."""
    path, key = home.kept("spine", query, made_of)
    home.engine.define_files(SPINE, path)
    return key


def feature_query(
    home: Home,
    catalogue: Mapping[str, FeatureDef],
    names: Sequence[str],
    spine_key: str,
    step: Step = silent,
) -> tuple[exp.Select, str]:
    """Build what the named features need for the spine; the query that gives them all, and its key.

    Each source's features are one file, shared by every pipeline with the same spine: editing a definition
    rebuilds its source's part alone.
    """
    wanted = {feature.source for feature in needed(catalogue, names)}
    # whole parts, so that two pipelines with different exclusions still share them
    whole = [f for f in catalogue.values() if f.source is not None and f.source in wanted]
    parts, _ = by_source(whole)
    keys = [spine_key]
    for source, features in parts.items():
        step(f"features of {source}")
        query = part_query(source, home.sources[source], features, home.customer_key)
        path, key = home.kept(f"features-{source}", query, [spine_key, *home.prints(source)])
        home.engine.define_files(part_name(source), path)
        keys.append(key)
    kept_parts, formulas = by_source(needed(catalogue, names))
    query = assembled(kept_parts, formulas)
    return query, digest("\n".join([*keys, home.engine.explain_sql(query)]))


__all__ = ["Home", "define_dates", "feature_query", "keep_spine", "open_sources", "silent"]
